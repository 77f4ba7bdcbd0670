# Focus on nobody, and on one who is not there yet.
device kbd keyboard
consumer a
ignore a
key kbd a down
expect a press KEY_A
focus nobody
expect a release KEY_A reason focus
expect a focus off
key kbd a up
key kbd b down
expect a nothing
focus late
consumer late
expect late focus on
expect late added from kbd
expect late press KEY_B reason connect
expect late link up
focus everyone
expect a focus on
expect a press KEY_B reason focus
expect late nothing
