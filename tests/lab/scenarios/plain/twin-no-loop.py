# SPDX-License-Identifier: GPL-2.0-or-later
"""A hub never takes a twin as a source, neither one that is there at its start nor one that comes later."""

from labkit.devices import KEYBOARD, MOUSE
from labkit.hub import Hub

NEEDS = "xenhubd xenhub xenhub-twin"


def run(lab):
    keyboard = lab.uinput(KEYBOARD)
    hub = Hub(lab)
    hub.twin(keyboard.name)
    before = len(hub.devices())
    mouse = lab.uinput(MOUSE)
    hub.device(mouse.name)
    hub.twin_of(mouse.name)
    assert len(hub.devices()) == before + 1, "a twin became a source"
    nodes = {device["node"] for device in lab.inputs()}
    hub.stop()
    hub.start()
    hub.device(mouse.name)
    assert len(hub.devices()) == before + 1, "a twin became a source at the start"
    assert {device["node"] for device in lab.inputs()} == nodes, "twins multiply"
    return f"{before + 1} devices, none of them a twin"
