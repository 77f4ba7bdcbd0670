# SPDX-License-Identifier: GPL-2.0-or-later
"""A light sensor unplugged and plugged in again fifty times: no descriptor and no memory grows, 9 MB are enough."""

from labkit.devices import HID_LIGHT_SENSOR
from labkit.hub import Hub
from labkit.sensors import Watch, light, mode, size

NEEDS = "xenhubd xenhub"
TIMES = 50
SETTLED = 10  # after so many, everything has been allocated once
LIMIT_KB = 9 * 1024


def run(lab):
    # With libiio, which is more to hold; by itself the hub does without it where no sensor is there at the start.
    lab.guest.run("printf '[sensors]\\nbackend = libiio\\n' > /run/lab/xenhub.conf")
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
    watch = Watch(hub)
    watch.expect("sensor/backend", "libiio")
    for turn in range(TIMES):
        sensor = lab.hid(HID_LIGHT_SENSOR)
        watch.expect("sensor/light/0/mode", "buffer")
        watch.expect_streamed(sensor, light(321), "light/0/illuminance-raw-mlux", "321000 mlux")
        sensor.die()
        watch.expect("light/0/illuminance-raw-mlux", "(gone)")
        if turn == SETTLED:
            lab.until(lambda: not mode(hub, "light/0"), "the sensor is still in the table")
            before = size(hub)
    lab.until(lambda: not mode(hub, "light/0"), "the sensor is still in the table")
    after = size(hub)
    assert after["fds"] == before["fds"], f"descriptors: {before} -> {after}"
    assert after["own"] <= before["own"] + 64, f"memory: {before} -> {after}"
    assert after["rss"] <= LIMIT_KB, f"{after['rss']} kB resident"
    return f"{after['fds']} descriptors, {after['rss']} kB resident, {after['own'] - before['own']} kB more than after {SETTLED}"
