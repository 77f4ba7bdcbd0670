# The link of a consumer that had lost much is cut: the next one tells how much.
device kbd keyboard
consumer a
quiet a on
stall a
repeat 2000
  key kbd 9 down
  key kbd 9 up
end
cut a
flow a
connect a
expect a in-step
expect a lost = 4000
