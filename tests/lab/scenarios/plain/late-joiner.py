# SPDX-License-Identifier: GPL-2.0-or-later
"""Who connects while keys and fingers are down holds them by the snapshot, and gets their release."""

from labkit import events
from labkit.devices import KEYBOARD, TOUCHSCREEN, lift, touch
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"


def run(lab):
    keyboard, screen = lab.uinput(KEYBOARD), lab.uinput(TOUCHSCREEN)
    keyboard.play("KEY_A 1")  # before the hub is there
    hub = Hub(lab)
    first = hub.watch()
    first.expect(events.line(events.EV_KEY, events.KEY_A, 1))
    keyboard.play("KEY_B 1")
    screen.play(touch(0, 7, 100, 200, "BTN_TOUCH 1"), touch(3, 8, 300, 400))
    first.expect(events.line(events.EV_ABS, events.ABS_MT_POSITION_X, 300))

    keys, fingers = hub.watch(keyboard.name), hub.watch(screen.name)
    lab.until(lambda: events.held(events.frames(keys.text)) == ({events.KEY_A, events.KEY_B}, set()),
              "the late one does not hold the keys")
    lab.until(lambda: events.held(events.frames(fingers.text)) == ({events.BTN_TOUCH}, {0, 3}),
              "the late one does not hold the contacts")
    fingers.expect(events.line(events.EV_ABS, events.ABS_MT_POSITION_X, 300))
    keyboard.play("KEY_A 0", "KEY_B 0")
    screen.play(lift(0), lift(3, "BTN_TOUCH 0"))
    for watcher in (first, keys, fingers):
        lab.until(lambda: events.held(events.frames(watcher.text)) == (set(), set()), "something is stuck")
    return f"2 keys and 2 contacts in the snapshot, released by {len(events.frames(keys.text))} frames"
