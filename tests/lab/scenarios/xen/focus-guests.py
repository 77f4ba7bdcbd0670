# SPDX-License-Identifier: GPL-2.0-or-later
"""Two guests and one person: focus moves 200 times under a held key and a moving finger, and nothing sticks or strays."""

import os

from labkit.devices import KEYBOARD, TOUCHSCREEN, lift, touch
from labkit.events import ABS_MT_POSITION_X, ABS_MT_TRACKING_ID, EV_ABS, EV_KEY, KEY_A, frames, held
from labkit.hub import Hub
from labkit.links import twin_in

NEEDS = "xenhubd xenhub xenhub-twin"
SWITCHES = int(os.environ.get("XENHUB_LAB_SWITCHES", "200"))
CONFIGURATION = """
[guest gui]
link = vchan
classes = all
[guest app]
link = vchan
classes = keyboard touchscreen
"""


def check(name, keys, fingers):
    """Presses and releases alternate, and a finger that is not there does not move."""
    down, presses = False, 0
    for frame in frames(keys.text):
        for event in frame.events:
            if event.type == EV_KEY and event.code == KEY_A:
                assert bool(event.value) != down, f"{name}: KEY_A {event.value} when it was so already"
                down = bool(event.value)
                presses += down
    touching = False
    for frame in frames(fingers.text):
        for event in frame.events:
            if event.type == EV_ABS and event.code == ABS_MT_TRACKING_ID:
                touching = event.value >= 0
            elif event.type == EV_ABS and event.code == ABS_MT_POSITION_X:
                assert touching, f"{name}: a finger moves that is not there"
    for reader in (keys, fingers):
        assert held(frames(reader.text)) == (set(), set()), f"{name}: {held(frames(reader.text))} is stuck"
    return presses


def run(lab):
    guests = [lab.domain("gui"), lab.domain("app")]
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    keyboard, finger = lab.uinput(KEYBOARD), lab.uinput(TOUCHSCREEN)
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
    readers = []
    for guest in guests:
        _, keys, panel = twin_in(lab, guest, keyboard.name, finger.name)
        readers.append((lab.read(keys, agent=guest.agent), lab.read(panel, agent=guest.agent)))
    keyboard.play("KEY_A 1")
    finger.play(touch(0, 101, 10, 20, "BTN_TOUCH 1"))
    for switch in range(SWITCHES):
        hub.ctl("focus", "next")
        finger.play(touch(0, 101, 20 + switch, 20), touch(0, 101, 21 + switch, 21))
    finger.play(lift(0, "BTN_TOUCH 0"))
    keyboard.play("KEY_A 0")
    for keys, panel in readers:
        lab.until(lambda: held(frames(keys.text)) == held(frames(panel.text)) == (set(), set()), "something is stuck")  # pylint: disable=W0640
    presses = [check(guest.name, *reader) for guest, reader in zip(guests, readers)]
    assert all(count >= SWITCHES // 2 for count in presses), f"{presses} presses in {SWITCHES} switches"
    return f"{SWITCHES} switches, {presses[0]} + {presses[1]} presses, none stuck, none strayed"
