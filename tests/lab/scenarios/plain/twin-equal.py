# SPDX-License-Identifier: GPL-2.0-or-later
"""Twins against originals: libinput lists them alike and records the same, but for a written list of differences."""

import re

from labkit.devices import COMBO, KEYBOARD, MOUSE, PEN, SWITCHES, TOUCHPAD, TOUCHSCREEN, lift, touch
from labkit.hub import Hub

NEEDS = "xenhubd xenhub xenhub-twin libinput"

# What uinput cannot give a copy, and why. Everything else has to be equal.
UNAVOIDABLE = (
    r"^Kernel:",             # another node
    r"^Group:",              # libinput numbers groups in the order in which it meets them
    r"^- node:",             # another node
    r"^\s*# Phys|^\s*phys:|DEVPATH|ID_PATH|ID_SERIAL|LIBINPUT_DEVICE_GROUP",  # the place where it is plugged in
    r"^\s*# Uniq|^\s*uniq:", # uinput has no call that sets it
)

PLAY = {
    KEYBOARD: ("KEY_A 1", "KEY_LEFTSHIFT 1", "KEY_A 0", "KEY_LEFTSHIFT 0"),
    MOUSE: ("REL_X 5 REL_Y 1", "BTN_RIGHT 1", "REL_X 2", "BTN_RIGHT 0", "REL_WHEEL -1 REL_WHEEL_HI_RES -120"),
    COMBO: ("KEY_9 1", "REL_Y 7", "BTN_LEFT 1", "KEY_9 0", "BTN_LEFT 0"),
    TOUCHSCREEN: (touch(0, 11, 10, 20, "BTN_TOUCH 1"), touch(1, 12, 300, 400), touch(0, 11, 15, 25), lift(1),
                  lift(0, "BTN_TOUCH 0")),
    TOUCHPAD: (touch(0, 21, 10, 20, "BTN_TOUCH 1 BTN_TOOL_FINGER 1"), touch(0, 21, 60, 20),
               lift(0, "BTN_TOUCH 0 BTN_TOOL_FINGER 0")),
    PEN: ("BTN_TOOL_PEN 1 ABS_X 500 ABS_Y 600", "BTN_TOUCH 1 ABS_PRESSURE 700 ABS_TILT_X 5",
          "BTN_TOUCH 0 ABS_PRESSURE 0", "BTN_TOOL_PEN 0"),
    SWITCHES: ("SW_TABLET_MODE 1", "SW_TABLET_MODE 0"),
}


def comparable(text):
    return [line.rstrip() for line in text.splitlines()
            if line.strip() and not any(re.search(pattern, line) for pattern in UNAVOIDABLE)]


def compare(what, name, original, twin):
    for ours, theirs in zip(original, twin):
        assert ours == theirs, f"{name}: {what} differs: original `{ours.strip()}`, twin `{theirs.strip()}`"
    assert len(original) == len(twin), f"{name}: {what} has {len(original)} lines, the twin's {len(twin)}"


def listed(lab):
    """libinput's description of each node."""
    blocks = lab.host("libinput list-devices", timeout=60).text.split("\n\n")
    return {match.group(1): block for block in blocks if (match := re.search(r"Kernel:\s+(\S+)", block))}


def recorded(lab, nodes, device, frames):
    """What `libinput record` writes for each of these nodes, without its header and its times."""
    recorders = [lab.guest.spawn(f"exec inhost libinput record --show-keycodes {node}") for node in nodes]
    for recorder in recorders:
        recorder.expect(r"^ *events:", timeout=30)
    device.play(*frames)
    for recorder in recorders:
        for _ in frames:
            recorder.expect(r"SYN_REPORT")
        recorder.stop()
    return [timeless(recorder.text[recorder.text.index("devices:\n"):]) for recorder in recorders]


def timeless(recording):
    recording = re.sub(r"- \[ *\d+, *\d+, ", "- [", recording)
    return re.sub(r" \+\d+ms$|.*Current time is.*", "", recording, flags=re.MULTILINE)


def run(lab):
    devices = {lab.uinput(description): frames for description, frames in PLAY.items()}
    hub = Hub(lab)
    hub.twin(*(device.name for device in devices))
    description = listed(lab)
    compared = 0
    for device, frames in devices.items():
        nodes = (device.node, hub.twin_of(device.name))
        compare("libinput list-devices", device.name, *(comparable(description[node]) for node in nodes))
        texts = recorded(lab, nodes, device, frames)
        compare("libinput record", device.name, *map(comparable, texts))
        compared += len(comparable(texts[0]))
    return f"{len(devices)} devices, {compared} lines alike"
