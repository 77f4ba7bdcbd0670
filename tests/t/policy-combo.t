# A receiver for keyboard and mouse is given in parts: a guest with the mouse alone never sees a key of it, held ones included.
guest pointer classes=mouse
guest all classes=all
device combo combo
consumer pointer
consumer all
ignore pointer
ignore all
key combo a down
move combo 3 4
key combo BTN_LEFT down
expect pointer rel REL_X 3
expect pointer rel REL_Y 4
expect pointer press BTN_LEFT
expect pointer nothing
expect pointer held = 1
# Longer than a lease: what is held here and there is counted alike.
2s
expect pointer leases = 0
expect pointer mismatches = 0
expect pointer held = 1
focus all
expect pointer release BTN_LEFT reason focus
expect pointer focus off
expect pointer nothing
expect all in-step
expect all held = 2
focus pointer
expect all held = 0
expect pointer held = 1
key combo a up
key combo BTN_LEFT up
expect pointer held = 0
1s
idle
