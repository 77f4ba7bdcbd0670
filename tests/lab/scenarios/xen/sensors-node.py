# SPDX-License-Identifier: GPL-2.0-or-later
"""From the kernel's buffer and uevent to node and stream: at most 1.2 times a bare loop that writes the same node.

The bare loops are tests/bench/node.c: they wait on the same buffer or uevent, and write value and serial in one transaction. They, a
hub that nobody listens to, and a hub with a consumer take turns on the same machine. The same observer, of real-time priority, watches
all nodes; who looks at the stream and at uevents prints nothing before it is quiet again.
"""

import statistics
import time

from labkit.hub import LINK, Hub
from labkit.sensors import HID_ACCELEROMETER, acceleration

ON_REQUEST = "three minutes"
NEEDS = "xenhubd bench_node bench_turn"
TALK = 20
EDGES = {"left-up": (1000, 0), "bottom-up": (0, 1000), "right-up": (-1000, 0), "normal": (0, -1000)}
HUB, BARE = "/local/domain/0/xenhub", "/local/domain/0/lab/bare"
LIMIT = 1.2
LOADED = 1.5  # so much more is put down to what else runs on the host's processors before it is called a failure


class Turning:
    """An accelerometer that is turned, by its buffer."""

    state = "orientation"
    rounds, changes = 3, 10
    pause = 0.3  # what is measured is a first change: all that the one before brought along is written by then
    judged = ("node", "frame")

    def __init__(self, lab):
        self.sensor = lab.hid(HID_ACCELEROMETER)
        lab.guest.until("test -e /dev/iio:device0")
        self.bare = ["bare-buffer", "/dev/iio:device0"]

    def settle(self, start):
        """A buffer that says nothing when it is claimed is polled: the device talks meanwhile, by itself."""
        talk = [f"report {acceleration(*EDGES['normal'])}", "wait 200"] * TALK
        self.sensor.say(*talk)
        readers, stop = start()
        for reader in readers.values():
            reader.expect(r"^normal \d+")
        for _ in range(TALK):
            self.sensor.process.expect(r"^frame ")
        return readers, stop

    def change(self, number):
        value = list(EDGES)[number % len(EDGES)]
        self.sensor.say(f"report {acceleration(*EDGES[value])}")
        return value, float(self.sensor.process.expect(r"^frame (\S+)").group(1)) * 1e9

    def stop_bare(self, lab):
        lab.guest.run("echo 0 > /sys/bus/iio/devices/iio:device0/buffer/enable")


class Draining:
    """A battery whose charge falls, by the kernel's uevents."""

    state = "power/percent"
    rounds, changes = 2, 4
    # The lab's firmware notifies for two seconds. A hub that reads after an earlier event sees the change before its own.
    pause = 2.5
    judged = ("frame",)  # the node's ratio is told: its few samples have been anything from 1.1 to 1.5

    def __init__(self, lab):
        self.lab = lab
        self.percent = 90
        self.bare = ["bare-power", "BAT0"]
        # udevd does its own work for each uevent, on the one processor that there is.
        lab.guest.run(f"charge {self.percent}; kill -STOP $(pidof udevadm systemd-udevd)")
        self.uevents = lab.start("bench_node", "uevents", "BAT0")
        self.uevents.expect("^ready")

    def settle(self, start):
        readers, stop = start()
        value, _ = self.change(0)
        for reader in readers.values():
            reader.expect(rf"^{value} \d+")
        return readers, stop

    def change(self, _):
        self.percent -= 1
        self.lab.guest.run(f"charge {self.percent}")
        return str(self.percent), int(self.uevents.expect(rf"^{self.percent} (\d+)", timeout=10).group(1))

    def stop_bare(self, lab):
        pass


def measure(source, start):
    """Nanoseconds from each change to each reader's line that tells of it, by reader."""
    readers, stop = source.settle(start)
    times = {name: [] for name in readers}
    for number in range(source.changes):
        time.sleep(source.pause)
        value, at = source.change(number)
        for name, reader in readers.items():
            elapsed = int(reader.expect(rf"^{value} (\d+)", timeout=10).group(1)) - at
            if elapsed > 0:
                times[name].append(elapsed)
    for reader in readers.values():
        reader.kill()
        reader.wait()
    stop()
    return times


def compare(lab, source):
    """Microseconds to the bare loop's node, to the hub's, and to the stream's frame: quartiles, as other load only ever adds."""
    times = {"bare": [], "node": [], "frame": []}

    def observer(node):
        process = lab.start("bench_node", "watch", f"{node}/{source.state}")
        process.expect("^ready")
        return process

    def run_bare():
        bare = lab.start("bench_node", *source.bare, f"{BARE}/{source.state}")
        bare.expect("^ready")

        def stop():
            bare.kill()
            bare.wait()
            source.stop_bare(lab)
        return {"bare": observer(BARE)}, stop

    def run_node():
        hub = Hub(lab, "-c", "/run/lab/always.conf")
        return {"node": observer(HUB)}, hub.stop

    def run_frame():
        hub = Hub(lab)
        return {"frame": lab.start("bench_turn", "hub", LINK, source.state)}, hub.stop

    for _ in range(source.rounds):
        for start in (run_bare, run_node, run_frame):
            for name, values in measure(source, start).items():
                times[name] += values
    for name, values in times.items():
        assert len(values) * 2 > source.rounds * source.changes, f"{source.state}, {name}: {len(values)} samples"
    return {name: statistics.quantiles(values, n=4)[0] / 1e3 for name, values in times.items()}


def together(lab, source):
    """What the hub writes in the transaction of one change, serial apart. Not while it is measured: who watches all costs time."""
    hub = Hub(lab, "-c", "/run/lab/always.conf")
    observer = lab.start("bench_node", "watch", f"{HUB}/{source.state}")
    observer.expect("^ready")
    source.settle(lambda: ({"node": observer}, hub.stop))
    nodes = lab.start("bench_node", "together", HUB, source.state)
    nodes.expect("^ready")
    time.sleep(source.pause)
    source.change(0)
    found = nodes.expect(rf"^(.*{source.state}.*)$", timeout=10).group(1).split()
    for process in (observer, nodes):
        process.kill()
        process.wait()
    hub.stop()
    return found


def run(lab):
    lab.guest.run("printf '[sensors]\\nalways = orientation power\\n' > /run/lab/always.conf")
    details, slow = [], []
    for kind in (Turning, Draining):
        source = kind(lab)
        nodes = together(lab, source)
        assert nodes == [source.state], f"{source.state}: the bare loop does not write the same nodes: {' '.join(nodes)}"
        us = compare(lab, source)
        ratio = {name: us[name] / us["bare"] for name in ("node", "frame")}
        details.append(f"{source.state}: node {us['node']:.0f} us, frame {us['frame']:.0f} us, bare node {us['bare']:.0f} us, "
                       f"ratio {ratio['node']:.2f} and {ratio['frame']:.2f}")
        slow += [name for name in source.judged if ratio[name] > LIMIT * LOADED]
    assert not slow, f"more than {LIMIT} and {LOADED} for the load: {'; '.join(details)}"
    return "; ".join(details)
