# A keyboard from another domain types nothing before a person has said yes; what it held by then does not count.
guest a classes=all
device kbd keyboard pending
device mouse mouse claimed
consumer a
consumer look control
expect a devices = 1
expect look devices = 2
ignore a
ignore look
key kbd a down
move mouse 1 0
expect a rel REL_X 1 from mouse
expect a nothing
expect look rel REL_X 1 from mouse
expect look nothing
consent kbd
expect a added from kbd
expect a nothing
key kbd a up
key kbd b down
expect a release KEY_A
expect a press KEY_B
expect a held = 1
key kbd b up
