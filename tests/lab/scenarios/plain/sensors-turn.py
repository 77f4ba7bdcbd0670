# SPDX-License-Identifier: GPL-2.0-or-later
"""A HID accelerometer: the device is turned, by buffer and by poll, and its consumers hear which edge is up."""

from labkit.hub import Hub
from labkit.sensors import HID_ACCELEROMETER, Watch, acceleration, answer, mode, states, table

NEEDS = "xenhubd xenhub"
EDGES = {"left-up": (1000, 0), "bottom-up": (0, 1000), "right-up": (-1000, 0), "normal": (0, -1000)}


def run(lab):
    sensor = lab.hid(HID_ACCELEROMETER)
    hub = Hub(lab)
    watch = Watch(hub)
    watch.expect("orientation", "normal")
    for edge, (x, y) in EDGES.items():
        sensor.say(answer(acceleration(x, y)))
        watch.expect("orientation", edge)
    assert table(hub)["orientation/0"]["mode"] == "silent", table(hub)
    watch.stop()
    lab.until(lambda: mode(hub, "orientation/0") == "off", "nobody asks, and it is read all the same")

    watch = Watch(hub)
    watch.expect("sensor/orientation/0/mode", "buffer")
    for edge, (x, y) in EDGES.items():
        watch.expect_streamed(sensor, acceleration(x, y), "orientation", edge)
    row = table(hub)["orientation/0"]
    assert row["mode"] == "buffer" and row["raw"] == "0.000 -9.807 0.000", row
    # Flat on the table it stays what it was.
    watch.expect_streamed(sensor, acceleration(0, 0, 1000), "accel/0/z", "9807 mm/s2")
    assert states(hub, "orientation") == {"orientation": "normal"}, states(hub, "orientation")
    return "four edges by poll, four by buffer"
