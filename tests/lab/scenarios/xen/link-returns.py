# SPDX-License-Identifier: GPL-2.0-or-later
"""The link comes back by itself: guest before hub, hub killed, guest paused, destroyed, crashed and rebooted, a key held all along."""

import os
import time

from labkit.devices import KEYBOARD
from labkit.events import EV_KEY, KEY_A, line
from labkit.hub import Hub
from labkit.links import prepare_guest, twin_in, wait_held

NEEDS = "xenhubd xenhub xenhub-twin"
LIVES = int(os.environ.get("XENHUB_LAB_LIVES", "1"))  # how often the guest is destroyed and created again
PATIENCE = 90  # seconds, on a machine that does much else

PRESS, RELEASE = line(EV_KEY, KEY_A, 1), line(EV_KEY, KEY_A, 0)


def crash(lab, guest):
    guest.spawn("echo c > /proc/sysrq-trigger")
    lab.until(lambda: not guest.exists(), "the crashed guest stays")
    guest.create()


def reboot(lab, guest):
    before = guest.domid
    lab.guest.run(f"xl reboot {guest.name}")
    lab.until(lambda: guest.exists() and guest.domid != before, "the guest does not reboot", 60)
    guest.connect()


def recreate(lab, guest):
    guest.destroy()
    guest.create()


def held_twin(lab, guest, keyboard):
    """A twin and a reader of its keyboard, which has the key down already: the snapshot said so."""
    twin, node = twin_in(lab, guest, keyboard.name)
    wait_held(lab, guest, node, twin, keyboard, patience=PATIENCE)
    return lab.read(node, agent=guest.agent)


def run(lab):
    gui = lab.domain("gui")
    prepare_guest(gui)
    gui.spawn("exec xenhub-twin auto")
    keyboard = lab.uinput(KEYBOARD)
    hub = Hub(lab, "--listen", "vchan:gui")
    reader = lab.read(lab.input_named(keyboard.name, agent=gui.agent), agent=gui.agent)
    keyboard.play("KEY_A 1")
    reader.expect(PRESS)

    def comes_back(what, act, timeout=PATIENCE):
        act()
        reader.expect(RELEASE, timeout)
        reader.expect(PRESS, timeout)
        return what

    def kill_hub():
        hub.process.kill()
        hub.process.wait()
        lab.guest.run("rm -f /run/lab/link /run/lab/control")
        hub.start()

    def pause():
        lab.guest.run("xl pause gui")
        hub.process.expect("link ended")
        lab.guest.run("xl unpause gui")

    done = [comes_back("hub killed", kill_hub), comes_back("guest paused", pause)]
    for end in (*[recreate] * LIVES, crash, reboot):
        began = time.monotonic()
        end(lab, gui)
        created = time.monotonic()
        reader = held_twin(lab, gui, keyboard)
        done.append(f"{end.__name__} {created - began:.0f}+{time.monotonic() - created:.0f} s")
    keyboard.play("KEY_A 0")
    reader.expect(RELEASE, PATIENCE)
    return ", ".join(done)
