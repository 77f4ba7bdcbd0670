# SPDX-License-Identifier: GPL-2.0-or-later
"""A pen comes near, touches, is pressed and tilted, uses its button and its rubber, and leaves."""

from labkit import events
from labkit.devices import PEN
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"


def run(lab):
    pen = lab.uinput(PEN)
    hub = Hub(lab)
    assert set(hub.device(pen.name)["classes"]) == {"pen"}

    original, watcher = lab.read(pen.node), hub.watch(pen.name)
    pen.play(
        "BTN_TOOL_PEN 1 ABS_X 1000 ABS_Y 2000 ABS_DISTANCE 20",
        "BTN_TOUCH 1 ABS_DISTANCE 0 ABS_PRESSURE 300 ABS_TILT_X -12 ABS_TILT_Y 8",
        *(f"ABS_X {1000 + 40 * i} ABS_Y {2000 + 25 * i} ABS_PRESSURE {300 + 90 * i}" for i in range(1, 21)),
        "BTN_STYLUS 1", "BTN_STYLUS 0", "BTN_TOUCH 0 ABS_PRESSURE 0 ABS_DISTANCE 15", "BTN_TOOL_PEN 0",
        "BTN_TOOL_RUBBER 1 ABS_X 5000 ABS_Y 5000", "BTN_TOOL_RUBBER 0")
    last = events.line(events.EV_KEY, events.BTN_TOOL_PEN + 1, 0) + r"\nE: .*$"
    original.expect(last)
    watcher.expect(last)
    assert events.frames(watcher.text) == events.frames(original.text)
    return f"{len(events.frames(watcher.text))} frames"
