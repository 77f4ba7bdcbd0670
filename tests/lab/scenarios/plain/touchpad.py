# SPDX-License-Identifier: GPL-2.0-or-later
"""A touchpad as a mouse through libinput, with and without the grab, and raw for those who want it raw."""

from labkit import events
from labkit.devices import TOUCHPAD, lift, touch
from labkit.hub import Hub

NEEDS = "xenhubd xenhub xenhub-twin"
DOWN, UP = "BTN_TOUCH 1 BTN_TOOL_FINGER 1", "BTN_TOUCH 0 BTN_TOOL_FINGER 0"
STEPS = 12


def stroke(pad, ident):
    """One finger goes 240 units (20 mm) to the right, at a hand's pace."""
    pad.play(touch(0, ident, 400, 400, f"{DOWN} ABS_X 400 ABS_Y 400"))
    for step in range(1, STEPS + 1):
        x = 400 + 20 * step
        pad.play("wait 12", touch(0, ident, x, 400, f"ABS_X {x}"))


def travelled(text):
    return sum(event.value for frame in events.frames(text) for event in frame.events
               if event.type == events.EV_REL and event.code == events.REL_X)


def contacts(text):
    return [event for frame in events.frames(text) for event in frame.events
            if event.type == events.EV_ABS and event.code == events.ABS_MT_TRACKING_ID]


def play_round(lab, grab):
    """Returns how far the pointer went."""
    pad = lab.uinput(TOUCHPAD)
    hub = Hub(lab, grab=grab)
    assert set(hub.device(pad.name)["classes"]) == {"touchpad"}
    raw, others = hub.watch(pad.name), lab.read(pad.node)
    # A finger lies on the pad when libinput takes over: it must not stay in what consumers of the raw device hold.
    pad.play(touch(0, 1, 300, 300, f"{DOWN} ABS_X 300 ABS_Y 300"))
    raw.expect(events.line(events.EV_KEY, events.BTN_TOUCH, 1))
    before = len(contacts(raw.text))
    twin = hub.twin(options=("--touchpad", "pointer"))
    pointer = lab.read(hub.twin_of(f"{pad.name} (pointer)"))
    if grab:
        lab.until(lambda: events.held(events.frames(raw.text)) == (set(), set()), "a finger stays with the raw one")
        assert hub.is_grabbed(pad.name)
        others_before = len(contacts(others.text))
    pad.play(lift(0, UP))

    stroke(pad, 2)
    pointer.expect(r"^E: \S+ +0002 +0000 +\d+")
    pad.play(lift(0, UP))
    lab.until(lambda: travelled(pointer.text) >= 20, "the pointer hardly moves")
    if grab:
        assert len(contacts(raw.text)) == before + 1, "a grabbed touchpad served both"
        assert len(contacts(others.text)) == others_before, "others see a grabbed touchpad"
        hub.ctl("grab", "off")
        pad.play(touch(0, 3, 500, 500, DOWN), lift(0, UP))
        others.expect(r"^E: \S+ +0003 +0039 +3\b")
        raw.expect(r"^E: \S+ +0003 +0039 +0*3\b")
    else:
        raw.expect(r"^E: \S+ +0003 +0039 +0*2\b")

    # A tap is a click: libinput waits a moment whether the finger comes back.
    pad.play("wait 300", touch(0, 4, 600, 500, f"{DOWN} ABS_X 600 ABS_Y 500"), "wait 30", lift(0, UP))
    pointer.expect(events.line(events.EV_KEY, events.BTN_LEFT, 1))
    pointer.expect(events.line(events.EV_KEY, events.BTN_LEFT, 0))

    twin.stop()
    hub.wait_gone(f"{pad.name} (pointer)")
    pad.play("wait 300", touch(0, 5, 100, 100, DOWN), lift(0, UP))
    raw.expect(r"^E: \S+ +0003 +0039 +0*5\b")
    lab.until(lambda: events.held(events.frames(raw.text)) == (set(), set()), "a finger stays")
    raw.stop()
    hub.stop()
    pad.die()
    return travelled(pointer.text)


def run(lab):
    free, grabbed = play_round(lab, False), play_round(lab, True)
    return f"20 mm on the pad moved the pointer by {free}, grabbed by {grabbed}; taps click; raw again afterwards"
