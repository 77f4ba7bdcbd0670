# A finger that lifts has tapped; a finger that is lost has not.
device panel touchscreen
consumer a
ignore a
touch panel 0 down 100 200
touch panel 0 up
expect a touch 0 down 100 200
expect a lift 0
touch panel 0 down 100 200
unplug panel
expect a touch 0 down 100 200
expect a cancel 0 reason unplug
expect a removed reason unplug
