# A consumer that hangs with a key down is dropped after a second; the others never notice.
device kbd keyboard
consumer a
consumer b
ignore a
ignore b
key kbd a down
expect a press KEY_A
expect b press KEY_A
stall a
900ms
expect a live
200ms
expect a down
expect a held = 0
expect a release KEY_A reason link
expect a link timeout
expect b nothing
expect b held = 1
flow a
connect a
expect a focus on
expect a press KEY_A reason connect
expect a link up
expect a in-step
