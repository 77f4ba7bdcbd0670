# The same with clicks: each click happens where the pointer was, whatever was merged before and after.
device mouse mouse
consumer a
quiet a on
stall a
repeat 4000
  move mouse 1 0
end
quiet a off
key mouse btn_left down
repeat 100
  move mouse 0 1
end
key mouse btn_left up
quiet a on
repeat 1000
  move mouse 3 0
end
flow a
expect a REL_X = 7000
expect a REL_Y = 100
expect a held = 0
expect a lost = 0
