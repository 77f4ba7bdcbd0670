#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the recordings in this folder: a tablet in somebody's hands, a mouse and a keyboard.

All of it is invented here, so that the project needs nobody's device to be demonstrated and tested. The streams
follow the kernel's rules (Documentation/input/multi-touch-protocol.rst): protocol B with pointer emulation, only what
changed is sent, MSC_SCAN precedes its key, and a repeat's SYN_REPORT has the value 1. Everything is let go of at the end.

Usage: generate.py [FOLDER]     writes into FOLDER, this one by default
"""

import math
import os
import random
import sys

EV_SYN, EV_KEY, EV_REL, EV_ABS, EV_MSC, EV_SW, EV_LED, EV_REP = 0, 1, 2, 3, 4, 5, 0x11, 0x14
ABS_X, ABS_Y, ABS_PRESSURE, ABS_DISTANCE, ABS_TILT_X, ABS_TILT_Y = 0x00, 0x01, 0x18, 0x19, 0x1A, 0x1B
ABS_MT_SLOT, ABS_MT_TOUCH_MAJOR, ABS_MT_X, ABS_MT_Y = 0x2F, 0x30, 0x35, 0x36
ABS_MT_TOOL_TYPE, ABS_MT_TRACKING_ID = 0x37, 0x39
BTN_LEFT, BTN_RIGHT, BTN_MIDDLE = 0x110, 0x111, 0x112
BTN_TOOL_PEN, BTN_TOOL_RUBBER, BTN_TOUCH, BTN_STYLUS = 0x140, 0x141, 0x14A, 0x14B
KEY_POWER, KEY_VOLUMEDOWN, KEY_VOLUMEUP, KEY_HOMEPAGE, KEY_ROTATE_LOCK_TOGGLE = 116, 114, 115, 172, 0x231
REL_X, REL_Y, REL_WHEEL, REL_WHEEL_HI_RES = 0, 1, 8, 11
MSC_SCAN, SW_TABLET_MODE = 4, 1
PROP_DIRECT = 1
BUS_USB, BUS_HOST, BUS_I2C = 0x03, 0x19, 0x18

BYTES = {EV_SYN: 8, EV_KEY: 96, EV_REL: 8, EV_ABS: 8, EV_MSC: 8, EV_SW: 8, EV_LED: 8, 0x12: 8, EV_REP: 8, 0x15: 16}

rng = random.Random(2412)


class Device:
    """A descriptor and the frames so far. Axes: {code: (minimum, maximum, fuzz, flat, resolution)}."""

    def __init__(self, name, ids, codes, axes=None, props=()):
        self.name, self.ids, self.axes, self.props = name, ids, axes or {}, props
        self.codes = {EV_SYN: [0], **codes}
        if self.axes:
            self.codes[EV_ABS] = sorted(self.axes)
        self.frames = []  # (microseconds, [(type, code, value)])
        self.pending = []
        self.state = {}

    def add(self, kind, code, value):
        self.pending.append((kind, code, value))

    def change(self, kind, code, value):
        """As the kernel's input core: what is so already is not sent."""
        if self.state.get((kind, code), 0) != value:
            self.state[(kind, code)] = value
            self.add(kind, code, value)

    def sync(self, seconds, value=0):
        if self.pending:
            self.frames.append((int(round(seconds * 1e6)), self.pending + [(EV_SYN, 0, value)]))
            self.pending = []

    def key(self, seconds, code, value):
        self.change(EV_KEY, code, value)
        self.sync(seconds)

    def press(self, seconds, code, length=0.09):
        self.key(seconds, code, 1)
        self.key(seconds + length, code, 0)


