# SPDX-License-Identifier: GPL-2.0-or-later
"""The same over a PV channel, a terminal's and a socket's: found by name on both sides, and without vchan's grants."""

from labkit.devices import TOUCHSCREEN, lift, touch
from labkit.hub import Hub
from labkit.links import plays_alike, twin_in
from labkit.xen import CHANNEL

NEEDS = "xenhubd xenhub xenhub-twin"

PLAY = (
    touch(0, 101, 10, 20, "BTN_TOUCH 1"),
    *(touch(0, 101, 10 + step * 7, 20 + step * 3) for step in range(1, 40)),
    lift(0, "BTN_TOUCH 0"),
)


def run(lab):
    guest = lab.domain("channels")
    finger = lab.uinput(TOUCHSCREEN)
    done, prepared = [], False
    for kind, name, link in (("pty", CHANNEL, "auto"), ("socket", f"{CHANNEL}.socket", f"channel:{CHANNEL}.socket")):
        hub = Hub(lab, "--listen", f"channel:channels/{name}")
        twin, node = twin_in(lab, guest, finger.name, link=link, prepared=prepared)
        prepared = True
        here, there = lab.read(finger.node), lab.read(node, agent=guest)
        done.append(f"{plays_alike(lab, finger, PLAY, here, there, twin)} frames alike over a {kind}")
        here.kill()
        twin.stop()
        hub.stop()
    return ", ".join(done)
