# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest with a vchan is saved and restored: `xenhub quiesce` before, `resume` after, and the key that is held is held again."""

import os

from labkit.common import BIN, TOP
from labkit.devices import KEYBOARD
from labkit.events import EV_KEY, KEY_A, line
from labkit.hub import CONTROL, Hub
from labkit.links import twin_in

NEEDS = "xenhubd xenhub xenhub-twin"
TIMES = int(os.environ.get("XENHUB_LAB_SAVES", "2"))
SAVE = TOP / "configs/xenhub-save"

PRESS = line(EV_KEY, KEY_A, 1)


def run(lab):
    gui = lab.domain("gui")
    keyboard = lab.uinput(KEYBOARD)
    hub = Hub(lab, "--listen", "vchan:gui")
    _, node = twin_in(lab, gui, keyboard.name)
    reader = lab.read(node, agent=gui.agent)
    keyboard.play("KEY_A 1")
    reader.expect(PRESS)
    lab.guest.run(f"printf '#!/bin/sh\\nexec inhost {BIN / 'xenhub'} --control {CONTROL} \"$@\"\\n' > /run/lab/xenhub && "
                  "chmod +x /run/lab/xenhub")
    ids = [gui.domid]
    for _ in range(TIMES):
        lab.guest.run(f"PATH=/run/lab:$PATH sh /host{SAVE} gui /run/lab/saved", timeout=90)
        assert not gui.exists()
        lab.guest.run("inhost; xl restore /run/lab/saved", timeout=90)
        gui.connect()
        ids.append(gui.domid)
        lab.until(lambda: gui.run(f"evread --held {node}").text.strip() == f"KEY {KEY_A}", "the key is not held again", 30)
    assert hub.process.status is None
    return f"saved and restored {TIMES} times, domains {ids}, the key held after each"
