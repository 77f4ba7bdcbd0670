# SPDX-License-Identifier: GPL-2.0-or-later
"""A HID light sensor: read from its buffer while that delivers, polled when it falls silent, and gone when it is unplugged."""

from labkit.devices import HID_LIGHT_SENSOR
from labkit.hub import Hub
from labkit.sensors import Watch, answer, light, mode, states, table

NEEDS = "xenhubd xenhub"


def run(lab):
    sensor = lab.hid(HID_LIGHT_SENSOR)
    hub = Hub(lab)
    lab.until(lambda: mode(hub, "light/0"), "the hub does not find the sensor")
    assert mode(hub, "light/0") == "off", "it is read though nobody asks"

    # Silent: the buffer gives nothing, and within two seconds it is polled.
    watch = Watch(hub)
    watch.expect("light/0/illuminance-mlux", "100000 mlux")
    watch.expect("sensor/light/0/mode", "silent")
    sensor.say(answer(light(400)))
    watch.expect("light/0/illuminance-mlux", "400000 mlux")
    watch.stop()
    lab.until(lambda: mode(hub, "light/0") == "off", "nobody asks, and it is read all the same")

    # Its buffer delivers now: no polling.
    watch = Watch(hub)
    watch.expect("sensor/light/0/mode", "buffer")
    watch.expect_streamed(sensor, light(321), "light/0/illuminance-mlux", "321000 mlux")
    row = table(hub)["light/0"]
    assert row["mode"] == "buffer" and row["driver"] == "als", row

    sensor.die()
    watch.expect("light/0/illuminance-mlux", "(gone)")
    lab.until(lambda: not states(hub, "light"), "states of a sensor that is gone")
    return "silent, polled, buffered, gone"
