# Two hundred switches with things held: both ends are right, and no key is lost, not even for one that stalls a while.
device kbd keyboard
device panel touchscreen
consumer a
consumer b
focus a
quiet a on
quiet b on
key kbd leftctrl down
touch panel 0 down 5 5
repeat 70
  focus b
  key kbd 9 down
  touch panel 0 move 10 10
  1ms
  focus a
  touch panel 0 move 20 20
  key kbd 9 up
  1ms
end
stall b
repeat 30
  focus b
  key kbd 9 down
  touch panel 0 move 10 10
  1ms
  focus a
  touch panel 0 move 20 20
  key kbd 9 up
  1ms
end
flow b
expect a in-step
expect a held = 2
expect b held = 0
expect a lost = 0
expect b lost = 0
focus b
expect b in-step
expect b held = 2
expect a held = 0
key kbd leftctrl up
touch panel 0 up
expect b in-step
1s
idle
