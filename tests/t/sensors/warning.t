part warning
0s      discharging 25 -       -> none
30s     discharging 20 -       -> low
60s     discharging 21 -       -> low
90s     discharging 22 -       -> low
120s    discharging 23 -       -> none
# A reading that failed takes nothing back, and neither does half of one.
150s    discharging 5 -        -> critical
180s    discharging - -        -> critical
210s    discharging - 7200     -> critical
240s    discharging 2 -        -> action
# Plugged in: over at once. Unplugged: back at once.
250s    plugged 2 -            -> none
260s    discharging 2 -        -> action

# By time: a burst of load is no reason to go down.
part warning
0s      discharging 60 900     -> none
10s     discharging 60 9000    -> none
20s     discharging 60 900     -> none
49s     discharging 60 900     -> none
50s     discharging 60 900     -> low
80s     discharging 60 1700    -> low
110s    discharging 60 1900    -> none
# Short of time, then of knowledge: the waiting does not count as proof.
200s    discharging 60 60      -> none
240s    discharging 60 -       -> none
250s    discharging 60 60      -> action
