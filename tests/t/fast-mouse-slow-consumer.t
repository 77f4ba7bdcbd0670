# A mouse at 8 kHz and a link that carries far less: no old motion is queued up, and the whole distance arrives.
device mouse mouse
consumer a
consumer b
quiet a on
quiet b on
rate a 40000
repeat 16000
  move mouse 1 -2
  125us
end
rate a all
expect a REL_X = 16000
expect a REL_Y = -32000
expect a merged > 1000
expect a lost = 0
expect a oldest-ms < 250
expect b REL_X = 16000
expect b merged = 0
expect b oldest-ms = 0
