# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's buffer overflows while the hub is stopped: afterwards the consumer holds what the device holds."""

from labkit import events
from labkit.devices import KEYBOARD, TOUCHSCREEN, lift, touch
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"
FLOOD = 400


def run(lab):
    screen, keyboard = lab.uinput(TOUCHSCREEN), lab.uinput(KEYBOARD)
    hub = Hub(lab)
    fingers, keys = hub.watch(screen.name), hub.watch(keyboard.name)
    screen.play(touch(0, 1, 10, 10, "BTN_TOUCH 1"), touch(1, 2, 500, 500))
    keyboard.play("KEY_A 1")
    keys.expect(events.line(events.EV_KEY, events.KEY_A, 1))
    fingers.expect(events.line(events.EV_ABS, events.ABS_MT_POSITION_X, 500))

    hub.process.pause()
    # Finger 0 and KEY_A are let go of, and finger 2 comes, amid more than the kernel keeps.
    screen.play(lift(0))
    screen.play(*(touch(1, 2, 500 + i % 700, 500 + i % 500) for i in range(FLOOD)))
    screen.play(touch(2, 3, 900, 900))
    keyboard.play("KEY_A 0", *(f"KEY_B {1 - i % 2}" for i in range(FLOOD)))
    hub.process.go_on()

    lab.until(lambda: events.held(events.frames(fingers.text)) == ({events.BTN_TOUCH}, {1, 2}),
              "wrong contacts after the flood")
    lab.until(lambda: events.held(events.frames(keys.text)) == (set(), set()), "a key is stuck after the flood")
    counters = hub.state("counter")
    resyncs = [counters[f"counter/{hub.device(device.name)['id']}/resyncs"] for device in (screen, keyboard)]
    assert all(resyncs), f"resyncs {resyncs}: the kernel dropped nothing?"
    screen.play(lift(1), lift(2, "BTN_TOUCH 0"))
    lab.until(lambda: events.held(events.frames(fingers.text)) == (set(), set()), "contacts stay")
    return f"{len(events.frames(fingers.text))} frames of {FLOOD + 6} arrived, held state right"
