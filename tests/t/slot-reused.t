# A device in the slot of another that has gone: whoever did not wish for the new one hears nothing of it.
device kbd keyboard
consumer a classes=keyboard
consumer b
ignore a
ignore b
key kbd a down
unplug kbd
device panel touchscreen
touch panel 0 down 10 10
10s
expect a press KEY_A
expect a release KEY_A reason unplug
expect a removed reason unplug from kbd
expect a nothing
expect a devices = 0
expect a mismatches = 0
expect b press KEY_A
expect b release KEY_A reason unplug
expect b removed reason unplug from kbd
expect b added from panel
expect b touch 0 down 10 10
expect b held = 1
