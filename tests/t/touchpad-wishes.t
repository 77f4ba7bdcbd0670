# A touchpad whole for who wishes raw, a mouse for who wishes a pointer; wishes may change while a finger is down.
device pad touchpad
device virtual pointer
consumer raw touchpad=raw
consumer ptr touchpad=pointer
expect raw devices = 1
expect ptr devices = 1
ignore raw
ignore ptr
touch pad 0 down 5 5
move virtual 3 4
expect raw touch 0 down 5 5 from pad
expect raw nothing
expect ptr rel REL_X 3 from virtual
expect ptr rel REL_Y 4
expect ptr nothing
subscribe raw touchpad=pointer
expect raw cancel 0 reason connect
expect raw removed reason connect from pad
expect raw added from virtual
expect raw nothing
move virtual 1 0
expect raw rel REL_X 1
subscribe raw touchpad=raw
expect raw removed reason connect from virtual
expect raw added from pad
expect raw touch 0 down 5 5 reason connect
