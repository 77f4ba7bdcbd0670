# SPDX-License-Identifier: GPL-2.0-or-later
"""A device keeps its identity when it is plugged in again, elsewhere in time, and when the hub starts again."""

from labkit.devices import KEYBOARD, MOUSE
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"


def run(lab):
    keyboard, mouse = lab.uinput(KEYBOARD), lab.uinput(MOUSE)
    hub = Hub(lab)
    lab.qmp.plug("usb-kbd", "kbd", bus="usb.0", serial="L4B")
    names = (keyboard.name, mouse.name, "QEMU QEMU USB Keyboard")
    first = [hub.device(name)["id"] for name in names]
    assert len(set(first)) == 3, first

    for device in (keyboard, mouse):
        device.destroy()
    lab.qmp.unplug("kbd")
    for name in names:
        hub.wait_gone(name)
    mouse.create()  # the other way round, so that the nodes change places
    keyboard.create()
    lab.qmp.plug("usb-kbd", "kbd", bus="usb.0", serial="L4B")
    assert [hub.device(name)["id"] for name in names] == first, "another identity after the replug"

    hub.stop()
    hub.start()
    assert [hub.device(name)["id"] for name in names] == first, "another identity after the restart"
    return " ".join(first)
