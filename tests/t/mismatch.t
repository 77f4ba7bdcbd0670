# A frame vanishes (a fault somewhere): the lease's count does not fit, a snapshot is asked for and mends it.
device kbd keyboard
consumer a
key kbd leftshift down
ignore a
lose a
key kbd a down
expect a nothing
expect a held = 1
130ms
expect a press KEY_A reason connect
expect a mismatches = 1
expect a in-step
lose a
key kbd a up
expect a held = 2
130ms
expect a release KEY_A reason connect
expect a mismatches = 2
key kbd leftshift up
expect a release KEY_LEFTSHIFT
expect a in-step
