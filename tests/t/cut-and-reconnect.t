# The link ends with things held: they are let go. The next link's snapshot brings what is held then; the devices stay the same.
device kbd keyboard
device panel touchscreen
consumer a
key kbd a down
touch panel 0 down 10 10
ignore a
cut a
expect a release KEY_A reason link
expect a cancel 0 reason link
expect a link cut
expect a held = 0
expect a devices = 2
key kbd a up
key kbd 9 down
1s
connect a
expect a focus on
expect a press KEY_9 reason connect
expect a touch 0 down 10 10 reason connect
expect a link up
expect a nothing
expect a in-step
expect a links = 2
# What happened in between was missed, and is counted: two edges.
expect a lost = 2
