# The next guest that is there; who is not cannot have it.
guest a classes=all
guest b classes=all
guest c classes=all
device kbd keyboard
consumer a
consumer c
ignore a
ignore c
key kbd a down
expect a press KEY_A
focus next
expect a release KEY_A reason focus
expect a focus off
expect c focus on
expect c held = 1
focus next
expect a held = 1
expect c held = 0
# Neither a stranger nor everyone can get it.
focus stranger
focus everyone
expect a held = 1
expect c held = 0
key kbd a up
