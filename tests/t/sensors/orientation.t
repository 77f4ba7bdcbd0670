# From the table into the hand, turned, and back on the table.
part orientation
0s      accel 0 0 -9.8         -> undefined
1s      accel 0 -3 -9.3        -> undefined
2s      accel 0 -6.5 -7.3      -> normal
3s      accel 4.9 -8.4 0       -> normal
4s      accel 6.9 -6.9 0       -> normal
5s      accel 8.1 -5.5 0       -> left-up
6s      accel 6.9 -6.9 0       -> left-up
7s      accel 0.5 0.5 -9.8     -> left-up
8s      accel -9.8 0 0         -> right-up
9s      accel 0 9.8 0          -> bottom-up
10s     accel 0 0 9.8          -> bottom-up
# Thrown, then shaken.
11s     accel 0 -1 0           -> bottom-up
12s     accel -30 0 0          -> bottom-up
