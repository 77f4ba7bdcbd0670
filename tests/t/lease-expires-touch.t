# The same under a finger: a cancel, and the finger that stays down is dead; the next one is not.
device panel touchscreen
consumer a
ignore a
touch panel 0 down 10 10
expect a touch 0 down 10 10
silence
500ms
expect a cancel 0 reason lease
speak
expect a frames = 2
touch panel 0 move 20 20
touch panel 0 move 30 30
expect a nothing
# not even where it would be
expect a frames = 2
touch panel 1 down 40 40
expect a touch 1 down 40 40
touch panel 0 up
expect a nothing
touch panel 0 down 50 50
expect a touch 0 down 50 50
touch panel 0 up
touch panel 1 up
expect a lift 0
expect a lift 1
expect a in-step
