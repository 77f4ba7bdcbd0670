# Focus moves under a moving finger: cancelled for the old one (no tap!), begun where it is for the new one.
device panel touchscreen
consumer a
consumer b
focus a
ignore a
ignore b
touch panel 0 down 100 200
expect a touch 0 down 100 200
touch panel 0 move 150 210
expect a touch 0 move 150 210
touch panel 1 down 900 900
expect a touch 1 down 900 900
focus b
expect a cancel 0 reason focus
expect a cancel 1 reason focus
expect a focus off
expect a held = 0
expect b focus on
expect b touch 0 down 150 210 reason focus
expect b touch 1 down 900 900 reason focus
# The finger goes on in the slot it was in, which nobody names again.
touch panel 1 move 910 910
expect b touch 1 move 910 910
touch panel 0 up
expect b lift 0
touch panel 1 up
expect b lift 1
expect a nothing
expect b in-step
