# SPDX-License-Identifier: GPL-2.0-or-later
"""Events to a guest's reader while XenStore is hammered, beside as much work that is not XenStore's: the planes share no queue."""

import re

from labkit.devices import TOUCHSCREEN, lift, touch
from labkit.hub import Hub
from labkit.links import twin_in

NEEDS = "xenhubd xenhub xenhub-twin"
TURNS = 7
STROKES = 2
RATIO_MAX = 1.2
NOISE = 1.25  # the machine is emulated, and seldom alone
LONG = 600  # seconds: until it is stopped
HAMMER = f"exec store-hammer /local/domain/0/lab/hammer {LONG}"
# A processor that is busy with anything delays everybody, on a machine that has but one.
SPIN = "while :; do :; done"


def stroke(number):
    frames = [touch(0, number, 10, 20, "BTN_TOUCH 1"),
              *(touch(0, number, 10 + step * 7 + number % 5, 20 + step * 3) for step in range(1, 30)), lift(0, "BTN_TOUCH 0")]
    return [line for frame in frames for line in (frame, "wait 8")]


def median(values):
    return sorted(values)[len(values) // 2]


def run(lab):
    gui = lab.domain("gui")
    finger = lab.uinput(TOUCHSCREEN)
    hub = Hub(lab, "--listen", "vchan:gui")
    _, node = twin_in(lab, gui, finger.name)
    there = lab.read(node, "--arrival", agent=gui.agent)
    busy = {"spin": lab.guest.spawn(SPIN), "hammer": lab.guest.spawn(HAMMER)}
    for process in busy.values():
        process.pause()
    played = 0

    def delays(name):
        """Milliseconds from the write into uinput to the guest's read, by two clocks that run alike and began at other times."""
        nonlocal played
        if name:
            busy[name].go_on()
        written = [each for k in range(STROKES) for each in finger.play(*stroke(100 + played + k))]
        if name:
            busy[name].pause()
        before, played = played * len(written) // STROKES, played + STROKES
        lab.until(lambda: there.text.count("# arrived") >= before + len(written), "not all frames arrive")
        arrived = [float(each) for each in re.findall(r"# arrived (\S+)", there.text)[before:]]
        return [(b - a) * 1000 for a, b in zip(written, arrived)]

    took = {name: [] for name in (None, "spin", "hammer")}
    for _ in range(TURNS):
        for name, values in took.items():
            values.append(delays(name))
    busy["hammer"].go_on()
    requests = busy["hammer"].stop().text
    least = min(min(each) for values in took.values() for each in values)
    alone, spin, hammer = ([median(each) - least for each in values] for values in took.values())
    ratio = median([h / s for h, s in zip(hammer, spin)])
    told = (f"p50 {median(hammer):.1f} ms behind the quickest while XenStore is hammered, {median(spin):.1f} beside other work: {ratio:.2f} x; "
            f"{median(alone):.1f} alone; {requests.strip()}")
    assert hub.process.status is None and "requests" in requests, requests
    assert ratio <= RATIO_MAX * NOISE, told
    return told
