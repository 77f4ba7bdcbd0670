# Focus moves while a key is down: the old one hears a release, the new one a press, and the hand lets go there.
device kbd keyboard
consumer a
consumer b
focus a
ignore a
ignore b
key kbd a down
expect a press KEY_A
expect b nothing
focus b
expect a release KEY_A reason focus
expect a focus off
expect a nothing
expect a held = 0
expect b focus on
expect b press KEY_A reason focus
expect b held = 1
key kbd a up
expect b release KEY_A
expect a nothing
expect b held = 0
1s
idle
