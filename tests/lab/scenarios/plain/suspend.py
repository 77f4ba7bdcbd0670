# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine sleeps (S3) with a key and a finger down: the hub notices, consumers let go, and all devices are there afterwards."""

from labkit import events
from labkit.devices import KEYBOARD, TOUCHSCREEN, lift, touch
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"


def run(lab):
    lab.transplant("xenhubd", "xenhub")
    keyboard, screen = lab.uinput(KEYBOARD), lab.uinput(TOUCHSCREEN)
    hub = Hub(lab)
    keys, fingers = hub.watch(keyboard.name), hub.watch(screen.name)
    identities = sorted(device["id"] for device in hub.devices())
    keyboard.play("KEY_A 1")
    screen.play(touch(0, 1, 100, 100, "BTN_TOUCH 1"))
    keys.expect(events.line(events.EV_KEY, events.KEY_A, 1))
    fingers.expect(events.line(events.EV_KEY, events.BTN_TOUCH, 1))

    lab.suspend()
    hub.process.expect("the machine has slept")
    # Still down when the machine wakes, so what was released for the sleep may be pressed again; in the end all is up.
    keyboard.play("KEY_A 0")
    screen.play(lift(0, "BTN_TOUCH 0"))
    lab.until(lambda: events.held(events.frames(keys.text)) == (set(), set()), "a key is stuck after the sleep")
    lab.until(lambda: events.held(events.frames(fingers.text)) == (set(), set()), "a contact is stuck")
    keyboard.tap("KEY_ENTER")
    keys.expect(events.line(events.EV_KEY, events.KEY_ENTER, 1))
    lab.until(lambda: sorted(device["id"] for device in hub.devices()) == identities, "devices are missing")
    return f"{len(identities)} devices before and after"
