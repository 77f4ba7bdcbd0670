# Released by the lease, and then the link ends: what the next link's snapshot says is held, is.
device kbd keyboard
device panel touchscreen
consumer a
ignore a
key kbd a down
touch panel 0 down 10 10
expect a press KEY_A
expect a touch 0 down 10 10
silence
500ms
expect a release KEY_A reason lease
expect a cancel 0 reason lease
speak
cut a
connect a
expect a link cut
expect a focus on
expect a press KEY_A reason connect
expect a touch 0 down 10 10 reason connect
expect a link up
expect a in-step
