# Only what was asked for; the switch everyone gets, with or without focus.
device kbd keyboard
device mouse mouse
device lid lid
consumer a classes=mouse,switch
focus nobody
ignore a
expect a devices = 2
key kbd a down
move mouse 5 5
switch lid on
expect a SW_LID 1 from lid
expect a nothing
subscribe a classes=keyboard
1ms
focus a
expect a removed reason connect from mouse
expect a removed reason connect from lid
expect a added from kbd
expect a focus on
expect a press KEY_A reason focus
expect a nothing
