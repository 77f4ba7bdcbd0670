# The 17th consumer is turned away, and the 16 go on.
device kbd keyboard
consumer c1
consumer c2
consumer c3
consumer c4
consumer c5
consumer c6
consumer c7
consumer c8
consumer c9
consumer c10
consumer c11
consumer c12
consumer c13
consumer c14
consumer c15
consumer c16
1ms
consumer c17
expect c17 link refused
expect c17 down
ignore c1
ignore c16
key kbd a down
expect c1 press KEY_A
expect c16 press KEY_A
cut c1
connect c17
expect c17 focus on
expect c17 added from kbd
expect c17 press KEY_A reason connect
expect c17 link up
