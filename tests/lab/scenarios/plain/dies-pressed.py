# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices that die in mid-press and mid-frame: consumers get the releases, then the hub forgets them."""

from labkit import events
from labkit.devices import COMBO, KEYBOARD, TOUCHSCREEN, touch
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"


def run(lab):
    keyboard, combo, screen = lab.uinput(KEYBOARD), lab.uinput(COMBO), lab.uinput(TOUCHSCREEN)
    hub = Hub(lab)
    watchers = [hub.watch(device.name) for device in (keyboard, combo, screen)]
    keyboard.play("KEY_A 1", "KEY_B 1", "part KEY_CAPSLOCK 1")
    combo.play("KEY_ENTER 1", "BTN_LEFT 1", "REL_X 3")
    screen.play(touch(0, 5, 100, 100, "BTN_TOUCH 1"), touch(1, 6, 200, 200))
    for watcher, wanted in zip(watchers, (({events.KEY_A, events.KEY_B}, set()),
                                          ({events.KEY_ENTER, events.BTN_LEFT}, set()),
                                          ({events.BTN_TOUCH}, {0, 1}))):
        lab.until(lambda: events.held(events.frames(watcher.text)) == wanted, f"not held: {wanted}")
    for device, watcher in zip((keyboard, combo, screen), watchers):
        device.die()
        hub.wait_gone(device.name)
        lab.until(lambda: events.held(events.frames(watcher.text)) == (set(), set()),
                  f"{device.name} is gone and still holds")
    return "keys, buttons and contacts of three devices released"
