# Devices that come and go while a consumer's queue has run over.
device kbd keyboard
device old mouse
consumer a
quiet a on
stall a
repeat 2000
  key kbd 9 down
  key kbd 9 up
  100us
end
device early lid
switch early on
repeat 1000
  key kbd 9 down
  key kbd 9 up
  100us
end
unplug old
device late touchscreen
touch late 2 down 1 1
device brief mouse
unplug brief
flow a
expect a in-step
expect a devices = 3
expect a held = 1
touch late 2 up
key kbd a down
expect a in-step
