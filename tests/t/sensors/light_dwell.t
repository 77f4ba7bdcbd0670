# A hand over the sensor for a moment changes nothing; a lamp switched off does.
part light
0s      lux 300     -> 300
500ms   lux 300     -> same
1s      lux 300     -> same
1500ms  lux 20      -> same
2s      lux 20      -> same
2500ms  lux 300     -> same
3s      lux 300     -> same
3500ms  lux 300     -> same
5s      tick        -> same
# The median turns with the third sample, and then it has to last.
6s      lux 40      -> same
6500ms  lux 40      -> same
7s      lux 40      -> same
7500ms  lux 40      -> same
7999ms  tick        -> same
8s      lux 40      -> 40
