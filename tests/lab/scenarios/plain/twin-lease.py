# SPDX-License-Identifier: GPL-2.0-or-later
"""The hub is killed, or stops, with keys and fingers down: the twin lets go, and picks up again with a new hub."""

import signal

from labkit import events
from labkit.devices import KEYBOARD, TOUCHSCREEN, lift, touch
from labkit.hub import Hub

NEEDS = "xenhubd xenhub xenhub-twin"


def run(lab):
    keyboard, screen = lab.uinput(KEYBOARD), lab.uinput(TOUCHSCREEN)
    hub = Hub(lab)
    twin = hub.twin(keyboard.name, screen.name)
    keys, fingers = lab.read(hub.twin_of(keyboard.name)), lab.read(hub.twin_of(screen.name))

    keyboard.play("KEY_A 1")
    screen.play(touch(0, 1, 100, 100, "BTN_TOUCH 1"))
    keys.expect(events.line(events.EV_KEY, events.KEY_A, 1))
    fingers.expect(events.line(events.EV_KEY, events.BTN_TOUCH, 1))

    hub.process.pause()  # the link is up and silent: the lease runs out
    keys.expect(events.line(events.EV_KEY, events.KEY_A, 0))
    fingers.expect(events.line(events.EV_KEY, events.BTN_TOUCH, 0))
    twin.expect("the hub was silent while something was held")
    hub.process.go_on()
    keyboard.play("KEY_A 0", "KEY_B 1")
    screen.play(lift(0, "BTN_TOUCH 0"))
    keys.expect(events.line(events.EV_KEY, events.KEY_B, 1))

    hub.process.kill(signal.SIGKILL)
    keys.expect(events.line(events.EV_KEY, events.KEY_B, 0))
    node = hub.twin_of(keyboard.name)
    hub.process.wait()
    hub.start()
    lab.until(hub.consumers, "the twin does not come back")
    hub.devices()  # answered after the twin's HELLO
    keyboard.play("KEY_B 0")
    keyboard.tap("KEY_ENTER")
    keys.expect(events.line(events.EV_KEY, events.KEY_ENTER, 1))
    keys.expect(events.line(events.EV_KEY, events.KEY_ENTER, 0))
    assert hub.twin_of(keyboard.name) == node, "the twin did not stay"
    return "released by lease and by kill -9; the same twin goes on"
