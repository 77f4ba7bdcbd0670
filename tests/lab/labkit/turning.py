# SPDX-License-Identifier: GPL-2.0-or-later
"""An accelerometer that is turned, for who measures how soon that is heard of."""

from .common import Failure
from .sensors import HID_ACCELEROMETER, acceleration

EDGES = {"left-up": (1000, 0), "bottom-up": (0, 1000), "right-up": (-1000, 0), "normal": (0, -1000)}
PROOF = "bottom-up"
# All the machine has is one processor: uhidev tells the host of a turn when what the turn set going is over.
QUIET_MS = 30


class Turning:
    def __init__(self, lab):
        self.lab = lab
        self.sensor = lab.hid(HID_ACCELEROMETER)
        self.sensor.say(f"quiet {QUIET_MS}")
        lab.guest.until("test -e /dev/iio:device0")

    def _report(self, edge):
        self.sensor.say(f"report {acceleration(*EDGES[edge])}")
        return float(self.sensor.process.expect(r"^frame (\S+)").group(1)) * 1e9

    def settle(self, reader):
        """Until the reader, a process that prints `EDGE NANOSECONDS`, hears of what only the buffer says: asked, the device says
        something else."""
        for _ in range(40):
            self._report(PROOF)
            try:
                reader.expect(rf"^{PROOF} \d+", timeout=0.3)
                return
            except Failure:
                continue
        raise Failure(f"the buffer does not come to {reader.script}")

    def turn(self, number):
        """Which edge is up now, and the nanosecond in which the device said so. Each number another edge, none of them first PROOF."""
        edge = list(EDGES)[number % len(EDGES)]
        return edge, self._report(edge)

    def release(self):
        """The buffer, after a reader that left it running."""
        self.lab.guest.run("echo 0 > /sys/bus/iio/devices/iio:device0/buffer/enable")
