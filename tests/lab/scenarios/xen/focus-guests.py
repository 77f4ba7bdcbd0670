# SPDX-License-Identifier: GPL-2.0-or-later
"""Two guests and one person: focus moves 200 times under a held key and a moving finger, and nothing sticks or strays; and by a chord
of power and volume, of which neither guest sees the completing key."""

import os

from labkit.common import TOP
from labkit.devices import BUTTONS, KEYBOARD, TOUCHSCREEN, lift, touch
from labkit.events import ABS_MT_POSITION_X, ABS_MT_TRACKING_ID, EV_ABS, EV_KEY, KEY_A, frames, held
from labkit.hub import CONTROL, Hub
from labkit.links import SILENT, twin_in

NEEDS = "xenhubd xenhub xenhub-twin python3"
SWITCHES = int(os.environ.get("XENHUB_LAB_SWITCHES", "200"))
CONFIGURATION = """
[guest gui]
link = vchan
classes = all
[guest app]
link = vchan
classes = keyboard touchscreen buttons
[chord away]
keys = KEY_POWER+KEY_VOLUMEUP
action = focus next
"""
KEY_VOLUMEUP = 115
BY_COMMAND = 10  # one in so many switches is made by `xenhub focus`, which costs a process; the others on a control link that stays
CONTROLLER = f"exec inhost python3 -B {TOP}/tests/integration/kit/control.py {CONTROL}"


def check(name, keys, fingers, leases):
    """Presses and releases alternate, and a finger that is not there does not move.

    An emulated machine may stand still for longer than a lease. Then the twin lets go, and a finger that is dead to it since is, once
    it is gone, where it went.
    """
    down, presses = False, 0
    for frame in frames(keys.text):
        for event in frame.events:
            if event.type == EV_KEY and event.code == KEY_A:
                assert bool(event.value) != down, f"{name}: KEY_A {event.value} when it was so already"
                down = bool(event.value)
                presses += down
    touching, strays = False, 0
    for frame in frames(fingers.text):
        for event in frame.events:
            if event.type == EV_ABS and event.code == ABS_MT_TRACKING_ID:
                touching = event.value >= 0
            elif event.type == EV_ABS and event.code == ABS_MT_POSITION_X:
                strays += not touching
    assert strays <= leases, f"{name}: a finger moves {strays} times that is not there"
    for reader in (keys, fingers):
        assert held(frames(reader.text)) == (set(), set()), f"{name}: {held(frames(reader.text))} is stuck"
    return presses


def pressed(reader):
    return [(event.code, event.value) for frame in frames(reader.text) for event in frame.events if event.type == EV_KEY]


def chord(lab, hub, buttons, readers):
    """Two chords, the keys in either order, and focus is where it was. readers: of the buttons, who has focus first."""
    names = [hub.state("focus")["focus"]]
    for first, last in (("KEY_VOLUMEUP", "KEY_POWER"), ("KEY_POWER", "KEY_VOLUMEUP")):
        buttons.play(f"{first} 1", f"{last} 1")
        lab.until(lambda: hub.state("focus")["focus"] != names[-1], "the chord moved no focus")  # pylint: disable=W0640
        names.append(hub.state("focus")["focus"])
        buttons.play(f"{last} 0", f"{first} 0")
    buttons.tap("KEY_VOLUMEUP")
    alone = [(KEY_VOLUMEUP, 1), (KEY_VOLUMEUP, 0)]
    lab.until(lambda: pressed(readers[0]) == alone * 2, f"the one with focus got {pressed(readers[0])}, not what was pressed alone")
    assert names[0] == names[2] != names[1], names
    assert not pressed(readers[1]), f"the other one got {pressed(readers[1])} of the chords"


def run(lab):
    guests = [lab.domain("gui"), lab.domain("app")]
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    keyboard, finger, buttons = lab.uinput(KEYBOARD), lab.uinput(TOUCHSCREEN), lab.uinput(BUTTONS)
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
    readers, twins = [], []
    for guest in guests:
        twin, *nodes = twin_in(lab, guest, keyboard.name, finger.name, buttons.name)
        readers.append([lab.read(node, agent=guest.agent) for node in nodes])
        twins.append(twin)
    controller = lab.guest.spawn(CONTROLLER)
    controller.expect("^ready", 60)
    keyboard.play("KEY_A 1")
    finger.play(touch(0, 101, 10, 20, "BTN_TOUCH 1"))
    for switch in range(SWITCHES):
        if switch % BY_COMMAND:
            controller.say("focus set next")
            controller.expect("^answer [0-9]+ 0 ")
        else:
            hub.ctl("focus", "next")
        finger.play(touch(0, 101, 20 + switch, 20), touch(0, 101, 21 + switch, 21))
    finger.play(lift(0, "BTN_TOUCH 0"))
    keyboard.play("KEY_A 0")
    for keys, panel, _ in readers:
        lab.until(lambda: held(frames(keys.text)) == held(frames(panel.text)) == (set(), set()), "something is stuck")  # pylint: disable=W0640
    presses = [check(guest.name, *reader[:2], twin.text.count(SILENT)) for guest, reader, twin in zip(guests, readers, twins)]
    assert all(count >= SWITCHES // 2 for count in presses), f"{presses} presses in {SWITCHES} switches"
    with_focus = [guest.name for guest in guests].index(hub.state("focus")["focus"])
    chord(lab, hub, buttons, [readers[with_focus][2], readers[1 - with_focus][2]])
    return f"{SWITCHES} switches, {presses[0]} + {presses[1]} presses, none stuck, none strayed; 2 by a chord, unseen"
