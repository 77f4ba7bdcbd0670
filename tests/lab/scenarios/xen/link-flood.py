# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that floods its PV channel loses that link only: the guest beside it gets every frame, and a twin can come afterwards."""

import time

from labkit.devices import MOUSE
from labkit.hub import Hub
from labkit.links import same_frames, twin_in
from labkit.xen import CHANNEL

NEEDS = "xenhubd xenhub xenhub-twin"
SECONDS = 3
STROKE = 30  # frames


def stroke(number):
    """A hand's: nothing is held, so no lease can run out where the emulated machine stands still. Each frame is another."""
    return [line for frame in range(number, number + STROKE) for line in (f"REL_X {1 + frame % 100} REL_Y {1 + frame // 100}", "wait 8")]


def run(lab):
    good, bad = lab.domain("gui"), lab.domain("channels")
    mouse = lab.uinput(MOUSE)
    hub = Hub(lab, "--listen", "vchan:gui", "--listen", f"channel:channels/{CHANNEL}")
    _, node = twin_in(lab, good, mouse.name)
    here, there = lab.read(mouse.node), lab.read(node, agent=good.agent)

    # With a session open first: it is the link of a consumer that ends.
    twin_in(lab, bad, mouse.name)
    number = bad.run("for n in $(xenstore-list device/console); do "
                     f"[ $(xenstore-read device/console/$n/name) = {CHANNEL} ] && echo $n; done", check=False)
    hvc = f"/dev/hvc{number}"
    flood = bad.spawn(f"kill -9 $(pidof xenhub-twin); stty -F {hvc} raw -echo; timeout {SECONDS} dd if=/dev/urandom of={hvc} bs=512; true")
    played = 0
    while flood.status is None:
        played += len(mouse.play(*stroke(played)))
    hub.process.expect(r"the line is full of garbage|something was lost on the line")
    same_frames(lab, here, there, played)
    # QEMU keeps up to 64 KiB of the flood, and passes it on in small pieces as the guest says something.
    began = time.monotonic()
    twin_in(lab, bad, mouse.name, prepared=True, timeout=90)
    assert hub.process.status is None
    return f"{played} frames beside a flooded channel, none lost; the next twin there is served after {time.monotonic() - began:.0f} s"
