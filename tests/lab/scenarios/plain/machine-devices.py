# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's own keyboard, mouse and tablets, virtio and USB, from QMP to a consumer; unplugged with keys and buttons down."""

from labkit import events
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"
SPOT = 0x4000


def run(lab):
    hub = Hub(lab)
    keys, mouse, tablet = (hub.watch(f"QEMU Virtio {name}") for name in ("Keyboard", "Mouse", "Tablet"))
    lab.qmp.key("a")
    keys.expect(events.line(events.EV_KEY, events.KEY_A, 1))
    keys.expect(events.line(events.EV_KEY, events.KEY_A, 0))
    lab.qmp.move(x=5, y=-7)
    mouse.expect(events.line(events.EV_REL, events.REL_X, 5))
    mouse.expect(events.line(events.EV_REL, events.REL_Y, -7))
    lab.qmp.point(x=SPOT, y=SPOT // 2)
    tablet.expect(events.line(events.EV_ABS, events.ABS_X, SPOT))
    tablet.expect(events.line(events.EV_ABS, events.ABS_Y, SPOT // 2))

    # Two at once: enumerating a USB device takes the emulated machine a second.
    lab.qmp.plug("usb-kbd", "kbd", bus="usb.0")
    lab.qmp.plug("usb-tablet", "tablet", bus="usb.0")
    usb_keys, usb_tablet = hub.watch("QEMU QEMU USB Keyboard"), hub.watch("QEMU QEMU USB Tablet")
    lab.qmp.key("b", True)
    usb_keys.expect(events.line(events.EV_KEY, events.KEY_B, 1))
    lab.qmp.point(x=SPOT // 4, y=SPOT)
    usb_tablet.expect(events.line(events.EV_ABS, events.ABS_X, SPOT // 4))
    lab.qmp.button("left", True)
    usb_tablet.expect(events.line(events.EV_KEY, events.BTN_LEFT, 1))

    lab.qmp.unplug("kbd")
    lab.qmp.unplug("tablet")
    usb_keys.expect(events.line(events.EV_KEY, events.KEY_B, 0))
    usb_tablet.expect(events.line(events.EV_KEY, events.BTN_LEFT, 0))
    hub.wait_gone("QEMU QEMU USB Keyboard")
    hub.wait_gone("QEMU QEMU USB Tablet")
    lab.qmp.key("b", False)
    for watcher in (keys, mouse, tablet, usb_keys, usb_tablet):
        assert events.held(events.frames(watcher.text)) == (set(), set()), "something is stuck"
    return "3 virtio and 2 USB devices; the USB ones unplugged with a key and a button down"
