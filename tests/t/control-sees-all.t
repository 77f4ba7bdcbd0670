# The control link sees everything whoever has focus, and never takes it.
device kbd keyboard
consumer a
consumer ctl control
focus a
ignore a
ignore ctl
key kbd a down
expect a press KEY_A
expect ctl press KEY_A
focus nobody
expect a release KEY_A reason focus
expect ctl nothing
expect ctl held = 1
expect ctl in-step
