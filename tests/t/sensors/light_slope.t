# Dusk: steps of a sixth, not a write a sample.
part light
0s      lux 1000    -> 1000
10s     lux 980     -> same
20s     lux 950     -> same
30s     lux 920     -> same
40s     lux 890     -> same
50s     lux 860     -> same
60s     lux 830     -> same
70s     lux 800     -> same
80s     lux 770     -> 830
90s     lux 740     -> same
100s    lux 720     -> same
