# LEDs are set by who may, with focus alone.
guest a classes=keyboard leds
guest b classes=keyboard
device kbd keyboard
consumer a
consumer b
1ms
ignore a
ignore b
led a kbd LED_CAPSL on
expect a LED_CAPSL 1
expect led kbd LED_CAPSL on
focus b
ignore a
ignore b
led b kbd LED_CAPSL off
led a kbd LED_NUML on
1ms
expect a nothing
expect b nothing
focus a
1ms
ignore a
expect a in-step
led a kbd LED_CAPSL off
expect a LED_CAPSL 0
