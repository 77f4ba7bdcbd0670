# SPDX-License-Identifier: GPL-2.0-or-later
"""How soon a change in the kernel is a node in XenStore and a frame on the stream, against a bare loop that writes the same node.

The bare loops are tests/bench/node.c: they wait on the same buffer or uevent, and write value and serial in one transaction. They and a
hub take turns on the same machine. The same observer, of real-time priority, watches all nodes; who looks at the stream and at the
source prints nothing before it is quiet again.

A source says `state`, which one changes; `pause`, seconds before each change; `bare`, the loop's arguments; settle(start), which calls
start for a reader and what stops it, and returns both when the reader hears; change(number), which returns the new value and the
nanosecond in which the kernel had it. For `rounds` of `changes` each, it has stop_bare() as well.
"""

import statistics
import time

from .hub import LINK, Hub

NEEDS = "xenhubd bench_node bench_turn"
ALWAYS = "/run/lab/always.conf"
HUB, BARE = "/local/domain/0/xenhub", "/local/domain/0/lab/bare"
LIMIT = 1.2
LOADED = 1.25  # so much more is put down to what else runs on the host's processors before it is called a failure


def measure(source, start):
    """Nanoseconds from each change to the reader's line that tells of it."""
    reader, stop = source.settle(start)
    times = []
    for number in range(source.changes):
        time.sleep(source.pause)
        value, at = source.change(number)
        elapsed = int(reader.expect(rf"^{value} (\d+)", timeout=10).group(1)) - at
        if elapsed > 0:
            times.append(elapsed)
    reader.kill()
    reader.wait()
    stop()
    return times


def observer(lab, node, source):
    process = lab.start("bench_node", "watch", f"{node}/{source.state}")
    process.expect("^ready")
    return process


def start_bare(lab, source):
    process = lab.start("bench_node", *source.bare, f"{BARE}/{source.state}")
    process.expect("^ready")
    return process


def consumer(lab, source):
    return lab.start("bench_turn", "hub", LINK, source.state)


def compare(lab, source):
    """All times, in microseconds: to the bare loop's node, to that of a hub that nobody listens to, and to a consumer's frame."""
    def run_bare():
        bare = start_bare(lab, source)

        def stop():
            bare.kill()
            bare.wait()
            source.stop_bare()
        return observer(lab, BARE, source), stop

    def run_node():
        hub = Hub(lab, "-c", ALWAYS)
        return observer(lab, HUB, source), hub.stop

    def run_frame():
        hub = Hub(lab)
        return consumer(lab, source), hub.stop

    times = {"bare": [], "node": [], "frame": []}
    for _ in range(source.rounds):
        for name, start in (("bare", run_bare), ("node", run_node), ("frame", run_frame)):
            times[name] += [ns / 1e3 for ns in measure(source, start)]
    return times


def written_together(lab, source):
    """What the hub writes in the transaction of one change, serial apart. Not while it is measured: who watches all costs time."""
    def start():
        hub = Hub(lab, "-c", ALWAYS)
        return observer(lab, HUB, source), hub.stop

    reader, stop = source.settle(start)
    nodes = lab.start("bench_node", "together", HUB, source.state)
    nodes.expect("^ready")
    time.sleep(source.pause)
    source.change(0)
    found = nodes.expect(rf"^(.*{source.state}.*)$", timeout=10).group(1).split()
    for process in (reader, nodes):
        process.kill()
        process.wait()
    stop()
    return found


def prepare(lab, source):
    """Nothing else is read or written: the bare loop does not know the other sensor, nor does the hub that a consumer asks."""
    lab.guest.run(f"printf '[sensors]\\nalways = {source.state.split('/')[0]}\\n' > {ALWAYS}")
    nodes = written_together(lab, source)
    assert nodes == [source.state], f"the bare loop does not write the same nodes: {' '.join(nodes)}"


def judge(source, changes, times):
    """The line that says it. changes: of each kind; some are lost, where the source was told later than who is measured."""
    for name, values in times.items():
        assert len(values) * 2 > changes, f"{source.state}, {name}: {len(values)} samples of {changes}"
    us = {name: statistics.median(values) for name, values in times.items()}
    ratio = {name: us[name] / us["bare"] for name in ("node", "frame")}
    detail = (f"{source.state}, medians of {' and '.join(sorted({str(len(values)) for values in times.values()}))}: "
              f"node {us['node']:.0f} us, frame {us['frame']:.0f} us, bare node {us['bare']:.0f} us, "
              f"ratio {ratio['node']:.2f} and {ratio['frame']:.2f}")
    assert max(ratio.values()) <= LIMIT * LOADED, f"more than {LIMIT} and {LOADED} for the load: {detail}"
    return detail
