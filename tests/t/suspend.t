# Sleep: everything is let go, the finger cancelled. Awake: what is held then, as it is then.
device kbd keyboard
device panel touchscreen
device lid lid
consumer a
key kbd leftctrl down
key kbd a down
touch panel 0 down 10 10
ignore a
suspend
expect a release KEY_LEFTCTRL reason suspend
expect a release KEY_A reason suspend
expect a cancel 0 reason suspend
expect a held = 0
missed key kbd a up
missed touch panel 0 up
missed switch lid on
3600s
resume
expect a press KEY_LEFTCTRL reason suspend
expect a SW_LID 1 reason suspend
expect a nothing
expect a in-step
