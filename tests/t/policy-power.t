# Power and lid go to nobody unless policy says so; the volume keys beside the power key do.
guest plain classes=all
guest trusted classes=all power lid
device frame buttons
device lid lid
consumer plain
consumer trusted
ignore plain
ignore trusted
expect plain devices = 1
expect trusted devices = 2
key frame KEY_POWER down
key frame KEY_VOLUMEUP down
expect plain press KEY_VOLUMEUP
expect plain nothing
expect plain held = 1
2s
expect plain mismatches = 0
key frame KEY_VOLUMEUP up
expect plain release KEY_VOLUMEUP
expect plain held = 0
# The lid is a state of the machine: it needs no focus, but a policy.
switch lid on
expect trusted SW_LID 1
expect plain nothing
focus trusted
ignore trusted
ignore plain
expect trusted held = 1
key frame KEY_POWER up
expect trusted release KEY_POWER
expect plain nothing
focus plain
ignore plain
key frame KEY_POWER down
expect plain nothing
# A power key that is held keeps nobody's lease and asks nobody to acknowledge.
cut trusted
2s
expect plain live
key frame KEY_POWER up
expect plain nothing