class Touchscreen(Device):
    HZ = 60

    def __init__(self):
        axes = {ABS_X: (0, 1279, 0, 0, 6), ABS_Y: (0, 799, 0, 0, 6), ABS_MT_SLOT: (0, 9, 0, 0, 0),
                ABS_MT_TOUCH_MAJOR: (0, 255, 0, 0, 0), ABS_MT_X: (0, 1279, 0, 0, 6), ABS_MT_Y: (0, 799, 0, 0, 6),
                ABS_MT_TOOL_TYPE: (0, 2, 0, 0, 0), ABS_MT_TRACKING_ID: (0, 65535, 0, 0, 0)}
        super().__init__("Tablet Touchscreen", (BUS_I2C, 0x5848, 0x0001, 0x0100), {EV_KEY: [BTN_TOUCH]}, axes,
                         [PROP_DIRECT])
        self.slot = 0
        self.next_id = 0
        self.down = {}  # slot: the values last sent

    def mt(self, slot, code, value):
        if slot != self.slot:
            self.slot = slot
            self.add(EV_ABS, ABS_MT_SLOT, slot)
        self.add(EV_ABS, code, value)

    def report(self, seconds, contacts):
        """contacts: {slot: (x, y)}, everything that is down now."""
        for slot in sorted(set(self.down) - set(contacts)):
            self.mt(slot, ABS_MT_TRACKING_ID, -1)
            del self.down[slot]
        for slot, (x, y) in sorted(contacts.items()):
            values = {ABS_MT_X: min(1279, max(0, round(x))), ABS_MT_Y: min(799, max(0, round(y))),
                      ABS_MT_TOUCH_MAJOR: 12 + rng.randrange(4)}
            if slot not in self.down:
                self.mt(slot, ABS_MT_TRACKING_ID, self.next_id)
                self.next_id = (self.next_id + 1) % 65536
                self.down[slot] = {}
            for code, value in values.items():
                if self.down[slot].get(code) != value:
                    self.mt(slot, code, value)
            self.down[slot] = values
        self.change(EV_KEY, BTN_TOUCH, int(bool(self.down)))
        if self.down:
            first = self.down[min(self.down)]
            self.change(EV_ABS, ABS_X, first[ABS_MT_X])
            self.change(EV_ABS, ABS_Y, first[ABS_MT_Y])
        self.sync(seconds)

    def gesture(self, start, length, paths):
        """paths: {slot: (from, to, position(0 .. 1) -> (x, y))}; from and to are seconds within the gesture."""
        steps = int(length * self.HZ)
        for i in range(steps + 1):
            t = i / self.HZ
            jitter = rng.uniform(0, 0.0015)
            contacts = {}
            for slot, (begin, end, path) in paths.items():
                if begin <= t < end:
                    contacts[slot] = path((t - begin) / (end - begin))
            self.report(start + t + jitter, contacts)
        self.report(start + length + 1.5 / self.HZ, {})

    def tap(self, start, *points):
        self.gesture(start, 0.08, {slot: (slot * 0.01, 0.075, lambda _, p=p: p) for slot, p in enumerate(points)})


def line(x0, y0, x1, y1):
    def at(s):
        s = s * s * (3 - 2 * s)  # a hand starts and stops gently
        return x0 + (x1 - x0) * s, y0 + (y1 - y0) * s
    return at


def arc(cx, cy, radius, start, end):
    def at(s):
        angle = math.radians(start + (end - start) * s)
        return cx + radius * math.cos(angle), cy + radius * math.sin(angle)
    return at


def touchscreen():
    d = Touchscreen()
    d.tap(0.50, (200, 150))
    d.tap(1.10, (640, 400))
    d.tap(1.30, (642, 398))
    d.gesture(1.90, 1.2, {0: (0, 1.18, line(180, 620, 1100, 240))})
    d.gesture(3.50, 0.9, {0: (0, 0.85, line(1000, 700, 1000, 120))})
    d.gesture(4.80, 1.1, {0: (0, 1.05, line(600, 420, 300, 640)), 1: (0.03, 1.02, line(680, 380, 980, 160))})
    d.gesture(6.30, 0.8, {0: (0, 0.78, line(560, 600, 560, 200)), 1: (0.02, 0.75, line(700, 610, 700, 210))})
    d.gesture(7.50, 1.0, {0: (0, 0.98, arc(640, 400, 150, 180, 270)), 1: (0, 0.95, arc(640, 400, 150, 0, 90))})
    d.tap(9.00, (500, 300), (640, 260), (780, 300))
    # A second finger comes and goes, and comes back to the same slot, while the first one holds.
    d.gesture(15.20, 1.2, {0: (0, 1.2, lambda _: (90, 710)), 1: (0.2, 0.4, lambda _: (700, 300))})
    d.gesture(17.00, 0.7, {slot: (0.02 * slot, 0.65 - 0.02 * slot, line(100 + 110 * slot, 300, 130 + 110 * slot, 420))
                           for slot in range(10)})
    return d


