# Focus that moved during an overflow is told after it.
device kbd keyboard
consumer a
consumer b
focus b
quiet a on
ignore a
focus a
stall a
repeat 3000
  key kbd 9 down
  key kbd 9 up
  100us
end
focus b
key kbd 1 down
quiet a off
flow a
ignore a
expect a held = 0
focus a
expect a focus on
expect a press KEY_1 reason focus
expect a in-step
