# A device that comes with a key down and a lid that is closed already: told from the first moment.
device kbd keyboard
device lid lid
consumer a
ignore a
unplug kbd
unplug lid
expect a removed reason unplug
expect a removed reason unplug
missed key kbd 9 down
missed switch lid on
plug kbd
expect a added from kbd
expect a press KEY_9 reason connect
plug lid
expect a added from lid
expect a SW_LID 1 reason connect
expect a in-step
10s
expect a held = 1
