# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that sends garbage, scribbles over its rings or raises events without end loses its link; the one beside it loses nothing.

It has a mouse: nothing is held, so no lease can run out where the emulated machine stands still. When it did, and for how long, a
process of its own says (tools/beat.c), and that is not counted as the hub's.
"""

import os
import re

from labkit.devices import MOUSE
from labkit.events import frames
from labkit.hub import Hub
from labkit.links import twin_in

NEEDS = "xenhubd xenhub xenhub-twin"
SECONDS = int(os.environ.get("XENHUB_LAB_ATTACK", "4"))  # for each: after eight broken links a guest waits for a minute
LATE_MS = 400
CALM = 5  # strokes before each attack, for comparison
STROKE = 30  # frames
ATTACKS = {"garbage": r"link ended \(malformed\)|link ended \(unexpected\)|link ended \(unknown\)",
           "scribble": r"link ended|make no sense|is gone",
           "storm": r"events without end|no HELLO"}


def stroke(number):
    """A hand's, at the pace of a mouse; each frame is another."""
    return [line for frame in range(number, number + STROKE) for line in (f"REL_X {1 + frame % 100} REL_Y {1 + frame // 100}", "wait 8")]


def stood(beat):
    """When the machine stood still, as (from, to)."""
    return [tuple(map(float, words)) for words in re.findall(r"^# stood (\S+) (\S+)", beat.text, re.MULTILINE)]


def delays(written, there, still):
    """Milliseconds from the writes into uinput to the reader there, relative to the quickest, since the domains' clocks differ; less
    those in which nothing ran."""
    arrived = [float(time) for time in re.findall(r"^# arrived (\S+)", there.text, re.MULTILINE)]
    least = min(b - a for a, b in zip(written, arrived))
    late = []
    for began, end in ((a, b - least) for a, b in zip(written, arrived)):
        late.append((end - began - sum(max(0, min(end, to) - max(began, since)) for since, to in still)) * 1000)
    return late


def p99_and_max(values):
    return sorted(values)[len(values) * 99 // 100], max(values)


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    mouse = lab.uinput(MOUSE)
    hub = Hub(lab, "--listen", "vchan:gui", "--listen", "vchan:app")
    _, node = twin_in(lab, gui, mouse.name)
    here, there = lab.read(mouse.node), lab.read(node, "--arrival", agent=gui.agent)
    beat = lab.guest.spawn("exec beat")
    written, under_attack, said = [], [], []  # of each frame: when, and whether it was

    def play(attacked):
        written.extend(mouse.play(*stroke(len(written))))
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
    lab.until(lambda: len(frames(there.text)) >= played, f"the good guest got {len(frames(there.text))} of {played} frames", 60)
    ours, theirs = ([each.events for each in frames(reader.text)] for reader in (here, there))
    assert ours == theirs, "the good guest got other frames"
    still = stood(beat)
    late = delays(written, there, still)
    calm, attacked = (p99_and_max([each for each, was in zip(late, under_attack) if was == of]) for of in (False, True))
    told = (f"p99 {attacked[0]:.0f} ms, max {attacked[1]:.0f} ms late, goal {LATE_MS}; in calm p99 {calm[0]:.0f} ms, max {calm[1]:.0f} ms; "
            f"the machine stood still for {sum(to - since for since, to in still):.1f} s in all")
    assert attacked[1] < max(LATE_MS, 2 * calm[1]), f"a frame came too late: {told}"
    return f"{sum(under_attack)} frames beside {', '.join(said)}: none lost, {told}"
