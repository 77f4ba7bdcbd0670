# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that sends garbage, scribbles over its rings or raises events without end loses its link; the one beside it loses nothing."""

import os
import re

from labkit.devices import TOUCHSCREEN, lift, touch
from labkit.events import frames
from labkit.hub import Hub
from labkit.links import twin_in

NEEDS = "xenhubd xenhub xenhub-twin"
SECONDS = int(os.environ.get("XENHUB_LAB_ATTACK", "4"))  # for each: after eight broken links a guest waits for a minute
LATE_MS = 400
ATTACKS = {"garbage": r"link ended \(malformed\)|link ended \(unexpected\)|link ended \(unknown\)",
           "scribble": r"link ended|make no sense|is gone",
           "storm": r"events without end|no HELLO"}


def stroke(number):
    """A finger's, at the pace of a touchscreen."""
    frames_of_it = [touch(0, number, 10, 20, "BTN_TOUCH 1"),
                    *(touch(0, number, 10 + step * 7 + number % 5, 20 + step * 3) for step in range(1, 30)),
                    lift(0, "BTN_TOUCH 0")]
    return [line for frame in frames_of_it for line in (frame, "wait 8")]


def arrivals(reader):
    return [float(time) for time in re.findall(r"^# arrived (\S+)", reader.text, re.MULTILINE)]


def delays(here, there):
    """Milliseconds from the reader here to the reader there, relative to the quickest: the domains' clocks differ."""
    both = [b - a for a, b in zip(arrivals(here), arrivals(there))]
    return sorted((each - min(both)) * 1000 for each in both)


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    finger = lab.uinput(TOUCHSCREEN)
    hub = Hub(lab, "--listen", "vchan:gui", "--listen", "vchan:app")
    _, node = twin_in(lab, gui, finger.name)
    here, there = lab.read(finger.node, "--arrival"), lab.read(node, "--arrival", agent=gui.agent)
    played, said = 0, []
    for attack, complaint in ATTACKS.items():
        attacker = app.spawn(f"vchan-attack {attack} 0 {app.view('xenhub/link/vchan')} {SECONDS}")
        number = 100
        while attacker.status is None:
            finger.play(*stroke(number))
            played += len(stroke(number)) // 2
            number += 1
        assert attacker.status == 0, f"{attack} met no link: {attacker.text}"
        hub.process.expect(complaint)
        said.append(f"{attack} {attacker.text.strip()}")
        assert hub.process.status is None
    lab.until(lambda: len(frames(there.text)) >= played, f"the good guest got {len(frames(there.text))} of {played} frames", 30)
    ours, theirs = ([each.events for each in frames(reader.text)] for reader in (here, there))
    assert ours == theirs, "the good guest got other frames"
    late = delays(here, there)
    p99 = late[len(late) * 99 // 100]
    assert late[-1] < LATE_MS, f"a frame came {late[-1]:.0f} ms late"
    return f"{played} frames beside {', '.join(said)}: none lost, p99 {p99:.0f} ms, max {late[-1]:.0f} ms late"
