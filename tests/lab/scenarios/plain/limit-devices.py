# SPDX-License-Identifier: GPL-2.0-or-later
"""The 65th device is refused with a line that names the limit; the 64 others work, and a place that gets free is taken."""

from labkit import events
from labkit.devices import KEYBOARD
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"
LIMIT = 64
MANY = "name Many $n\nid 3 1d6b 2000 100\nphys lab/many/$n\nhas KEY_POWER\ncreate\n"


def run(lab):
    keyboard = lab.uinput(KEYBOARD)
    more = LIMIT + 1 - len(lab.inputs())
    many = lab.guest.spawn(f"for n in $(seq {more}); do {{ printf \"{MANY}\"; sleep 600; }} | uidev & done; wait")
    lab.until(lambda: len(lab.inputs()) == LIMIT + 1, "not enough devices", 40)
    lab.guest.run("udevadm settle", timeout=40)
    hub = Hub(lab)
    refusal = hub.process.expect(rf"refused: {LIMIT} devices are the limit").group()
    assert len(hub.devices()) == LIMIT, len(hub.devices())

    # Plugged in later, when all is full: the same line, and nobody loses anything.
    late = lab.uinput(KEYBOARD.replace("Lab Keyboard", "Late Keyboard").replace("lab/keyboard", "lab/late"))
    hub.process.expect(rf"{late.node}: refused: {LIMIT} devices are the limit")
    watcher = hub.watch(keyboard.name)
    keyboard.tap("KEY_B")
    watcher.expect(events.line(events.EV_KEY, events.KEY_B, 0))

    late.die()
    many.kill()
    lab.until(lambda: len(hub.devices()) < LIMIT // 2, "devices stay", 40)
    again = lab.uinput(KEYBOARD.replace("Lab Keyboard", "Late Keyboard").replace("lab/keyboard", "lab/late"))
    hub.device(again.name)
    return f"{LIMIT} devices, then \"{refusal}\""
