# A hub that is silent while nothing is held is not missed.
device kbd keyboard
consumer a
ignore a
silence
100s
expect a nothing
expect a live
expect a leases = 0
speak
key kbd a down
expect a press KEY_A
