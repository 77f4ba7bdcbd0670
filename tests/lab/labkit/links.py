# SPDX-License-Identifier: GPL-2.0-or-later
"""Links between domains: twins in guests, and whether what comes out there is what went in here."""

import shlex
import time

from .common import BIN, Failure
from .events import KEY_A, frames

SILENT = "the hub was silent while something was held"


def prepare_guest(guest):
    """Programs and drivers of a guest that is to have twins; once in each life of it."""
    guest.run("modprobe -a uinput evdev")
    guest.install(BIN / "xenhub-twin")


def twin_in(lab, guest, *names, link="auto", prepared=False, timeout=15):
    """xenhub-twin in the guest, and the nodes of its twins of these devices, once they are there."""
    if not prepared:
        prepare_guest(guest)
    process = guest.spawn(f"exec xenhub-twin {link}")
    return (process, *(lab.input_named(name, timeout, agent=guest.agent) for name in names))


def denied(guest, *attempts):
    """Each of what store-try takes is answered with EACCES. How many there were."""
    told = guest.run(f"printf '%s\\n' {' '.join(map(shlex.quote, attempts))} | store-try").lines
    assert told == [f"{attempt}: Permission denied" for attempt in attempts], told
    return len(attempts)


def key_is_down(guest, node):
    return guest.run(f"evread --held {node}", check=False).text.strip() == f"KEY {KEY_A}"


def wait_held(lab, guest, node, twin, keyboard, patience=90):
    """Until KEY_A, which is down on the keyboard here, is down on its twin there; `twin` is the program there.

    An emulated machine may stand still for longer than a lease: then the twin has let go, as it should, and says so; the key is
    pressed anew.
    """
    lab.until(lambda: key_is_down(guest, node) or SILENT in twin.text, "the key is not held in the guest", patience)
    if not key_is_down(guest, node):
        keyboard.play("KEY_A 0", "KEY_A 1")
        lab.until(lambda: key_is_down(guest, node), "the key that was pressed anew is not held", patience)


def same_frames(lab, here, there, count, skipped=(0, 0)):
    """Waits until both readers have seen so many frames after those that are skipped, and compares them."""
    def new():
        return [[each.events for each in frames(reader.text)[skip:]] for reader, skip in zip((here, there), skipped)]

    lab.until(lambda: min(map(len, new())) >= count, f"of {count} frames not all arrive")
    ours, theirs = new()
    assert len(ours) == len(theirs) == count, f"{len(ours)} frames here, {len(theirs)} there"
    for number, (one, other) in enumerate(zip(ours, theirs)):
        assert one == other, f"frame {number}: {one} here, {other} there"
    return count


def plays_alike(lab, device, play, here, there, twin, tries=3):
    """The frames of the device, one after the other, are the same there.

    Where an emulated machine stands still for longer than a lease the twin lets go, as it should, and says so; all is played anew.
    """
    for left in reversed(range(tries)):
        leases, seen = twin.text.count(SILENT), [len(frames(reader.text)) for reader in (here, there)]
        device.play(*play)
        try:
            return same_frames(lab, here, there, len(play), seen)
        except (AssertionError, Failure):
            if not left or twin.text.count(SILENT) == leases:
                raise
        settle(lab, there)
    return 0


def settle(lab, reader, quiet=2):
    """Until the reader has been told nothing for so many seconds."""
    last = [None, 0.0]

    def silent():
        if len(reader.data) != last[0]:
            last[:] = len(reader.data), time.monotonic()
        return time.monotonic() - last[1] > quiet

    lab.until(silent, "frames come without end", 60)
