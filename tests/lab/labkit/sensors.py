# SPDX-License-Identifier: GPL-2.0-or-later
"""HID sensors, and the hub's sensors as a person sees them."""

import json
import re
import struct
import time

from .common import Failure
from .hub import CONTROL

# Acceleration in thousandths of g, behind a HID sensor hub: state, event, x, y and z as one input report. Upright it says -1 g
# along y: the signs under which the kernel's matrices are measured.
HID_ACCELEROMETER = """
name Lab Accelerometer
phys lab/hid-accel
id 18 1d6b 1013 100
descriptor 05 20 09 01 a1 00 09 73 a1 00 85 01 05 20
descriptor 0a 09 03 15 00 25 02 75 08 95 01 a1 02 0a 30 08 0a 31 08 0a 32 08 b1 00 c0
descriptor 0a 16 03 15 00 25 05 75 08 95 01 a1 02 0a 40 08 0a 41 08 0a 42 08 0a 43 08 0a 44 08 0a 45 08 b1 00 c0
descriptor 0a 19 03 15 00 25 05 75 08 95 01 a1 02 0a 50 08 0a 51 08 0a 52 08 0a 53 08 0a 54 08 0a 55 08 b1 00 c0
descriptor 0a 0e 03 15 00 27 ff ff ff 7f 75 20 95 01 55 00 b1 02
descriptor 0a 52 14 15 00 26 10 27 75 10 95 01 55 0d b1 02
descriptor 0a 01 02 15 00 25 06 75 08 95 01 a1 02
descriptor 0a 00 08 0a 01 08 0a 02 08 0a 03 08 0a 04 08 0a 05 08 0a 06 08 81 00 c0
descriptor 0a 02 02 15 00 25 05 75 08 95 01 a1 02
descriptor 0a 10 08 0a 11 08 0a 12 08 0a 13 08 0a 14 08 0a 15 08 81 00 c0
descriptor 16 01 80 26 ff 7f 75 10 95 01 55 0d 0a 53 04 81 02 0a 54 04 81 02 0a 55 04 81 02 c0 c0
answer feature 01 01 01 02 00 00 00 00 00 00
answer input 01 02 03 00 00 18 fc 00 00
"""


def light(lux):
    """An input report of devices.HID_LIGHT_SENSOR."""
    return "010203" + struct.pack("<I", lux).hex()


def acceleration(x, y, z=0):
    """An input report of HID_ACCELEROMETER, in thousandths of g."""
    return "010203" + struct.pack("<hhh", x, y, z).hex()


def answer(report):
    """What the device says from now on when it is asked: the line for uhidev."""
    return f"answer input {report[:2]} {report[2:]}"


class Watch:
    """`xenhub state --watch`: has the sensors read while it runs, and prints each state that changes."""

    def __init__(self, hub, *path):
        self.process = hub.lab.start("xenhub", "--control", CONTROL, "state", "--watch", *path)

    def expect(self, path, value, timeout=30):
        self.process.expect(rf"^{re.escape(path)} +{re.escape(str(value))}\s*$", timeout=timeout)

    def expect_streamed(self, sensor, report, path, value):
        """The device goes on saying this, as they do, until the state is there. Returns how many reports that took."""
        for count in range(1, 60):
            sensor.report(report)
            try:
                self.expect(path, value, timeout=0.5)
                return count
            except Failure:
                continue
        raise Failure(f"{path} does not become {value} after {count} reports")

    def stop(self):
        self.process.kill()
        self.process.wait()


def states(hub, path):
    """path -> value, of what there is at and below a path, which may be nothing."""
    told = json.loads(str(hub.ctl("state", "--json")))
    return {key: value["value"] for key, value in told.items() if key == path or key.startswith(path + "/")}


def mode(hub, sensor):
    return states(hub, "sensor").get(f"sensor/{sensor}/mode")


def table(hub):
    """`xenhub sensors --json`: id -> row."""
    return {row["id"]: row for row in json.loads(hub.ctl("sensors", "--json").text)["sensors"]}


def size(hub):
    """What xenhubd holds: its descriptors, and kilobytes resident, in all and its own."""
    words = str(hub.lab.guest.run(
        f"ls /proc/{hub.pid}/fd | wc -l; awk '/^(VmRSS|RssAnon):/ {{ print $2 }}' /proc/{hub.pid}/status")).split()
    return dict(zip(("fds", "rss", "own"), map(int, words)))


def wakes(hub, during):
    """How often the daemon's threads went to wait for events during that, the main one's first; and how many seconds it took.

    The kernel's own trace of it: voluntary switches would count each wait inside a driver as well.
    """
    trace = "cd /sys/kernel/tracing"
    hub.lab.guest.run(f"mount -t tracefs tracing /sys/kernel/tracing; {trace} && echo > trace && "
                      "for call in epoll_wait epoll_pwait; do echo 1 > events/syscalls/sys_enter_$call/enable; done")
    began = time.monotonic()
    during()
    counts = hub.lab.guest.run(f"{trace} && echo 0 > tracing_on; for task in /proc/{hub.pid}/task/*; do "
                               "grep -c -- \"-${task##*/} .*timeout: ff\" trace; done; true")
    return [int(count) for count in counts.lines], time.monotonic() - began