def buttons():
    keys = [KEY_VOLUMEDOWN, KEY_VOLUMEUP, KEY_POWER, KEY_HOMEPAGE, KEY_ROTATE_LOCK_TOGGLE]
    d = Device("Tablet Buttons", (BUS_HOST, 0x5848, 0x0002, 0x0100), {EV_KEY: sorted(keys)})
    d.press(9.60, KEY_VOLUMEUP)
    d.press(9.90, KEY_VOLUMEUP)
    d.press(10.20, KEY_VOLUMEDOWN, 0.4)
    d.press(14.70, KEY_ROTATE_LOCK_TOGGLE)
    d.press(16.70, KEY_HOMEPAGE)
    d.press(18.40, KEY_ROTATE_LOCK_TOGGLE)
    d.press(19.60, KEY_POWER, 0.15)
    return d


def pen():
    axes = {ABS_X: (0, 21600, 4, 0, 100), ABS_Y: (0, 13500, 4, 0, 100), ABS_PRESSURE: (0, 4095, 0, 0, 0),
            ABS_DISTANCE: (0, 63, 1, 0, 0), ABS_TILT_X: (-60, 60, 0, 0, 57), ABS_TILT_Y: (-60, 60, 0, 0, 57)}
    d = Device("Tablet Pen", (BUS_I2C, 0x5848, 0x0003, 0x0100),
               {EV_KEY: [BTN_TOOL_PEN, BTN_TOOL_RUBBER, BTN_TOUCH, BTN_STYLUS]}, axes, [PROP_DIRECT])

    def stroke(start, length, tool, path, button=None):
        """Comes near, touches for the middle of its way, leaves; button: (from, to) as shares of it."""
        steps = int(length * 133)
        for i in range(steps + 1):
            s = i / steps
            touching = 0.2 < s < 0.85
            x, y = path(s)
            d.change(EV_KEY, tool, 1)
            d.change(EV_ABS, ABS_X, round(x))
            d.change(EV_ABS, ABS_Y, round(y))
            d.change(EV_ABS, ABS_DISTANCE, 0 if touching else max(1, round(40 * abs(s - 0.5))))
            d.change(EV_ABS, ABS_PRESSURE, round(3200 * math.sin(math.pi * (s - 0.2) / 0.65)) if touching else 0)
            d.change(EV_ABS, ABS_TILT_X, round(25 + 10 * s))
            d.change(EV_ABS, ABS_TILT_Y, round(-15 + 20 * s))
            d.change(EV_KEY, BTN_TOUCH, int(touching))
            if button:
                d.change(EV_KEY, BTN_STYLUS, int(button[0] < s < button[1]))
            d.sync(start + i / 133 + rng.uniform(0, 0.0008))
        for code in (ABS_DISTANCE, ABS_PRESSURE, ABS_TILT_X, ABS_TILT_Y):
            d.change(EV_ABS, code, 0)
        d.change(EV_KEY, tool, 0)
        d.sync(start + length + 0.02)

    stroke(10.80, 1.3, BTN_TOOL_PEN, arc(9000, 6800, 3000, 0, 330))
    stroke(12.30, 0.8, BTN_TOOL_PEN, line(4000, 3000, 15000, 4200), button=(0.05, 0.5))
    stroke(13.40, 0.8, BTN_TOOL_RUBBER, line(15000, 4300, 4200, 3100))
    return d


def mode_switch():
    d = Device("Tablet Mode Switch", (BUS_HOST, 0x5848, 0x0004, 0x0100), {EV_SW: [SW_TABLET_MODE]})
    for seconds, value in ((0.10, 1), (18.90, 0)):
        d.change(EV_SW, SW_TABLET_MODE, value)
        d.sync(seconds)
    return d


