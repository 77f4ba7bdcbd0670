# What is a fresh press after the lease ran out: one that comes as an event, even without the release before it, and one that
# only a snapshot tells of, after a release.
device kbd keyboard
consumer a
ignore a
key kbd a down
key kbd b down
expect a press KEY_A
expect a press KEY_B
silence
500ms
expect a release KEY_A reason lease
expect a release KEY_B reason lease
speak
# The release was lost on the way.
frame kbd 1 30 1
expect a press KEY_A
expect a nothing
# B goes up, and its next press is lost: the lease finds out.
key kbd b up
expect a nothing
lose a
key kbd b down
expect a nothing
300ms
expect a press KEY_B reason connect
expect a in-step
