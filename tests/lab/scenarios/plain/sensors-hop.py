# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a turn takes from the kernel's buffer to a consumer, against a bare loop on the same buffer and a socket."""

import statistics
import time

from labkit.hub import LINK, Hub
from labkit.sensors import HID_ACCELEROMETER, acceleration

NEEDS = "xenhubd bench_turn"
ROUNDS = 4
EDGES = {"left-up": (1000, 0), "bottom-up": (0, 1000), "right-up": (-1000, 0), "normal": (0, -1000)}
TURNS = list(EDGES) * 5
# The ratio is printed: processors are emulated here. What fails is a turn that waits for the next publication.
PUBLISH_MS = 1000


def measure(lab, sensor, *words):
    """Nanoseconds from each report to the line that tells of it."""
    reader = lab.start("bench_turn", *words)
    # A hub asks once before it trusts the buffer; the device says something meanwhile.
    for _ in range(40):
        sensor.report(acceleration(*EDGES["normal"]))
        if "ready" in reader.text and "normal " in reader.text:
            break
        time.sleep(0.25)
    reader.expect("^ready")
    reader.expect(r"^normal \d+")
    times = []
    for edge in TURNS:
        sensor.say(f"report {acceleration(*EDGES[edge])}")
        sent = float(sensor.process.expect(r"^frame (\S+)").group(1)) * 1e9
        heard = int(reader.expect(rf"^{edge} (\d+)", timeout=5).group(1))
        times.append(heard - sent)
    reader.kill()
    reader.wait()
    return times


def run(lab):
    sensor = lab.hid(HID_ACCELEROMETER)
    lab.guest.until("test -e /dev/iio:device0")
    lab.guest.run(f"printf '[publish]\\ninterval-ms = {PUBLISH_MS}\\n' > /run/lab/xenhub.conf")
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare += measure(lab, sensor, "bare", "/dev/iio:device0")
        lab.guest.run("echo 0 > /sys/bus/iio/devices/iio:device0/buffer/enable")
        hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
        ours += measure(lab, sensor, "hub", LINK)
        hub.stop()
    ratio = statistics.median(ours) / statistics.median(bare)
    detail = (f"{len(ours)} turns: hub {statistics.median(ours) / 1e3:.0f} us, bare loop "
              f"{statistics.median(bare) / 1e3:.0f} us, ratio {ratio:.2f}")
    assert statistics.median(ours) < PUBLISH_MS * 1e6 / 10, detail
    return detail
