# SPDX-License-Identifier: GPL-2.0-or-later
"""Ten fingers on a touchscreen: the consumer's frames are the kernel's, one by one, with the kernel's timestamps."""

from labkit import events
from labkit.devices import HID_TOUCHSCREEN, TOUCHSCREEN, lift, touch
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"
FINGERS = 10
STEPS = 20


def run(lab):
    screen, panel = lab.uinput(TOUCHSCREEN), lab.hid(HID_TOUCHSCREEN)
    hub = Hub(lab)
    assert set(hub.device(screen.name)["classes"]) == {"touchscreen"}
    assert "touchscreen" in hub.device(panel.name)["classes"]

    original, watcher = lab.read(screen.node), hub.watch(screen.name)
    down = " ".join(touch(i, 100 + i, 50 * i, 40 * i) for i in range(FINGERS))
    moves = [" ".join(touch(i, 100 + i, 50 * i + step, 40 * i + 2 * step) for i in range(FINGERS))
             for step in range(1, STEPS + 1)]
    up = " ".join(lift(i) for i in range(FINGERS))
    screen.play(f"{down} BTN_TOUCH 1", *moves, f"{up} BTN_TOUCH 0")
    last = events.line(events.EV_KEY, events.BTN_TOUCH, 0) + r"\nE: .*$"
    original.expect(last)
    watcher.expect(last)
    sent, got = events.frames(original.text), events.frames(watcher.text)
    assert got == sent, f"{len(got)} frames arrived, {len(sent)} were sent, or they differ"
    assert events.held(got) == (set(), set())

    fingers = hub.watch(panel.name)
    panel.report("0101000001800001010003000202")
    fingers.expect(events.line(events.EV_ABS, events.ABS_MT_POSITION_X, 256))
    fingers.expect(events.line(events.EV_ABS, events.ABS_MT_POSITION_X, 768))
    panel.die()
    hub.wait_gone(panel.name)
    lab.until(lambda: events.held(events.frames(fingers.text)) == (set(), set()), "contacts outlive their panel")
    return f"{len(got)} frames with {FINGERS} fingers; a HID panel torn off with two fingers down"
