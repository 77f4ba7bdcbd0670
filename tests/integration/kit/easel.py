# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest with an easel in it, an X client that says what arrives, and hands that the hub plays to xenhub-display."""

import os
import shutil
import sys
import unittest

from .display import Screen
from .programs import BIN, Case, Program
from .recording import write
from .servers import Xvnc, wait_until

NEEDED = ["Xvfb", "Xvnc", "xdotool"]
WIDTH, HEIGHT = 320, 200
ROTATIONS = [int(degrees) for degrees in os.environ.get("DISPLAY_ROTATIONS", "0 90 180 270").split()]
PANEL = (1920, 1200)
EV_KEY, EV_ABS, EV_SW = 1, 3, 5
BTN_TOUCH = 0x14A
MT_SLOT, MT_X, MT_Y, MT_ID = 0x2F, 0x35, 0x36, 0x39
POINTS = [(0, 0), (WIDTH - 1, 0), (0, HEIGHT - 1), (WIDTH - 1, HEIGHT - 1), (57, 131)]


def window_of(x, y, degrees):
    return {0: (x, y), 90: (HEIGHT - 1 - y, x), 180: (WIDTH - 1 - x, HEIGHT - 1 - y), 270: (y, WIDTH - 1 - x)}[degrees]


def panel_of(x, y, degrees):
    """Where on the panel, which covers the window, the middle of that remote pixel is."""
    width, height = (HEIGHT, WIDTH) if degrees % 180 else (WIDTH, HEIGHT)
    x, y = window_of(x, y, degrees)
    return (2 * x + 1) * PANEL[0] // (2 * width), (2 * y + 1) * PANEL[1] // (2 * height)


def finger(slot, number, point, degrees):
    x, y = panel_of(*point, degrees)
    return [(EV_ABS, MT_SLOT, slot), (EV_ABS, MT_ID, number), (EV_ABS, MT_X, x), (EV_ABS, MT_Y, y)]


class Hands(Case):
    def setUp(self):
        super().setUp()
        os.environ.pop("WAYLAND_DISPLAY", None)
        os.environ["ASAN_OPTIONS"] = "detect_leaks=0"

    def guest(self):
        """An Xvnc with the easel in it."""
        server = Xvnc(self, WIDTH, HEIGHT)
        os.environ["DISPLAY"] = server.name
        easel = Program(BIN / "easel", "--log")
        self.addCleanup(easel.end)
        easel.until_line(f"easel {WIDTH}x{HEIGHT}")
        return server, easel

    def show(self, uri, degrees=0, *options, config=None, screen=None):
        if not screen:
            screen = Screen(self.folder, *((HEIGHT, WIDTH) if degrees % 180 else (WIDTH, HEIGHT)))
            self.addCleanup(screen.end)
        os.environ["DISPLAY"] = screen.name
        words = ["-c", config] if config else []
        display = self.start("xenhub-display", *words, "--rotate", degrees, "--hub", f"unix:{self.link}", "--input", "hub", *options,
                             *([uri] if uri else []))
        # Red lies in the guest's corner at 0,0.
        corner = window_of(3, 3, degrees)
        wait_until(lambda: screen.pixel(*corner) == 0xFF0000, lambda: f"the easel is on the screen\n{display.story()}")
        return screen, display

    def play(self, *recordings):
        """Each (device, frames); returns when all was delivered."""
        for path in (self.link, self.control):
            path.unlink(missing_ok=True)
        sources = [f"evemu:{write(self.folder / f'{i}.evemu', device, frames)}" for i, (device, frames) in enumerate(recordings)]
        hub = self.hub(*sources, once=True)
        self.assertEqual(hub.wait(60), 0, hub.story())

    def told(self, easel, *kinds):
        return [line for line in easel.lines if line.split()[0] in kinds]

    def until_told(self, easel, wanted, *kinds):
        try:
            easel.until(lambda: self.told(easel, *kinds) == wanted, "the events", 10)
        except AssertionError:
            self.assertEqual(self.told(easel, *kinds), wanted)


def main():
    missing = [name for name in NEEDED if not shutil.which(name)] + ([] if (BIN / "easel").exists() else ["easel"])
    if missing:
        print("not installed:", ", ".join(missing))
        sys.exit(77)
    unittest.main(verbosity=2)
