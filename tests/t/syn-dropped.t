# The kernel dropped events (a release, a press, a finger replaced): one resync, and it is counted once.
device kbd keyboard
device panel touchscreen
consumer a
key kbd a down
touch panel 0 down 10 10
ignore a
missed key kbd a up
missed key kbd 9 down
dropped kbd
expect a release KEY_A reason overflow
expect a press KEY_9 reason overflow
expect a lost-kernel = 1
missed touch panel 0 up
missed touch panel 0 down 50 50
dropped panel
expect a lift 0 reason overflow
expect a touch 0 down 50 50 reason overflow
expect a nothing
expect a lost-kernel = 2
expect a in-step
# The next snapshot sums them up: they are not lost twice.
focus nobody
focus everyone
expect a lost-kernel = 2
