# SPDX-License-Identifier: GPL-2.0-or-later
"""From a battery's uevent to node and stream: at most 1.2 times a bare loop that writes the same node. See labkit/nodes.py.

Every process is told of every uevent, so the bare loop and a hub with a consumer can take turns from change to change, whatever the
host's processors do meanwhile: who is not measured is stopped, and catches up afterwards.
"""

import time

from labkit import nodes
from labkit.hub import Hub

ON_REQUEST = "three minutes"
NEEDS = nodes.NEEDS
CHANGES = 24


class Source:
    """A battery whose charge falls."""

    state = "power/percent"
    # The lab's firmware notifies for two seconds. A hub that reads after an earlier event sees the change before its own.
    pause = 2.5
    bare = ["bare-power", "BAT0"]

    def __init__(self, lab):
        self.lab = lab
        self.percent = 98
        # udevd does its own work for each uevent, on the one processor that there is.
        lab.guest.run(f"charge {self.percent}; kill -STOP $(pidof udevadm systemd-udevd)")

    def drain(self):
        self.percent -= 1
        self.lab.guest.run(f"charge {self.percent}")
        return str(self.percent)

    def observe(self):
        """The kernel tells its sockets of a uevent one by one, the youngest first, and who wakes runs before the next is told: only
        an observer that comes after who is measured hears first, and says when it was."""
        self.uevents = self.lab.start("bench_node", "uevents", "BAT0")
        self.uevents.expect("^ready")

    def settle(self, start):
        reader, stop = start()
        reader.expect(rf"^{self.drain()} \d+")
        self.observe()

        def stop_all():
            self.uevents.kill()
            self.uevents.wait()
            stop()
        return reader, stop_all

    def change(self, _):
        value = self.drain()
        return value, int(self.uevents.expect(rf"^{value} (\d+)", timeout=10).group(1))


def compare(lab, source):
    bare, hub = nodes.start_bare(lab, source), Hub(lab, "-c", nodes.ALWAYS)
    turns = (bare, {"bare": nodes.observer(lab, nodes.BARE, source)}), (
        hub.process, {"node": nodes.observer(lab, nodes.HUB, source), "frame": nodes.consumer(lab, source)})
    readers = {name: reader for _, named in turns for name, reader in named.items()}
    value = source.drain()
    for reader in readers.values():
        reader.expect(rf"^{value} \d+")
    source.observe()
    times = {name: [] for name in readers}
    for number in range(2 * CHANGES):
        _, measured = turns[number % 2]
        other, _ = turns[1 - number % 2]
        time.sleep(source.pause)
        other.pause()
        value, at = source.change(number)
        heard = {name: int(reader.expect(rf"^{value} (\d+)", timeout=10).group(1)) for name, reader in measured.items()}
        other.go_on()
        for name, reader in readers.items():
            if name not in measured:
                reader.expect(rf"^{value} \d+", timeout=10)
        for name, ns in heard.items():
            if ns > at:
                times[name].append((ns - at) / 1e3)
    hub.stop()
    return times


def run(lab):
    source = Source(lab)
    nodes.prepare(lab, source)
    return nodes.judge(source, CHANGES, compare(lab, source))
