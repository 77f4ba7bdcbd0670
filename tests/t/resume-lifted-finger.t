# A finger that was lifted, or exchanged for another, while nobody watched has not tapped.
device panel touchscreen
consumer a
touch panel 0 down 10 10
touch panel 1 down 20 20
ignore a
missed touch panel 0 up
missed touch panel 1 up
missed touch panel 1 down 30 30
resume
expect a cancel 1 reason suspend
expect a cancel 0 reason suspend
expect a touch 1 down 30 30 reason suspend
expect a nothing
expect a in-step
