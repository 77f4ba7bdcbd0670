# SPDX-License-Identifier: GPL-2.0-or-later
"""A LED that is lit on the twin lights up on the original, and its state comes back without a loop."""

from labkit import events
from labkit.devices import KEYBOARD
from labkit.hub import Hub

NEEDS = "xenhubd xenhub xenhub-twin"


def run(lab):
    keyboard = lab.uinput(KEYBOARD)
    hub = Hub(lab)
    hub.twin(keyboard.name)
    twin = lab.read(hub.twin_of(keyboard.name))

    for value in (1, 0, 1, 0):
        twin.say(f"{events.EV_LED} {events.LED_CAPSL} {value}")
        keyboard.process.expect(rf"^sent LED_CAPSL {value}")
    lab.guest.run("sleep 0.5")
    sent = [line for line in keyboard.process.lines if line.startswith("sent LED_CAPSL")]
    assert len(sent) == 4, f"{len(sent)} LED events for 4 changes: a feedback loop"

    # The other way: the original is lit by somebody else on its machine.
    original = lab.read(keyboard.node)
    original.say(f"{events.EV_LED} {events.LED_CAPSL} 1")
    twin.expect(events.line(events.EV_LED, events.LED_CAPSL, 1))
    return f"{len(sent)} changes there, 1 back, no loop"
