# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a turn takes from the kernel's buffer to a consumer, against bare loops on the same buffer and a socket.

One bare loop reads and writes; the other has a thread for each, as a program must whose links do not wait for a sensor that hangs.
What the hub adds to the first is therefore a thread, and to the second what it knows.
"""

import statistics
import time

from labkit.hub import LINK, Hub
from labkit.turning import Turning

NEEDS = "xenhubd bench_turn"
ROUNDS = 3
TURNS = 10
PAUSE = 0.15  # what the turn before brought along is over by then
# The ratio is printed: processors are emulated here. What fails is a turn that waits for the next publication.
PUBLISH_MS = 1000


def measure(lab, turning, *words):
    """Nanoseconds from each report to the line that tells of it."""
    reader = lab.start("bench_turn", *words)
    turning.settle(reader)
    times = []
    for number in range(TURNS):
        time.sleep(PAUSE)
        edge, sent = turning.turn(number)
        times.append(int(reader.expect(rf"^{edge} (\d+)", timeout=5).group(1)) - sent)
    reader.kill()
    reader.wait()
    return times


def run(lab):
    turning = Turning(lab)
    lab.guest.run(f"printf '[publish]\\ninterval-ms = {PUBLISH_MS}\\n' > /run/lab/xenhub.conf")
    times = {"bare": [], "thread": [], "hub": []}
    for _ in range(ROUNDS):
        for kind in ("bare", "thread"):
            times[kind] += measure(lab, turning, kind, "/dev/iio:device0")
            turning.release()
        hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
        times["hub"] += measure(lab, turning, "hub", LINK)
        hub.stop()
    us = {kind: statistics.median(values) / 1e3 for kind, values in times.items()}
    detail = (f"{len(times['hub'])} turns: hub {us['hub']:.0f} us, bare loop {us['bare']:.0f} us, with a thread "
              f"{us['thread']:.0f} us, ratio {us['hub'] / us['bare']:.2f} and {us['hub'] / us['thread']:.2f}")
    assert us["hub"] < PUBLISH_MS * 1e3 / 10, detail
    return detail
