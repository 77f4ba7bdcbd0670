# SPDX-License-Identifier: GPL-2.0-or-later
"""Without a udev daemon: devices are found at the start and when they come and go, by the kernel's announcements."""

from labkit import events
from labkit.devices import KEYBOARD, TOUCHPAD, TOUCHSCREEN
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"


def run(lab):
    lab.guest.run("kill $(pidof systemd-udevd); while pidof systemd-udevd; do sleep 0.05; done; rm -rf /run/udev")
    screen = lab.uinput(TOUCHSCREEN)
    hub = Hub(lab)
    hub.process.expect(r"no udev daemon runs")
    assert set(hub.device(screen.name)["classes"]) == {"touchscreen"}, "classified by udev's hints alone"
    keyboard, pad = lab.uinput(KEYBOARD), lab.uinput(TOUCHPAD)
    assert set(hub.device(pad.name)["classes"]) == {"touchpad"}
    watcher = hub.watch(keyboard.name)
    keyboard.play("KEY_A 1")
    watcher.expect(events.line(events.EV_KEY, events.KEY_A, 1))
    keyboard.die()
    watcher.expect(events.line(events.EV_KEY, events.KEY_A, 0))
    hub.wait_gone(keyboard.name)
    again = lab.uinput(KEYBOARD)
    hub.device(again.name)
    return f"{len(hub.devices())} devices, one unplugged with a key down and plugged in again"
