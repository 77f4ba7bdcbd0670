# SPDX-License-Identifier: GPL-2.0-or-later
"""A receiver with keyboard and mouse behind one node is both, and loses neither."""

from labkit import events
from labkit.devices import COMBO
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"


def run(lab):
    combo = lab.uinput(COMBO)
    hub = Hub(lab)
    device = hub.device(combo.name)
    assert {"keyboard", "mouse"} <= set(device["classes"]), device

    original, watcher = lab.read(combo.node), hub.watch(combo.name)
    combo.play("KEY_LEFTCTRL 1", "BTN_LEFT 1", "REL_X 5 REL_Y -2", "BTN_LEFT 0", "KEY_9 1", "KEY_9 0", "REL_WHEEL 1",
               "KEY_LEFTCTRL 0", "KEY_ENTER 1", "KEY_ENTER 0")
    last = events.line(events.EV_KEY, events.KEY_ENTER, 0) + r"\nE: .*$"
    original.expect(last)
    watcher.expect(last)
    assert events.frames(watcher.text) == events.frames(original.text)
    return f"{len(events.frames(watcher.text))} frames of keys, buttons and motion"
