# The hub freezes with a key down: after 400 ms the consumer lets go. What expiry released stays released until a fresh press.
device kbd keyboard
consumer a
ignore a
key kbd a down
key kbd leftshift down
expect a press KEY_A
expect a press KEY_LEFTSHIFT
silence
399ms
expect a nothing
expect a held = 2
2ms
expect a release KEY_A reason lease
expect a release KEY_LEFTSHIFT reason lease
expect a held = 0
expect a leases = 1
# It thaws, and says again that both are held: not pressed anew by themselves.
speak
500ms
expect a nothing
expect a held = 0
# Another key is another key.
key kbd b down
expect a press KEY_B
expect a held = 1
key kbd a up
expect a nothing
key kbd a down
expect a press KEY_A
key kbd a up
expect a release KEY_A
key kbd b up
expect a release KEY_B
key kbd leftshift up
expect a nothing
expect a in-step
1s
idle
