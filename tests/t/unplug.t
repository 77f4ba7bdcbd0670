# A device that goes takes its keys along: released first, then removed.
device kbd keyboard
consumer a
expect a focus on
expect a added from kbd
expect a link up
key kbd KEY_9 down
expect a press KEY_9 from kbd
key kbd leftshift down
expect a press KEY_LEFTSHIFT
unplug kbd
expect a release KEY_9 reason unplug
expect a release KEY_LEFTSHIFT reason unplug
expect a removed reason unplug from kbd
expect a nothing
expect a held = 0
expect a in-step
idle
