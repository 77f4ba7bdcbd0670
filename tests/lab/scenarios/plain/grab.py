# SPDX-License-Identifier: GPL-2.0-or-later
"""The hub grabs devices, but never while a key is down; the panic chord lets go of all of them."""

from labkit import events
from labkit.devices import KEYBOARD, MOUSE
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"
PANIC = ("KEY_BACKSPACE", "KEY_ESC", "KEY_ENTER")


def run(lab):
    keyboard, mouse = lab.uinput(KEYBOARD), lab.uinput(MOUSE)
    others_keys, others_mouse = lab.read(keyboard.node), lab.read(mouse.node)
    keyboard.play("KEY_A 1")
    others_keys.expect(events.line(events.EV_KEY, events.KEY_A, 1))
    hub = Hub(lab, grab=True)
    watcher = hub.watch()
    assert not hub.is_grabbed(keyboard.name), "grabbed in mid-press"
    keyboard.play("KEY_A 0")  # who saw the press sees the release
    others_keys.expect(events.line(events.EV_KEY, events.KEY_A, 0))
    lab.until(lambda: hub.is_grabbed(keyboard.name), "the keyboard is not grabbed once neutral")
    keyboard.tap("KEY_B")
    mouse.play("REL_X 9")
    watcher.expect(events.line(events.EV_KEY, events.KEY_B, 0))
    watcher.expect(events.line(events.EV_REL, events.REL_X, 9))
    assert not events.EVENT.search(others_mouse.text), "others see a grabbed mouse"
    assert f"{events.KEY_B:04x} 1" not in others_keys.text, "others see a grabbed keyboard"

    keyboard.play(*(f"{key} 1" for key in PANIC))
    lab.until(lambda: not hub.is_grabbed(mouse.name), "the panic chord let go of nothing")
    keyboard.play(*(f"{key} 0" for key in PANIC))
    mouse.play("REL_X 4")
    others_mouse.expect(events.line(events.EV_REL, events.REL_X, 4))
    watcher.expect(events.line(events.EV_REL, events.REL_X, 4))
    chord = [event for frame in events.frames(watcher.text) for event in frame.events
             if event.type == events.EV_KEY and event.code in (events.KEY_BACKSPACE, events.KEY_ESC, events.KEY_ENTER)]
    assert [tuple(event[1:]) for event in chord if event.value] == [(events.KEY_BACKSPACE, 1), (events.KEY_ESC, 1)], chord
    assert events.held(events.frames(watcher.text)) == (set(), set()), "the chord's first keys stay down"
    assert all(event.code != events.KEY_ENTER for event in chord), "the completing key reached the consumer"

    hub.ctl("grab", "on")
    lab.until(lambda: hub.is_grabbed(mouse.name) and hub.is_grabbed(keyboard.name), "not grabbed again")
    keyboard.tap("KEY_ENTER")
    watcher.expect(events.line(events.EV_KEY, events.KEY_ENTER, 1))
    return "grabbed when neutral; the panic chord lets go and stays unseen; grabbed again on request"
