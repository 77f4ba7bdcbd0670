# SPDX-License-Identifier: GPL-2.0-or-later
"""A finger on Dom0's touchscreen arrives in a guest over vchan: `xenhub-twin auto` there, and the same frames come out."""

from labkit.devices import TOUCHSCREEN, lift, touch
from labkit.hub import Hub
from labkit.links import plays_alike, twin_in

NEEDS = "xenhubd xenhub xenhub-twin"

PLAY = (
    touch(0, 101, 10, 20, "BTN_TOUCH 1 ABS_X 10 ABS_Y 20"),
    *(touch(0, 101, 10 + step * 7, 20 + step * 3, f"ABS_X {10 + step * 7} ABS_Y {20 + step * 3}") for step in range(1, 60)),
    touch(1, 102, 1900, 1200),
    touch(1, 102, 1800, 1100),
    lift(1),
    lift(0, "BTN_TOUCH 0"),
)


def run(lab):
    gui = lab.domain("gui")
    finger = lab.uinput(TOUCHSCREEN)
    Hub(lab, "--listen", "vchan:gui")
    twin, node = twin_in(lab, gui, finger.name)
    here, there = lab.read(finger.node), lab.read(node, agent=gui)
    count = plays_alike(lab, finger, PLAY, here, there, twin)
    return f"{count} frames alike in Dom0 and in {gui.name}"
