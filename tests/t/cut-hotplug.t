# Devices that changed while the link was down.
device kbd keyboard
device old mouse
consumer a
ignore a
cut a
expect a link cut
unplug old
device young lid
switch young on
connect a
expect a focus on
expect a added from young
expect a removed reason unplug from old
expect a SW_LID 1 reason connect from young
expect a link up
expect a in-step
