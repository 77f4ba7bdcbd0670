# A single sample that is off, a zero above all, is nobody's business (Clight #132).
part light
0s      lux 300     -> 300
2s      lux 305     -> same
4s      lux 298     -> same
6s      lux 0       -> same
8s      lux 301     -> same
10s     lux 60000   -> same
12s     lux 299     -> same
14s     lux 300     -> same
