# Dropped, but nothing came of it: no event but the count.
device kbd keyboard
consumer a
ignore a
missed key kbd a down
missed key kbd a up
dropped kbd
expect a nothing
expect a lost-kernel = 1
