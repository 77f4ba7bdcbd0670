# SPDX-License-Identifier: GPL-2.0-or-later
"""The same over a PV channel, a terminal's and a socket's: found by name on both sides, and without vchan's grants."""

from labkit.devices import TOUCHSCREEN, lift, touch
from labkit.hub import Hub
from labkit.links import same_frames, twin_in

NEEDS = "xenhubd xenhub xenhub-twin"

NAME = "org.xenhub"
CHANNELS = ("channel = ['connection=pty,name=unused', "  # this libxl never creates the first one
            f"'connection=pty,name={NAME}', 'connection=socket,path=/run/lab/channel,name={NAME}.socket']")

PLAY = (
    touch(0, 101, 10, 20, "BTN_TOUCH 1"),
    *(touch(0, 101, 10 + step * 7, 20 + step * 3) for step in range(1, 40)),
    lift(0, "BTN_TOUCH 0"),
)


def run(lab):
    guest = lab.domain("channels")
    guest.create(CHANNELS)
    finger = lab.uinput(TOUCHSCREEN)
    done, prepared = [], False
    for kind, name, link in (("pty", NAME, "auto"), ("socket", f"{NAME}.socket", f"channel:{NAME}.socket")):
        hub = Hub(lab, "--listen", f"channel:channels/{name}")
        twin, node = twin_in(lab, guest, finger.name, link=link, prepared=prepared)
        prepared = True
        here, there = lab.read(finger.node), lab.read(node, agent=guest)
        finger.play(*PLAY)
        done.append(f"{same_frames(lab, here, there, len(PLAY))} frames alike over a {kind}")
        here.kill()
        twin.stop()
        hub.stop()
    return ", ".join(done)
