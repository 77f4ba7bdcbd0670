# One stalled consumer delays no other, and catches up whole when there was room for all of it.
device kbd keyboard
consumer a
consumer b
ignore a
ignore b
stall a
repeat 10
  key kbd 9 down
  expect b press KEY_9
  key kbd 9 up
  expect b release KEY_9
  10ms
end
expect b nothing
flow a
repeat 10
  expect a press KEY_9
  expect a release KEY_9
end
expect a nothing
expect a lost = 0
expect a in-step
