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
CALM = 4  # strokes before each attack, for comparison
ATTACKS = {"garbage": r"link ended \(malformed\)|link ended \(unexpected\)|link ended \(unknown\)",
           "scribble": r"link ended|make no sense|is gone",
           "storm": r"events without end|no HELLO"}


def stroke(number):
    """A finger's, at the pace of a touchscreen."""
    frames_of_it = [touch(0, number, 10, 20, "BTN_TOUCH 1"),
                    *(touch(0, number, 10 + step * 7 + number % 5, 20 + step * 3) for step in range(1, 30)),
                    lift(0, "BTN_TOUCH 0")]
    return [line for frame in frames_of_it for line in (frame, "wait 8")]


def delays(written, there):
    """Milliseconds from the writes into uinput to the reader there, relative to the quickest: the domains' clocks differ."""
    arrived = [float(time) for time in re.findall(r"^# arrived (\S+)", there.text, re.MULTILINE)]
    both = [b - a for a, b in zip(written, arrived)]
    return [(each - min(both)) * 1000 for each in both]


def p99_and_max(values):
    return sorted(values)[len(values) * 99 // 100], max(values)


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    finger = lab.uinput(TOUCHSCREEN)
    hub = Hub(lab, "--listen", "vchan:gui", "--listen", "vchan:app")
    _, node = twin_in(lab, gui, finger.name)
    here, there = lab.read(finger.node), lab.read(node, "--arrival", agent=gui.agent)
    written, under_attack, said = [], [], []  # of each frame: when, and whether it was

    def play(attacked):
        written.extend(finger.play(*stroke(100 + len(written))))
        under_attack.extend([attacked] * (len(written) - len(under_attack)))

    for attack, complaint in ATTACKS.items():
        for _ in range(CALM):
            play(False)
        attacker = app.spawn(f"vchan-attack {attack} 0 {app.view('xenhub/link/vchan')} {SECONDS}")
        while attacker.status is None:
            play(True)
        assert attacker.status == 0, f"{attack} met no link: {attacker.text}"
        hub.process.expect(complaint)
        said.append(f"{attack} {attacker.text.strip()}")
        assert hub.process.status is None
    played = len(under_attack)
    lab.until(lambda: len(frames(there.text)) >= played, f"the good guest got {len(frames(there.text))} of {played} frames", 30)
    ours, theirs = ([each.events for each in frames(reader.text)] for reader in (here, there))
    assert ours == theirs, "the good guest got other frames"
    late = delays(written, there)
    calm, attacked = (p99_and_max([each for each, was in zip(late, under_attack) if was == of]) for of in (False, True))
    told = (f"p99 {attacked[0]:.0f} ms, max {attacked[1]:.0f} ms late; in calm p99 {calm[0]:.0f} ms, max {calm[1]:.0f} ms")
    # An emulated machine among others stands still now and then, and shows in calm how long.
    assert attacked[1] < max(LATE_MS, 2 * calm[1]), f"a frame came too late: {told}"
    return f"{sum(under_attack)} frames beside {', '.join(said)}: none lost, {told}"
