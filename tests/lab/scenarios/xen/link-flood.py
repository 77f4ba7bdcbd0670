# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that floods its PV channel loses that link only: the guest beside it gets every frame, and a twin can come afterwards."""

import time

from labkit.devices import TOUCHSCREEN, lift, touch
from labkit.hub import Hub
from labkit.links import same_frames, twin_in

NEEDS = "xenhubd xenhub xenhub-twin"
NAME = "org.xenhub"
SECONDS = 3


def stroke(number):
    lines = [touch(0, number, 10, 20, "BTN_TOUCH 1"),
             *(touch(0, number, 10 + step * 7, 20 + step * 3) for step in range(1, 30)), lift(0, "BTN_TOUCH 0")]
    return [each for line in lines for each in (line, "wait 8")]


def run(lab):
    good, bad = lab.domain("gui"), lab.domain("channels")
    bad.create(f"channel = ['connection=pty,name=unused', 'connection=pty,name={NAME}']")
    finger = lab.uinput(TOUCHSCREEN)
    hub = Hub(lab, "--listen", "vchan:gui", "--listen", f"channel:channels/{NAME}")
    _, node = twin_in(lab, good, finger.name)
    here, there = lab.read(finger.node), lab.read(node, agent=good.agent)

    # With a session open first: it is the link of a consumer that ends.
    twin, _ = twin_in(lab, bad, finger.name)
    twin.kill()
    number = bad.run("for n in $(xenstore-list device/console); do "
                     f"[ $(xenstore-read device/console/$n/name) = {NAME} ] && echo $n; done", check=False)
    hvc = f"/dev/hvc{number}"
    flood = bad.spawn(f"stty -F {hvc} raw -echo; timeout {SECONDS} dd if=/dev/urandom of={hvc} bs=512; true")
    played, number = 0, 100
    while flood.status is None:
        finger.play(*stroke(number))
        played += len(stroke(number)) // 2
        number += 1
    hub.process.expect(r"the line is full of garbage|something was lost on the line")
    same_frames(lab, here, there, played)
    # QEMU keeps up to 64 KiB of the flood, and passes it on in small pieces as the guest says something.
    began = time.monotonic()
    twin_in(lab, bad, finger.name, prepared=True, timeout=90)
    assert hub.process.status is None
    return f"{played} frames beside a flooded channel, none lost; the next twin there is served after {time.monotonic() - began:.0f} s"
