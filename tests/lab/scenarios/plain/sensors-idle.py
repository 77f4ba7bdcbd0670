# SPDX-License-Identifier: GPL-2.0-or-later
"""Steady light, polled: at most one wake-up a period on the slow thread, none on the main one, nothing published."""

import time

from labkit.devices import HID_LIGHT_SENSOR
from labkit.hub import Hub
from labkit.sensors import mode, states, wakes

NEEDS = "xenhubd xenhub"
PERIOD = 1.0
SECONDS = 10


def run(lab):
    lab.hid(HID_LIGHT_SENSOR)
    lab.guest.run(f"printf '[sensors]\\nalways = light\\ninterval-ms = {int(PERIOD * 1000)}\\n' > /run/lab/xenhub.conf")
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
    lab.until(lambda: mode(hub, "light/0") == "silent", "the sensor is not polled")
    lab.until(lambda: states(hub, "light").get("light/0/illuminance-mlux") == 100000, "light is not read")
    time.sleep(2 * PERIOD)
    steady = states(hub, "light")
    time.sleep(PERIOD)
    idle = wakes(hub)
    time.sleep(SECONDS)
    after = wakes(hub)
    assert states(hub, "light") == steady, "steady light is published again"
    main, slow = after[0] - idle[0], after[1] - idle[1]
    assert main <= 1, f"the main thread woke {main} times"
    assert slow <= SECONDS / PERIOD + 2, f"the slow thread woke {slow} times in {SECONDS / PERIOD:.0f} periods"
    return f"{SECONDS / PERIOD:.0f} periods: the slow thread woke {slow} times, the main one {main}"
