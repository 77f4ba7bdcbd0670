# SPDX-License-Identifier: GPL-2.0-or-later
"""A USB domain's devices, over vchan and over a PV channel, beside Dom0's own: claims, consent, its end under a held key, its return."""

import time

from labkit.common import BIN
from labkit.devices import BUTTONS, KEYBOARD, MOUSE, Uinput
from labkit.events import EV_KEY, EV_REL, KEY_A, KEY_B, REL_X, frames, held, line
from labkit.hub import Hub
from labkit.links import twin_in
from labkit.xen import CHANNEL

NEEDS = "xenhubd xenhub xenhub-twin"
NAME = "channels"  # the domain that has some
LEASE = 0.4  # seconds after which nothing is held any more, whatever happened
PATIENCE = 60


class Usb:
    """The domain, its hub, and what is plugged in there."""

    def __init__(self, lab, endpoint):
        self.domain = lab.domain(NAME)
        if not self.domain.exists():
            self.domain.create()
        self.domain.run("modprobe -a uinput evdev")
        self.domain.install_whole(BIN / "xenhubd")
        self.keyboard = Uinput(self.domain.agent, KEYBOARD, True)
        self.mouse = Uinput(self.domain.agent, MOUSE, True)
        self.start(endpoint)

    def start(self, endpoint):
        self.hub = self.domain.spawn(f"exec xenhubd --foreground --source evdev --listen {endpoint} --control /run/c 2>&1")

    def restart(self, endpoint):
        self.hub.stop()
        self.start(endpoint)


def named(hub, name):
    return next(iter(hub.named(name)), None)


def destroyed_under_a_key(lab, hub, usb, reader):
    """When the key was let go of, beside xl's beginning and end: by Dom0's clock, seen by a twin there."""
    twin = hub.twin(usb.keyboard.name)
    here = lab.read(hub.twin_of(usb.keyboard.name))
    usb.keyboard.play("KEY_A 1")
    reader.expect(line(EV_KEY, KEY_A, 1))
    here.expect(line(EV_KEY, KEY_A, 1))
    usb.domain.disconnect()
    clock = "cut -d' ' -f1 /proc/uptime"
    began, ended = map(float, str(lab.guest.run(f"{clock}; xl destroy {NAME}; {clock}")).split())
    reader.expect(line(EV_KEY, KEY_A, 0))
    here.expect(line(EV_KEY, KEY_A, 0))
    hub.wait_gone(usb.keyboard.name)
    hub.wait_gone(usb.mouse.name)
    assert held(frames(reader.text)) == (set(), set()), "something is stuck"
    twin.stop()
    released = float([frame.time for frame in frames(here.text) if (EV_KEY, KEY_A, 0) in frame.events][-1])
    assert released - ended <= LEASE, f"released {released - ended:.3f} s after the domain's end"
    return f"released {released - began:.2f} s after xl destroy began, which took {ended - began:.2f} s"


def types(usb, reader):
    usb.keyboard.play("KEY_B 1", "KEY_B 0")
    reader.expect(line(EV_KEY, KEY_B, 1))
    reader.expect(line(EV_KEY, KEY_B, 0))


def run(lab):
    gui = lab.domain("gui")
    buttons = lab.uinput(BUTTONS)
    hub = Hub(lab, "--source", f"peer:vchan:{NAME}", "--listen", "vchan:gui")
    usb = Usb(lab, "vchan:@source")
    lab.until(lambda: named(hub, usb.keyboard.name) and named(hub, usb.mouse.name), "the USB domain's devices do not come", PATIENCE)
    keyboard, mouse, own = (named(hub, name) for name in (usb.keyboard.name, usb.mouse.name, buttons.name))
    assert keyboard["claimed"] and keyboard["pending"] and mouse["claimed"] and not mouse["pending"], (keyboard, mouse)
    assert not own.get("claimed"), own

    # In a third domain: the mouse moves, Dom0's own buttons press, and of the keyboard nothing is known before it may type.
    _, pointer, volume = twin_in(lab, gui, usb.mouse.name, buttons.name)
    moves, clicks = (lab.read(node, agent=gui.agent) for node in (pointer, volume))
    usb.keyboard.play("KEY_A 1", "KEY_A 0")
    usb.mouse.play("REL_X 7")
    moves.expect(line(EV_REL, REL_X, 7))
    buttons.play("KEY_VOLUMEUP 1", "KEY_VOLUMEUP 0")
    clicks.expect(line(EV_KEY, 115, 0))
    assert keyboard["id"] in hub.ctl("consent").text
    assert usb.keyboard.name not in str(gui.run("cat /proc/bus/input/devices")), "the keyboard is shown without consent"
    hub.ctl("consent", keyboard["id"])
    reader = lab.read(lab.input_named(usb.keyboard.name, PATIENCE, agent=gui.agent), agent=gui.agent)
    assert not frames(reader.text), reader.text
    types(usb, reader)

    done = [f"vchan: {destroyed_under_a_key(lab, hub, usb, reader)}"]

    # Both come back, and consent was given for as long as the machine runs.
    hub.stop()
    hub.start()
    began = time.monotonic()
    usb = Usb(lab, "vchan:@source")
    reader = lab.read(lab.input_named(usb.keyboard.name, PATIENCE, agent=gui.agent), agent=gui.agent)
    types(usb, reader)
    done.append(f"back after {time.monotonic() - began:.0f} s")
    assert not named(hub, usb.keyboard.name)["pending"]

    # The same domain over its PV channel; to a hub that has been told nothing yet of devices at that end.
    hub.stop()
    usb.restart(f"channel:{CHANNEL}")
    hub = Hub(lab, "--source", f"peer:channel:{NAME}/{CHANNEL}", "--listen", "vchan:gui")
    keyboard = lab.until(lambda: named(hub, usb.keyboard.name), "nothing comes over the channel", PATIENCE)
    assert keyboard["claimed"] and keyboard["pending"], keyboard
    hub.ctl("consent", keyboard["id"])
    reader = lab.read(lab.input_named(usb.keyboard.name, PATIENCE, agent=gui.agent), agent=gui.agent)
    types(usb, reader)
    done.append(f"channel: {destroyed_under_a_key(lab, hub, usb, reader)}")
    return ", ".join(done)