def mouse():
    d = Device("Plain Mouse", (BUS_USB, 0x5848, 0x0005, 0x0111),
               {EV_KEY: [BTN_LEFT, BTN_RIGHT, BTN_MIDDLE], EV_REL: [REL_X, REL_Y, REL_WHEEL, REL_WHEEL_HI_RES],
                EV_MSC: [MSC_SCAN]})

    def click(seconds, code, value):
        d.add(EV_MSC, MSC_SCAN, 0x90001 + code - BTN_LEFT)
        d.change(EV_KEY, code, value)
        d.sync(seconds)

    def move(start, length, path):
        x, y = path(0)
        for i in range(1, int(length * 125) + 1):
            nx, ny = path(i / int(length * 125))
            dx, dy = round(nx) - round(x), round(ny) - round(y)
            if dx:
                d.add(EV_REL, REL_X, dx)
            if dy:
                d.add(EV_REL, REL_Y, dy)
            d.sync(start + i / 125 + rng.uniform(0, 0.0002))
            x, y = nx, ny

    move(0.2, 1.5, arc(0, 0, 200, 0, 360))
    click(1.9, BTN_LEFT, 1)
    click(2.0, BTN_LEFT, 0)
    click(2.4, BTN_LEFT, 1)
    move(2.45, 0.8, line(0, 0, 300, -120))
    click(3.4, BTN_LEFT, 0)
    for i in range(12):
        step = 1 if i < 6 else -1
        d.add(EV_REL, REL_WHEEL, step)
        d.add(EV_REL, REL_WHEEL_HI_RES, step * 120)
        d.sync(3.7 + i * 0.05)
    click(4.6, BTN_RIGHT, 1)
    click(4.7, BTN_RIGHT, 0)
    click(4.9, BTN_MIDDLE, 1)
    click(5.0, BTN_MIDDLE, 0)
    return d


ROWS = {"1234567890": 2, "qwertyuiop": 16, "asdfghjkl": 30, "zxcvbnm": 44}
KEYS = {letter: code + i for letters, code in ROWS.items() for i, letter in enumerate(letters)}
KEYS.update({" ": 57, "\n": 28})
SCANS = {key: (4 + ord(letter) - ord("a") if letter.isalpha() else 30 + "1234567890".find(letter))
         for letter, key in KEYS.items() if letter.isalnum()}
SCANS.update({57: 0x2C, 28: 0x28, 42: 0xE1, 29: 0xE0, 58: 0x39})
KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_CAPSLOCK = 29, 42, 58


def keyboard(name, product):
    return Device(name, (BUS_USB, 0x5848, product, 0x0110),
                  {EV_KEY: list(range(1, 84)) + [87, 88, 96, 97, 98, 100] + list(range(102, 112)) + [119, 125, 126, 127],
                   EV_MSC: [MSC_SCAN], EV_LED: [0, 1, 2], EV_REP: [0, 1]})


def strike(d, seconds, code, value):
    if value != 2:
        d.add(EV_MSC, MSC_SCAN, 0x70000 + SCANS[code])
        d.change(EV_KEY, code, value)
    else:
        d.add(EV_KEY, code, value)
    d.sync(seconds, int(value == 2))


def keyboard_evemu():
    """Text with roll-over, a chord, and a key that is held until it repeats."""
    d = keyboard("Plain Keyboard", 0x0006)
    t = 0.3
    strikes = []
    for letter in "hello from the tablet 42\n":
        code = KEYS[letter]
        strikes += [(t, code, 1), (t + rng.uniform(0.08, 0.16), code, 0)]
        t += rng.uniform(0.12, 0.2)
    t += 0.3
    strikes += [(t, KEY_LEFTCTRL, 1), (t + 0.08, KEYS["c"], 1), (t + 0.15, KEYS["c"], 0), (t + 0.2, KEY_LEFTCTRL, 0)]
    t += 0.6
    strikes += [(t, KEYS["x"], 1)] + [(t + 0.25 + i / 30, KEYS["x"], 2) for i in range(9)] + [(t + 0.6, KEYS["x"], 0)]
    down = set()
    for seconds, code, value in sorted(strikes):
        if value == 1 and code in down:  # the same letter twice: lift it first
            strike(d, seconds - 0.001, code, 0)
            down.discard(code)
        if value == 0 and code not in down:
            continue
        if value:
            down.add(code)
        else:
            down.discard(code)
        strike(d, seconds, code, value)
    return d


