# A HID sensor whose buffer says nothing until it is read.
part capture
0s      start 2s buffer   -> open
0s      opened            -> wait
1900ms  due               -> wait
2s      due               -> close
2s      due               -> read
2s      sample            -> wait
2s      mode              -> silent
4s      due               -> read
4s      sample            -> wait
# After the resume it delivers.
10s     reset             -> open
10s     opened            -> wait
11s     sample            -> wait
11s     mode              -> buffer
41s     due               -> check
41s     unmoved           -> wait
71s     due               -> check
71s     moved             -> wait
72s     due               -> close
72s     due               -> read
72s     sample            -> wait
72s     mode              -> silent

# One error is an accident; errors without end are an end.
part capture
0s      start 2s poll     -> read
0s      error             -> wait
2s      due               -> read
2s      sample            -> wait
4s      error             -> wait
6s      error             -> wait
6s      mode              -> poll
8s      error             -> wait
8s      mode              -> poll+stale
10s     due               -> wait
12s     error             -> wait
19s     due               -> wait
20s     error             -> wait
36s     error             -> wait
68s     error             -> wait
128s    error             -> wait
128s    mode              -> failed+stale
999s    due               -> wait
1000s   reset             -> read
1000s   sample            -> wait
1000s   mode              -> poll

# Claims that come and go in a hurry.
part capture
0s      start 20ms poll   -> read
0s      sample            -> wait
100ms   stop              -> wait
200ms   start 20ms poll   -> wait
499ms   due               -> wait
500ms   due               -> read
