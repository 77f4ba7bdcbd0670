# SPDX-License-Identifier: GPL-2.0-or-later
"""From a battery's uevent to node and stream: at most 1.2 times a bare loop that writes the same node. See labkit/nodes.py."""

from labkit import nodes

ON_REQUEST = "three minutes"
NEEDS = nodes.NEEDS


class Source:
    """A battery whose charge falls."""

    state = "power/percent"
    rounds, changes = 4, 4
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

    def settle(self, start):
        """The kernel tells its sockets of a uevent one by one, the youngest first, and who wakes runs before the next is told: only
        an observer that comes after who is measured hears first, and says when it was."""
        reader, stop = start()
        reader.expect(rf"^{self.drain()} \d+")
        self.uevents = self.lab.start("bench_node", "uevents", "BAT0")
        self.uevents.expect("^ready")

        def stop_all():
            self.uevents.kill()
            self.uevents.wait()
            stop()
        return reader, stop_all

    def change(self, _):
        value = self.drain()
        return value, int(self.uevents.expect(rf"^{value} (\d+)", timeout=10).group(1))

    def stop_bare(self):
        pass


def run(lab):
    return nodes.judge(lab, Source(lab))
