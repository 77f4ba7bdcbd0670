# SPDX-License-Identifier: GPL-2.0-or-later
"""A round trip to the hub over vchan, against a bare libxenvchan echo between the same two domains, in turns."""

import re

from labkit.hub import Hub

NEEDS = "xenhubd"
TURNS = 5
ROUNDS = 300


def numbers(report):
    return [int(number) for number in re.match(r"round trip p50 (\d+) p99 (\d+)", report).groups()]


def bare_echo(lab, gui):
    path = "/local/domain/0/lab/echo"
    server = lab.guest.spawn(f"vchan-echo server {gui.domid} {path}")
    server.expect("listening")
    report = gui.run(f"vchan-echo client 0 {path} {ROUNDS} 64", timeout=90)
    assert server.wait().status == 0
    return numbers(str(report))


def through_hub(gui):
    return numbers(str(gui.run(f"vchan-ping 0 {gui.view('xenhub/link/vchan')} {ROUNDS}", timeout=90)))


def median(values):
    return sorted(values)[len(values) // 2]


def run(lab):
    gui = lab.domain("gui")
    hub = Hub(lab, "--listen", "vchan:gui")
    turns = [(through_hub(gui), bare_echo(lab, gui)) for _ in range(TURNS)]
    ratios = [[ours[k] / bare[k] for ours, bare in turns] for k in range(2)]
    assert hub.process.status is None
    p50, p99 = (median(each) for each in ratios)
    assert p50 < 3, f"p50 {p50:.2f} times a bare echo's"  # the claim is 1.3; an emulated machine shares one processor
    return (f"p50 {p50:.2f} x, p99 {p99:.2f} x a bare echo's "
            f"({median([ours[0] for ours, _ in turns])} us against {median([bare[0] for _, bare in turns])} us)")
