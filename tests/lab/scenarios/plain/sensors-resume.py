# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine sleeps (S3) while an accelerometer is read: by its clocks the hub notices, so a buffer that was given up as silent before
is tried again, and delivers. 20 s, as the kernel waits for a HID device whose program sleeps as well."""

from labkit.hub import Hub
from labkit.sensors import HID_ACCELEROMETER, Watch, acceleration, mode, states, table

NEEDS = "xenhubd xenhub"


def run(lab):
    lab.transplant("xenhubd", "xenhub")
    sensor = lab.hid(HID_ACCELEROMETER)
    lab.guest.run("charge 80")
    hub = Hub(lab)
    watch = Watch(hub)
    watch.expect("orientation", "normal")
    lab.until(lambda: mode(hub, "orientation/0") == "silent", "its buffer is not given up")

    lab.guest.run("charge 79 ac charging")
    lab.suspend()
    hub.process.expect("the machine has slept")
    watch.expect("sensor/orientation/0/mode", "buffer")
    watch.expect_streamed(sensor, acceleration(1000, 0), "orientation", "left-up")
    assert mode(hub, "orientation/0") == "buffer", table(hub)
    lab.until(lambda: states(hub, "power").get("power/percent") == 79, "power is not read after the sleep")
    return "silent before, buffered after"
