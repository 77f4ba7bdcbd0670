# SPDX-License-Identifier: GPL-2.0-or-later
"""Steady light, polled, while others announce: one wake-up a period on the slow thread, none on the main one, nothing published."""

import time

from labkit.devices import HID_LIGHT_SENSOR
from labkit.hub import Hub
from labkit.sensors import mode, states, wakes

NEEDS = "xenhubd xenhub"
PERIOD = 1.0
SECONDS = 10
OTHERS = 20  # announcements of a subsystem that is none of ours


def run(lab):
    lab.hid(HID_LIGHT_SENSOR)
    lab.guest.run(f"printf '[sensors]\\nalways = light\\ninterval-ms = {int(PERIOD * 1000)}\\n' > /run/lab/xenhub.conf")
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
    lab.until(lambda: mode(hub, "light/0") == "silent", "the sensor is not polled")
    lab.until(lambda: states(hub, "light").get("light/0/illuminance-mlux") == 100000, "light is not read")
    time.sleep(2 * PERIOD)
    steady = states(hub, "light")
    time.sleep(PERIOD)

    def others_announce():
        lab.guest.run(f"for i in $(seq {OTHERS}); do echo change > /sys/class/mem/null/uevent; done")
        time.sleep(SECONDS)

    (main, slow, *_), took = wakes(hub, others_announce)
    assert states(hub, "light") == steady, "steady light is published again"
    assert main <= 1, f"the main thread woke {main} times"
    assert 0 < slow <= took / PERIOD + 2, f"the slow thread woke {slow} times in {took / PERIOD:.1f} periods"
    return f"{took / PERIOD:.1f} periods: the slow thread woke {slow} times, the main one {main}"
