part estimate
0s      discharging 20000000 40000000 10000000   -> 7200
# 65535 mW is a controller's "no idea"; so are 200 W.
30s     discharging 20000000 40000000 65535000   -> unknown
60s     discharging 20000000 40000000 200000000  -> unknown
# Half a year on 0.01 W.
part estimate
0s      discharging 38000000 40000000 10000      -> unknown
# No rate at all: the energy tells, after two minutes, and anew after a change of state.
part estimate
0s      discharging 20000000 40000000 -          -> unknown
60s     discharging 19800000 40000000 -          -> unknown
120s    discharging 19600000 40000000 -          -> 5880
150s    charging 19700000 40000000 -             -> unknown
180s    charging 19900000 40000000 -             -> unknown
270s    charging 20300000 40000000 -             -> 3900
# The rates of some drivers are negative while they discharge.
part estimate
0s      discharging 20000000 40000000 -10000000  -> 7200
