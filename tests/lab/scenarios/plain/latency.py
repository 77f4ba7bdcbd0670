# SPDX-License-Identifier: GPL-2.0-or-later
"""How long it takes from write(uinput) to a consumer's recv, next to a bare reader of the same device."""

import json

from labkit.devices import MOUSE
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"
FRAMES = 400


def percentiles(times):
    ordered = sorted(times)
    return [ordered[len(ordered) * share // 100] * 1000 for share in (50, 99)]


def run(lab):
    mouse = lab.uinput(MOUSE)
    hub = Hub(lab)
    watcher, reader = hub.watch(mouse.name, format="json"), lab.read(mouse.node, "--arrival")
    mouse.say(*(line for i in range(FRAMES) for line in ("wait 4", f"REL_X {1 + i}")))
    written = [float(mouse.process.expect(r"^frame (\S+)", 60).group(1)) for _ in range(FRAMES)]
    lab.until(lambda: watcher.text.count('"frame"') >= FRAMES, f"fewer than {FRAMES} frames arrive")
    lab.until(lambda: reader.text.count("# arrived") >= FRAMES, "the reader misses some")
    told = [json.loads(line) for line in watcher.lines[:] if '"frame"' in line]
    assert [frame["events"][0]["value"] for frame in told] == list(range(1, FRAMES + 1)), "frames are lost or merged"
    hub_times = [frame["received_ns"] / 1e9 - start for frame, start in zip(told, written)]
    bare_times = [float(line.split()[2]) - start
                  for line, start in zip((each for each in reader.lines if each.startswith("# arrived")), written)]
    assert min(hub_times) > 0 and min(bare_times) > 0, "received before it was written"
    (p50, p99), (bare50, bare99) = percentiles(hub_times), percentiles(bare_times)
    return (f"write to recv p50 {p50:.2f} ms p99 {p99:.2f} ms; a bare read of the node {bare50:.2f} and {bare99:.2f} "
            f"(emulated machine, {FRAMES} frames)")
