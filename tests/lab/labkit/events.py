# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads what evread and `xenhub watch --format evemu` print: `E: SECONDS.MICROSECONDS TYPE CODE VALUE`."""

import re
from collections import namedtuple

EV_SYN, EV_KEY, EV_REL, EV_ABS, EV_MSC, EV_SW, EV_LED = 0, 1, 2, 3, 4, 5, 17
SYN_REPORT, SYN_DROPPED = 0, 3
KEY_ESC, KEY_BACKSPACE, KEY_ENTER, KEY_A, KEY_B, KEY_CAPSLOCK = 1, 14, 28, 30, 48, 58
BTN_LEFT, BTN_TOUCH, BTN_STYLUS, BTN_TOOL_PEN = 0x110, 0x14a, 0x14b, 0x140
REL_X, REL_Y, REL_WHEEL = 0, 1, 8
ABS_X, ABS_Y, ABS_PRESSURE = 0, 1, 24
ABS_MT_SLOT, ABS_MT_POSITION_X, ABS_MT_TOOL_TYPE, ABS_MT_TRACKING_ID = 0x2f, 0x35, 0x37, 0x39
SW_LID, SW_TABLET_MODE = 0, 1
LED_CAPSL = 1

EVENT = re.compile(r"^E: (\d+\.\d+)\s+([0-9a-fA-F]{1,4})\s+([0-9a-fA-F]{1,4})\s+(-?\d+)", re.MULTILINE)

Event = namedtuple("Event", "type code value")
Frame = namedtuple("Frame", "time events")


def frames(text):
    """Whole frames, each with the time of its SYN_REPORT and without it."""
    found, events = [], []
    for time, kind, code, value in EVENT.findall(text):
        event = Event(int(kind, 16), int(code, 16), int(value))
        if event.type == EV_SYN and event.code == SYN_REPORT:
            found.append(Frame(time, events))
            events = []
        else:
            events.append(event)
    return found


def line(kind, code, value):
    """A pattern for expect(): one such event. evemu pads the value to four characters, evread does not."""
    return rf"^E: \S+ +{kind:04x} +{code:04x} +{'-' * (value < 0)}0*{abs(value)}\b"


def held(all_frames):
    """The keys, buttons and contacts that are down after these frames."""
    keys, contacts, slot = set(), set(), 0
    for frame in all_frames:
        for event in frame.events:
            if event.type == EV_KEY:
                (keys.add if event.value else keys.discard)(event.code)
            elif event.type == EV_ABS and event.code == ABS_MT_SLOT:
                slot = event.value
            elif event.type == EV_ABS and event.code == ABS_MT_TRACKING_ID:
                (contacts.add if event.value >= 0 else contacts.discard)(slot)
    return keys, contacts
