# SPDX-License-Identifier: GPL-2.0-or-later
"""From the kernel's buffer to node and stream: at most 1.2 times a bare loop that writes the same node. See labkit/nodes.py."""

from labkit import nodes, turning

ON_REQUEST = "three minutes"
NEEDS = nodes.NEEDS


class Source(turning.Turning):
    """An accelerometer that is turned."""

    state = "orientation"
    rounds, changes = 8, 8
    pause = 0.2  # what is measured is a first change: all that the one before brought along is written by then
    bare = ["bare-buffer", "/dev/iio:device0"]

    def settle(self, start):
        reader, stop = start()
        super().settle(reader)
        return reader, stop

    def change(self, number):
        return self.turn(number)

    def stop_bare(self):
        self.release()


def run(lab):
    source = Source(lab)
    nodes.prepare(lab, source)
    return nodes.judge(source, source.rounds * source.changes, nodes.compare(lab, source))
