# A key held for a minute: leases renew it, nothing is told, nothing is let go. Then silence, and not one wake-up.
device kbd keyboard
consumer a
ignore a
idle
key kbd a down
expect a press KEY_A
60s
expect a nothing
expect a held = 1
expect a leases = 0
expect a mismatches = 0
key kbd a up
expect a release KEY_A
idle
