# SPDX-License-Identifier: GPL-2.0-or-later
"""Links between domains: twins in guests, and whether what comes out there is what went in here."""

from .common import BIN
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


def same_frames(lab, here, there, count):
    """Waits until both readers have seen so many frames, and compares them."""
    def seen():
        return len(frames(here.text)) >= count and len(frames(there.text)) >= count

    lab.until(seen, f"of {count} frames not all arrive")
    ours, theirs = ([each.events for each in frames(reader.text)] for reader in (here, there))
    assert len(ours) == len(theirs) == count, f"{len(ours)} frames here, {len(theirs)} there"
    for number, (one, other) in enumerate(zip(ours, theirs)):
        assert one == other, f"frame {number}: {one} here, {other} there"
    return count
