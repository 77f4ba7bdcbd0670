# SPDX-License-Identifier: GPL-2.0-or-later
"""Recordings: reading those there are, and writing small ones for a test."""

import re

EV_SYN, EV_KEY, EV_REL, EV_ABS, EV_MSC, EV_SW, EV_LED = 0, 1, 2, 3, 4, 5, 17
SYN_REPORT = (EV_SYN, 0)
KEY_A, KEY_B, KEY_9, BTN_LEFT, BTN_TOUCH = 30, 48, 10, 0x110, 0x14A
REL_X, REL_Y = 0, 1

EVEMU = re.compile(r"^E:\s*(\d+)\.(\d+)\s+([0-9a-fA-F]+)\s+([0-9a-fA-F]+)\s+(-?\d+)")
DEVICE = re.compile(r'^    name: "(.*)"|^# device \S+ (.*)')
LIBINPUT = re.compile(r"^\s*-\s*\[\s*(\d+),\s*(\d+),\s*(\d+),\s*(\d+),\s*(-?\d+)\s*\]")


def events_of(lines):
    """(microseconds, type, code, value) of every event, in either format."""
    for line in lines:
        found = EVEMU.match(line)
        if found:
            seconds, micro, kind, code, value = found.groups()
            yield int(seconds) * 1000000 + int(micro.ljust(6, "0")[:6]), int(kind, 16), int(code, 16), int(value)
            continue
        found = LIBINPUT.match(line)
        if found:
            seconds, micro, kind, code, value = map(int, found.groups())
            yield seconds * 1000000 + micro, kind, code, value


def frames_of(lines):
    """Lists of events that end with SYN_REPORT; what follows the last one is no frame."""
    frames, current = [], []
    for event in events_of(lines):
        current.append(event)
        if event[1:3] == SYN_REPORT:
            frames.append(current)
            current = []
    return frames


def by_device(lines):
    """{name: frames} of a libinput recording, or of what `xenhub watch --format evemu` prints of several devices."""
    parts, name = {}, None
    for line in lines:
        if found := DEVICE.match(line):
            name = found[1] or found[2]
        parts.setdefault(name, []).append(line)
    return {name: frames_of(part) for name, part in parts.items() if frames_of(part)}


def without_repeats(frames):
    """As a hub sends them: key repeats are dropped, and a frame that held nothing else."""
    kept = []
    for frame in frames:
        left = [event for event in frame if not (event[1] == EV_KEY and event[3] == 2)]
        if len(left) > 1 or len(frame) == 1:
            kept.append(left)
    return kept


def bits(codes):
    """Lines of eight hexadecimal bytes, as evemu writes bit sets."""
    raw = bytearray(8 * (max(codes) // 64 + 1))
    for code in codes:
        raw[code // 8] |= 1 << code % 8
    return [" ".join(f"{byte:02x}" for byte in raw[at:at + 8]) for at in range(0, len(raw), 8)]


class Device:
    """What a recording says of its device. axes: code → (minimum, maximum)."""

    def __init__(self, name, codes, axes=None, properties=(), ids=(3, 0x1D6B, 0x104, 0x100)):
        self.name, self.codes, self.axes, self.properties, self.ids = name, dict(codes), axes or {}, properties, ids
        if self.axes:
            self.codes[EV_ABS] = list(self.axes)

    def lines(self):
        yield "# EVEMU 1.3"
        yield f"N: {self.name}"
        yield "I: " + " ".join(f"{number:04x}" for number in self.ids)
        if self.properties:
            yield from (f"P: {line}" for line in bits(self.properties))
        yield from (f"B: 00 {line}" for line in bits([EV_SYN, *self.codes]))
        for kind, codes in sorted(self.codes.items()):
            yield from (f"B: {kind:02x} {line}" for line in bits(codes))
        for code, (minimum, maximum) in sorted(self.axes.items()):
            yield f"A: {code:02x} {minimum} {maximum} 0 0 0"


KEYBOARD = Device("Test Keyboard", {EV_KEY: [*range(1, 84), 96, 97, 100, 102, 103, 105, 106, 108], EV_LED: [0, 1, 2]})
MOUSE = Device("Test Mouse", {EV_KEY: [BTN_LEFT, 0x111, 0x112], EV_REL: [REL_X, REL_Y, 8]})
TOUCHSCREEN = Device("Test Panel", {EV_KEY: [BTN_TOUCH]}, {0: (0, 1919), 1: (0, 1199), 0x2F: (0, 9), 0x35: (0, 1919),
                                                          0x36: (0, 1199), 0x39: (0, 65535)}, properties=[1])


def write(path, device, frames):
    """frames: (seconds, [(type, code, value)]), without SYN_REPORT. Returns the path."""
    lines = list(device.lines())
    for seconds, events in frames:
        for kind, code, value in [*events, (*SYN_REPORT, 0)]:
            lines.append(f"E: {seconds:.6f} {kind:04x} {code:04x} {value:d}")
    path.write_text("\n".join(lines) + "\n")
    return path
