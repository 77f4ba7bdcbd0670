# Ten fingers for a consumer that is far behind: newest places, no contact lost or made up.
device panel touchscreen
consumer a
quiet a on
stall a
touch panel 0 down 0 0
touch panel 1 down 0 0
repeat 5000
  touch panel 0 move 10 20
  touch panel 1 move 30 40
  touch panel 0 move 11 21
end
touch panel 1 up
repeat 100
  touch panel 0 move 12 22
end
flow a
expect a in-step
expect a held = 1
expect a merged > 1000
expect a lost = 0
