# The kernel's key repeat is not sent: the consumer repeats, and stops when the lease does.
device kbd keyboard
consumer a
ignore a
key kbd a down
repeat 10
  30ms
  key kbd a 2
end
frame kbd 1 30 2 1 48 1
key kbd a up
expect a press KEY_A
expect a press KEY_B
expect a release KEY_A
expect a nothing
expect a in-step
