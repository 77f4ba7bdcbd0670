# Motion may go to a guest without focus, its buttons never; switches go to all who are given them.
guest front classes=all
guest back classes=mouse,switch motion lid
device mouse mouse
device lid lid
consumer front
consumer back
ignore front
ignore back
key mouse BTN_LEFT down
move mouse 2 1
expect back rel REL_X 2
expect back rel REL_Y 1
expect back nothing
expect back held = 0
switch lid on
expect back SW_LID 1
expect back nothing
cut back
connect back
ignore back
expect back held = 0
switch lid off
expect back SW_LID 0
2s
expect back mismatches = 0
expect back leases = 0
focus back
expect back held = 1
expect front held = 0
key mouse BTN_LEFT up
expect back held = 0