def keyboard_yaml():
    """Shift, and caps lock with its LED, which comes back from whoever decides about it."""
    d = keyboard("Second Keyboard", 0x0007)
    strike(d, 0.40, KEY_LEFTSHIFT, 1)
    strike(d, 0.55, KEYS["x"], 1)
    strike(d, 0.63, KEYS["x"], 0)
    strike(d, 0.70, KEY_LEFTSHIFT, 0)
    for start, lit in ((1.00, 1), (1.90, 0)):
        strike(d, start, KEY_CAPSLOCK, 1)
        d.change(EV_LED, 1, lit)
        d.sync(start + 0.002)
        strike(d, start + 0.08, KEY_CAPSLOCK, 0)
        if lit:
            for i, letter in enumerate("xen"):
                strike(d, 1.30 + i * 0.15, KEYS[letter], 1)
                strike(d, 1.38 + i * 0.15, KEYS[letter], 0)
    return d


def bits(codes, count):
    data = bytearray(count)
    for code in codes:
        data[code // 8] |= 1 << code % 8
    return data


def evemu(d, stamp_each=0):
    """stamp_each: microseconds between the events of a frame, as kernels before 3.4 stamped them."""
    yield "# EVEMU 1.3"
    yield f"N: {d.name}"
    yield "I: %04x %04x %04x %04x" % d.ids
    yield "P: " + bits(d.props, 8).hex(" ")
    for kind, count in BYTES.items():
        data = bits(d.codes if kind == EV_SYN else d.codes.get(kind, ()), count)
        for i in range(0, count, 8):
            yield f"B: {kind:02x} " + data[i:i + 8].hex(" ")
    for code, info in sorted(d.axes.items()):
        yield f"A: {code:02x} " + " ".join(map(str, info))
    for code in d.codes.get(EV_LED, ()):
        yield f"L: {code:02x} 0"
    for code in d.codes.get(EV_SW, ()):
        yield f"S: {code:02x} 0"
    for time, events in d.frames:
        for i, (kind, code, value) in enumerate(events):
            at = time - (len(events) - 1 - i) * stamp_each
            yield f"E: {at // 1000000}.{at % 1000000:06d} {kind:04x} {code:04x} {value:04d}"


def yaml(devices):
    yield "# libinput record"
    yield "version: 1"
    yield f"ndevices: {len(devices)}"
    yield "devices:"
    for number, d in enumerate(devices):
        yield f"- node: /dev/input/event{number}"
        yield "  evdev:"
        yield f'    name: "{d.name}"'
        yield f"    id: {list(d.ids)}"
        yield "    codes:"
        for kind, codes in sorted(d.codes.items()):
            yield f"      {kind}: {list(codes)}"
        if d.axes:
            yield "    absinfo:"
        for code, info in sorted(d.axes.items()):
            yield f"      {code}: {list(info)}"
        yield f"    properties: {list(d.props)}"
        yield "  events:"
        for time, events in d.frames:
            yield "  - evdev:"
            for kind, code, value in events:
                yield f"    - [{time // 1000000:3d}, {time % 1000000:6d}, {kind:3d}, {code:3d}, {value:7d}]"


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    files = {"tablet-session.yml": yaml([touchscreen(), buttons(), pen(), mode_switch()]),
             "mouse.evemu": evemu(mouse(), stamp_each=2), "keyboard.evemu": evemu(keyboard_evemu()),
             "keyboard.yml": yaml([keyboard_yaml()])}
    for name, lines in files.items():
        with open(os.path.join(folder, name), "w", encoding="ascii") as out:
            out.write("\n".join(lines) + "\n")


main()
