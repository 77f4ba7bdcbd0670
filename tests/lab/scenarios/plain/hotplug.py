# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices that are there at the start, come and go: USB keyboard, mouse and pen tablet, each used and pulled out."""

from labkit import events
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"


def run(lab):
    hub = Hub(lab)
    for name in ("QEMU Virtio Keyboard", "QEMU Virtio Mouse", "QEMU Virtio Tablet", "Power Button", "Lid Switch"):
        hub.device(name)

    watcher = hub.watch()
    lab.qmp.plug("usb-kbd", "kbd", bus="usb.0")
    keyboard = hub.device("QEMU QEMU USB Keyboard")
    assert "keyboard" in keyboard["classes"], keyboard
    lab.qmp.key("b")
    watcher.expect(events.line(events.EV_KEY, events.KEY_B, 1))
    watcher.expect(events.line(events.EV_KEY, events.KEY_B, 0))

    lab.qmp.plug("usb-wacom-tablet", "pen", bus="usb.0")
    lab.until(lambda: [each for each in hub.devices() if "pen" in each["classes"]], "no pen")
    lab.qmp.plug("usb-mouse", "mouse", bus="usb.0")
    assert "mouse" in hub.device("QEMU QEMU USB Mouse")["classes"]
    lab.qmp.move(x=7, y=-3)
    watcher.expect(events.line(events.EV_REL, events.REL_X, 7))

    before = len(hub.devices())
    for ident in ("mouse", "pen", "kbd"):
        lab.qmp.unplug(ident)
    hub.wait_gone("QEMU QEMU USB Mouse")
    hub.wait_gone("QEMU QEMU USB Keyboard")
    lab.until(lambda: not [each for each in hub.devices() if "pen" in each["classes"]], "the pen stays")
    return f"{before} devices, 3 pulled out"
