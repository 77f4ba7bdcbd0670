# KEY_9 is code 10, and ten is a value too: no byte of the wire means anything else.
device kbd keyboard
device mouse mouse
device panel touchscreen
device lid lid
consumer a
ignore a
key kbd 9 down
key kbd 9 up
move mouse 10 10
touch panel 0 down 10 10
touch panel 0 move 10 2570
touch panel 0 up
# MSC_SCAN 10, KEY_9, and a report whose value is not 0
frame kbd 4 4 10 1 10 1
frame kbd 4 4 10 1 10 0
state sensors/ten 10
expect a press KEY_9
expect a release KEY_9
expect a rel REL_X 10
expect a rel REL_Y 10
expect a touch 0 down 10 10
expect a touch 0 move 10 2570
expect a lift 0
expect a press KEY_9
expect a release KEY_9
expect a nothing
expect a in-step
