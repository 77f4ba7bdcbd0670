# SPDX-License-Identifier: GPL-2.0-or-later
"""Lid and tablet mode: what held before a consumer came is in its snapshot, and changes follow; ACPI's lid too."""

from labkit import events
from labkit.devices import SWITCHES
from labkit.hub import Hub

NEEDS = "xenhubd xenhub"


def run(lab):
    switches = lab.uinput(SWITCHES)
    switches.play("SW_TABLET_MODE 1")
    hub = Hub(lab)
    assert set(hub.device(switches.name)["classes"]) == {"switch"}
    watcher = hub.watch(switches.name)
    watcher.expect(rf"^S: {events.SW_TABLET_MODE:02x} 1$")  # evemu's line for what was on at the beginning
    switches.play("SW_LID 1", "SW_LID 0", "SW_TABLET_MODE 0")
    watcher.expect(events.line(events.EV_SW, events.SW_LID, 1))
    watcher.expect(events.line(events.EV_SW, events.SW_LID, 0))
    watcher.expect(events.line(events.EV_SW, events.SW_TABLET_MODE, 0))

    lid = hub.watch("Lid Switch")
    lab.guest.run("charge 80 ac lid-closed")
    lid.expect(events.line(events.EV_SW, events.SW_LID, 1))
    return "tablet mode in the snapshot, lid by uinput and by ACPI"
