# The first thing many sensors say is 0. Darkness has to last before it is believed.
part light
0s      lux 0       -> same
1s      lux 0       -> same
2s      lux 150     -> same
3s      lux 150     -> 150
4s      lux 150     -> same
# Now it really gets dark.
10s     lux 0       -> same
12s     lux 0       -> same
14s     lux 0       -> same
16s     lux 0       -> same
19s     lux 0       -> 0
# And light again, which needs no such patience.
21s     lux 80      -> same
22s     lux 80      -> same
23s     lux 80      -> same
24s     lux 80      -> 80
