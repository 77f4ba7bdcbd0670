# A pen that leaves with the cable: proximity and tip are let go of, as a cancel.
device pen pen
consumer a
ignore a
frame pen 1 320 1 3 0 100 3 1 200
frame pen 1 330 1 3 24 1000
expect a press BTN_TOOL_PEN
expect a abs ABS_X 100
expect a abs ABS_Y 200
expect a press BTN_TOUCH
expect a abs ABS_PRESSURE 1000
expect a held = 2
unplug pen
expect a release BTN_TOOL_PEN reason unplug
expect a release BTN_TOUCH reason unplug
expect a removed reason unplug
expect a held = 0
