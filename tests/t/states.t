# States at the wished rate, newest first only; not a word to who did not ask.
consumer a states every=100ms
consumer b
ignore a
ignore b
state power/percent 50
state device/x/held 1
expect a state power/percent 50
expect a nothing
state power/percent 51
state power/percent 52
expect a nothing
100ms
expect a state power/percent 52
expect a nothing
expect b nothing
idle
