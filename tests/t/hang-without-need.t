# A consumer may sleep as long as it likes while there is nothing to tell.
device kbd keyboard
consumer a
ignore a
stall a
100s
expect a live
flow a
key kbd 9 down
key kbd 9 up
expect a press KEY_9
expect a release KEY_9
