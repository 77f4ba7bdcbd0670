# The same device in the same place has the same id; twins get numbers.
device one keyboard
device two keyboard
device three keyboard
expect id two = one -2
expect id three = one -3
device mouse mouse
consumer a
ignore a
unplug one
expect a removed reason unplug from one
plug one
expect a added from one
# The first free name is its own again.
expect id two = one -2
unplug two
unplug three
plug three
expect id three = one -2
