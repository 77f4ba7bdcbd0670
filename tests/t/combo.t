# A receiver that is keyboard and mouse in one: whoever wants either gets it whole, frames undivided.
device rx combo
consumer a classes=mouse
consumer b classes=keyboard
ignore a
ignore b
frame rx 2 0 5 1 272 1
expect a rel REL_X 5
expect a press BTN_LEFT
key rx a down
expect a press KEY_A
unplug rx
expect b rel REL_X 5
expect b press BTN_LEFT
expect b press KEY_A
expect b release KEY_A reason unplug
expect b release BTN_LEFT reason unplug
expect b removed reason unplug
expect b held = 0
