# SPDX-License-Identifier: GPL-2.0-or-later
"""Our links over vchan against a bare libxenvchan between the same two domains, in short turns: round trips and bytes per second.

An emulated machine is seldom alone, and what its host does besides only ever takes time. So each of the three is known by its quietest
turns; turns are added until there are enough, and until what is asked for is seen or is not to be had.
"""

import re

from labkit.hub import Hub

NEEDS = "xenhubd bench_link"
TURNS, TURNS_MAX = 8, 40
ROUNDS = 60
KILOBYTES = 256
ROUND_TRIP_GOAL, ROUND_TRIP_MAX = 1.3, 1.6  # the hub's, answering a PING, times a bare echo's
THROUGHPUT_GOAL, THROUGHPUT_MIN = 0.9, 0.7  # the link code's, times a bare libxenvchan's
PATIENCE = 60


class Rival:
    """A client in the guest that measures one turn when told to."""

    def __init__(self, guest, command, server=None):
        if server:
            server.expect("listening", PATIENCE)
        self.process = guest.spawn(command)
        self.process.expect("^ready", PATIENCE)
        self.turns = []

    def turn(self):
        """p50 and p99 in microseconds; MB/s to the server and from it, where they are measured."""
        self.process.say("go")
        report = self.process.expect("^round trip .*$", PATIENCE).group(0)
        self.turns.append([float(number) for number in re.findall(r"(?:p50|p99|us,|server,) ([0-9.]+)", report)])

    def quickest(self, k):
        return min(turn[k] for turn in self.turns)

    def most(self, k):
        return max(turn[k] for turn in self.turns)


def median(values):
    return sorted(values)[len(values) // 2]


def run(lab):
    gui = lab.domain("gui")
    hub = Hub(lab, "--listen", "vchan:gui")
    base = "/local/domain/0/lab/echo"
    turns = f"{ROUNDS} {KILOBYTES}"
    bare = Rival(gui, f"vchan-echo turns 0 {base}-bare {turns}", lab.guest.spawn(f"vchan-echo server {gui.domid} {base}-bare"))
    link = Rival(gui, f"vchan-echo turns 0 {base}-link {turns}", lab.start("bench_link", gui.domid, f"{base}-link"))
    pings = Rival(gui, f"vchan-ping 0 {gui.view('xenhub/link/vchan')} {ROUNDS}")

    def measured():
        trip = pings.quickest(0) / bare.quickest(0)
        return trip, link.most(2) / bare.most(2), link.most(3) / bare.most(3)

    for number in range(TURNS_MAX):
        for rival in (bare, link, pings):
            rival.turn()
        if number + 1 >= TURNS and measured()[0] <= ROUND_TRIP_GOAL and min(measured()[1:]) >= THROUGHPUT_GOAL:
            break
    assert hub.process.status is None
    trip, there, back = measured()
    middle = [median([theirs[k] / ours[k] for ours, theirs in zip(bare.turns, rival.turns)])
              for rival, k in ((pings, 0), (link, 2), (link, 3))]
    told = (f"of {len(bare.turns)} turns, the quietest: hub's answer p50 {trip:.2f} x a bare echo's ({bare.quickest(0):.0f} us), goal "
            f"{ROUND_TRIP_GOAL}; throughput {there:.2f} x to the hub, {back:.2f} x from it ({bare.most(3):.1f} MB/s bare), goal "
            f"{THROUGHPUT_GOAL}; medians {middle[0]:.2f}, {middle[1]:.2f}, {middle[2]:.2f} x")
    assert trip <= ROUND_TRIP_MAX and min(there, back) >= THROUGHPUT_MIN, told
    return told
