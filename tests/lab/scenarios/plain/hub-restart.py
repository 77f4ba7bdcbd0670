# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 of the hub with keys down: the consumer lets go; the next hub presses again what is still held, and only that."""

from labkit import events
from labkit.devices import KEYBOARD
from labkit.hub import Hub

NEEDS = "xenhubd xenhub xenhub-twin"
EXPIRY_S = 0.4
SLACK_S = 1.0  # of an emulated machine


def released_after(lab, reader, code, command):
    """Runs a command, and returns how many seconds later the key's release was written to the twin."""
    began = float(str(lab.guest.run(f"cut -d' ' -f1 /proc/uptime; {command}")))
    match = reader.expect(rf"^E: (\S+) +0001 +{code:04x} +0\b")
    took = float(match.group(1)) - began
    assert took < EXPIRY_S + SLACK_S, f"let go after {took:.2f} s"
    return max(took, 0)


def run(lab):
    keyboard = lab.uinput(KEYBOARD)
    hub = Hub(lab)
    hub.twin(keyboard.name)
    node = hub.twin_of(keyboard.name)
    twin = lab.read(node)

    keyboard.play("KEY_A 1", "KEY_B 1")
    twin.expect(events.line(events.EV_KEY, events.KEY_B, 1))
    silent = released_after(lab, twin, events.KEY_A, f"kill -STOP {hub.pid}")
    lab.until(lambda: events.held(events.frames(twin.text)) == (set(), set()), "a key outlives the lease")
    lab.guest.run(f"kill -CONT {hub.pid}")
    # What the lease let go of stays up until it is pressed afresh.
    keyboard.tap("KEY_ENTER")
    twin.expect(events.line(events.EV_KEY, events.KEY_ENTER, 0))
    assert events.held(events.frames(twin.text)) == (set(), set()), "pressed again without a press"
    keyboard.play("KEY_A 0", "KEY_B 0", "KEY_A 1", "KEY_B 1")
    lab.until(lambda: events.held(events.frames(twin.text)) == ({events.KEY_A, events.KEY_B}, set()), "not fresh")

    killed = released_after(lab, twin, events.KEY_A, f"kill -KILL {hub.pid}")
    lab.until(lambda: events.held(events.frames(twin.text)) == (set(), set()), "a key outlives the hub")
    hub.process.wait()
    keyboard.play("KEY_B 0")  # while no hub is there
    hub.start()
    lab.until(lambda: events.held(events.frames(twin.text)) == ({events.KEY_A}, set()),
              "the new hub's snapshot was not applied")
    assert hub.twin_of(keyboard.name) == node, "the twin did not stay"
    keyboard.play("KEY_A 0")
    lab.until(lambda: events.held(events.frames(twin.text)) == (set(), set()), "a key is stuck")
    return f"let go {silent * 1000:.0f} ms after a stop, {killed * 1000:.0f} ms after kill -9; one of two keys pressed again"
