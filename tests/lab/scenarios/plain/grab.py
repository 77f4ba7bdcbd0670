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
    hub.device(keyboard.name)
    keyboard.play("KEY_A 0")  # not grabbed in mid-press: who saw the press sees the release
    others_keys.expect(events.line(events.EV_KEY, events.KEY_A, 0))
    lab.until(lambda: hub.device(keyboard.name).get("grabbed"), "the keyboard is not grabbed once neutral")
    keyboard.tap("KEY_B")
    mouse.play("REL_X 9")
    watcher.expect(events.line(events.EV_KEY, events.KEY_B, 0))
    watcher.expect(events.line(events.EV_REL, events.REL_X, 9))
    assert not events.EVENT.search(others_mouse.text), "others see a grabbed mouse"
    assert f"{events.KEY_B:04x} 1" not in others_keys.text, "others see a grabbed keyboard"

    keyboard.play(*(f"{key} 1" for key in PANIC), *(f"{key} 0" for key in PANIC))
    lab.until(lambda: not hub.device(mouse.name).get("grabbed"), "the panic chord let go of nothing")
    mouse.play("REL_X 4")
    others_mouse.expect(events.line(events.EV_REL, events.REL_X, 4))
    return "grabbed when neutral, released by the panic chord"
