# Who holds nothing is not woken by what others hold, and not dropped for saying nothing.
device kbd keyboard
device mouse mouse
consumer a classes=keyboard
consumer b classes=mouse
ignore a
ignore b
key kbd a down
30s
expect b nothing
expect b live
expect a held = 1
