# A guest gets what it is given, and nothing else; who is no guest is not let in.
guest a classes=mouse
guest b
device kbd keyboard
device mouse mouse
device panel touchscreen
consumer a
consumer b
consumer c
expect a live
expect b live
expect c down
expect a devices = 1
expect b devices = 0
ignore a
ignore b
key kbd a down
touch panel 0 down 5 5
move mouse 1 0
key kbd a up
expect a rel REL_X 1 from mouse
expect a nothing
focus b
expect a focus off
expect b focus on
move mouse 1 0
expect a nothing
expect b nothing
touch panel 0 up
1s
idle
