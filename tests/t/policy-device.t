# A single device, by its ids; not one from another domain, which only claims them.
guest a device=usb:0000:0000::
device kbd keyboard
device other keyboard claimed
consumer a
1ms
expect a devices = 1
ignore a
key kbd a down
key other b down
expect a press KEY_A from kbd
expect a nothing
