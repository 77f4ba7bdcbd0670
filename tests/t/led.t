# LEDs: whoever has focus may set them; everyone who sees the device hears of it; no loop.
device kbd keyboard
consumer a
consumer b
focus a
ignore a
ignore b
led b kbd capsl on
expect b nothing
expect a nothing
led a kbd capsl on
expect led kbd LED_CAPSL on
expect a LED_CAPSL 1
expect a nothing
expect b nothing
focus b
expect a focus off
expect b focus on
# The new one learns what is lit.
expect b LED_CAPSL 1 reason focus
expect b in-step
led b kbd capsl off
expect b LED_CAPSL 0
expect a nothing
