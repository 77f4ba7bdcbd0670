# More edges than there is room for: what was swallowed is counted, and what is held is right at once.
device kbd keyboard
device panel touchscreen
consumer a
consumer b
key kbd leftshift down
touch panel 3 down 7 7
ignore a
quiet a on
quiet b on
stall a
repeat 3000
  key kbd 9 down
  key kbd 9 up
  100us
end
key kbd leftshift up
key kbd 0 down
touch panel 3 up
touch panel 3 down 8 8
quiet a off
flow a
expect a release KEY_LEFTSHIFT reason overflow
expect a press KEY_0 reason overflow
expect a cancel 3 reason overflow
expect a touch 3 down 8 8 reason overflow
expect a nothing
expect a in-step
expect a held = 2
expect a swallowed > 0
expect a lost > 1000
expect b lost = 0
expect b in-step
key kbd 0 up
expect a release KEY_0
1s
