# SPDX-License-Identifier: GPL-2.0-or-later
"""A hub that runs as an ordinary user tries again until rules have opened a node to it, and says so when they never do."""

from labkit import events
from labkit.devices import KEYBOARD, MOUSE
from labkit.hub import NOBODY, Hub

NEEDS = "xenhubd xenhub setpriv"


def run(lab):
    lab.guest.run("chmod 777 /run/lab")
    hub = Hub(lab, wrapper=NOBODY)
    assert not hub.devices(), "an ordinary user opened a device of root's"
    keyboard, mouse = lab.uinput(KEYBOARD), lab.uinput(MOUSE)
    lab.guest.run("udevadm settle; sleep 0.4")  # a few tries fail
    assert not hub.named(keyboard.name)
    lab.guest.run(f"chmod 666 {keyboard.node}")  # no uevent tells of it
    hub.device(keyboard.name)
    watcher = hub.watch(keyboard.name)
    keyboard.tap("KEY_B")
    watcher.expect(events.line(events.EV_KEY, events.KEY_B, 0))

    message = hub.process.expect(rf"{mouse.node}: cannot open.*", 30).group()
    assert "doctor" in message, message
    # What the person at the machine does then: a rule, and a trigger, which says "change".
    lab.guest.run("mkdir -p /run/udev/rules.d && echo 'KERNEL==\"event*\", MODE=\"0666\"' > /run/udev/rules.d/99-open.rules "
                  "&& udevadm control --reload && udevadm trigger --subsystem-match=input")
    hub.device(mouse.name)
    return f"{len(hub.devices())} devices: one opened while it was tried again, the others by a rule after the tries had ended"
