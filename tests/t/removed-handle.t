# Frames of a handle that is gone are ignored; a new device never gets an old handle.
device kbd keyboard
consumer a
ignore a
ghost 64
expect a press KEY_A
unplug kbd
expect a release KEY_A reason unplug
expect a removed reason unplug
ghost 64
expect a nothing
plug kbd
expect a added from kbd
ghost 64
ghost 0
ghost 12345
expect a nothing
expect a held = 0
