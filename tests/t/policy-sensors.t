# Sensors by name; switches with their class; nobody is told who else is there or what is pressed.
guest a sensors=power
guest b classes=switch sensors=light
consumer a states
consumer b states
ignore a
ignore b
state power/percent 50
state light/0/illuminance-mlux 7000
state switch/tablet-mode 1
state switch/lid 1
state device/x/keys-held 1
state accel/0/x 3
state counter/x/frames 1
1s
expect a state power/percent 50
expect a nothing
expect b state light/0/illuminance-mlux 7000
expect b state switch/tablet-mode 1
expect b nothing
