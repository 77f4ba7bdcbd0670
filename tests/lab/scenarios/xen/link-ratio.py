# SPDX-License-Identifier: GPL-2.0-or-later
"""Our links over vchan against a bare libxenvchan between the same two domains, in turns: round trips and bytes per second."""

import re

from labkit.hub import Hub

NEEDS = "xenhubd bench_link"
TURNS = 5
ROUNDS = 200
KILOBYTES = 1024
ROUND_TRIP_MAX = 1.3  # the hub's, answering a PING, times a bare echo's
THROUGHPUT_MIN = 0.9  # the link code's, times a bare libxenvchan's
NOISE = 1.15  # of throughput: the machine is emulated, and seldom alone


def numbers(report):
    """p50 and p99 in microseconds; MB/s to the server and from it, where they were measured."""
    return [float(number) for number in re.findall(r"(?:p50|p99|us,|server,) ([0-9.]+)", report)]


def echo(lab, gui, server):
    """What a client in the guest measures of an echo here."""
    path = "/local/domain/0/lab/echo"
    process = server(path)
    process.expect("listening")
    report = gui.run(f"vchan-echo client 0 {path} {ROUNDS} {KILOBYTES}", timeout=90)
    assert process.wait().status == 0
    return numbers(str(report))


def through_hub(gui):
    return numbers(str(gui.run(f"vchan-ping 0 {gui.view('xenhub/link/vchan')} {ROUNDS}", timeout=90)))


def median(values):
    return sorted(values)[len(values) // 2]


def run(lab):
    gui = lab.domain("gui")
    hub = Hub(lab, "--listen", "vchan:gui")
    turns = []
    for _ in range(TURNS):
        bare = echo(lab, gui, lambda path: lab.guest.spawn(f"vchan-echo server {gui.domid} {path}"))
        link = echo(lab, gui, lambda path: lab.start("bench_link", gui.domid, path))
        turns.append((bare, link, through_hub(gui)))
    assert hub.process.status is None
    trip = [median([hub[k] / bare[k] for bare, _, hub in turns]) for k in range(2)]
    link = [median([link[k] / bare[k] for bare, link, _ in turns]) for k in range(4)]
    told = (f"hub's answer p50 {trip[0]:.2f} x, p99 {trip[1]:.2f} x a bare echo's ({median([bare[0] for bare, _, _ in turns]):.0f} us); "
            f"link's echo p50 {link[0]:.2f} x; throughput {link[2]:.2f} x to the hub, {link[3]:.2f} x from it "
            f"({median([bare[3] for bare, _, _ in turns]):.1f} MB/s bare)")
    assert trip[0] <= ROUND_TRIP_MAX and min(link[2:]) >= THROUGHPUT_MIN / NOISE, told
    return told
