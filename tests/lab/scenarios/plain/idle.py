# SPDX-License-Identifier: GPL-2.0-or-later
"""With devices, a consumer and a twin but nothing held, neither thread of the hub wakes up; and what it takes of memory."""

from labkit import events
from labkit.devices import KEYBOARD, MOUSE, TOUCHSCREEN, lift, touch
from labkit.hub import Hub

NEEDS = "xenhubd xenhub xenhub-twin"
SECONDS = 5
RSS_MAX_KIB = 6 * 1024


def switches(lab, pid):
    """Of each thread: voluntary and other context switches."""
    text = lab.guest.run(f"grep -h ctxt_switches /proc/{pid}/task/*/status").text
    return [int(line.split()[1]) for line in text.splitlines()]


def run(lab):
    keyboard, screen = lab.uinput(KEYBOARD), lab.uinput(TOUCHSCREEN)
    lab.uinput(MOUSE)
    hub = Hub(lab)
    watcher, _twin = hub.watch(), hub.twin(keyboard.name)
    keyboard.tap("KEY_A")
    screen.play(touch(0, 1, 10, 10, "BTN_TOUCH 1"), lift(0, "BTN_TOUCH 0"))
    watcher.expect(events.line(events.EV_KEY, events.BTN_TOUCH, 0))
    pid = hub.pid
    lab.guest.run("sleep 1")  # the state tree's last write, LEDs of the twins
    before = switches(lab, pid)
    lab.guest.run(f"sleep {SECONDS}")
    after = switches(lab, pid)
    rss = int(str(lab.guest.run(f"sed -n 's/VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/{pid}/status")))
    assert len(before) == 4, f"{len(before) // 2} threads, 2 were expected"
    assert after == before, f"the hub woke up while nothing happened: {before} then {after}"
    assert rss <= RSS_MAX_KIB, f"RSS is {rss} KiB, more than {RSS_MAX_KIB}"
    return f"not one wake-up of its 2 threads in {SECONDS} s; RSS {rss} KiB with {len(hub.devices())} devices"
