# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-display on a virtual screen, and a server of our own: what most of its tests begin with."""

import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

from .display import Screen, Server
from .programs import Case

NEEDED = ["Xvfb", "xdotool"]
WIDTH, HEIGHT = 160, 100
# OpenGL's drivers are unloaded before LeakSanitizer looks for who holds their memory.
OPENGL = {"ASAN_OPTIONS": "detect_leaks=0"}


def picture(x, y):
    """Every pixel differs from its neighbours and from those mirrored or turned."""
    return (x * 3 + 7) % 256 << 16 | (y * 5 + 11) % 256 << 8 | (x * y + x) % 256


def window_of(x, y, degrees):
    """Where a remote pixel is in a window of just the turned size."""
    return {0: (x, y), 90: (HEIGHT - 1 - y, x), 180: (WIDTH - 1 - x, HEIGHT - 1 - y), 270: (y, WIDTH - 1 - x)}[degrees]


def wait_until(ready, what, seconds=10.0):
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.004)


def read_bmp(path):
    data = pathlib.Path(path).read_bytes()
    offset, width, height = (int.from_bytes(data[at:at + 4], "little") for at in (10, 18, 22))
    stride = (3 * width + 3) & ~3
    return [[int.from_bytes(data[offset + (height - 1 - y) * stride + 3 * x:][:3], "little") for x in range(width)]
            for y in range(height)]


class Display(Case):
    def screen_of(self, degrees=0):
        width, height = (HEIGHT, WIDTH) if degrees % 180 else (WIDTH, HEIGHT)
        screen = Screen(self.folder, width, height)
        self.addCleanup(screen.end)
        return screen

    def serve(self, drawn=picture):
        server = Server(self.folder / "vnc", WIDTH, HEIGHT, drawn)
        server.start()
        self.addCleanup(server.stop)
        return server

    def show(self, screen, *options, uri=None):
        os.environ.update(OPENGL if {"stream", "gpu-any"} & set(options) else {"ASAN_OPTIONS": ""}, DISPLAY=screen.name)
        os.environ.pop("WAYLAND_DISPLAY", None)
        return self.start("xenhub-display", "--fullscreen", *options, uri or f"vnc+unix:{self.folder / 'vnc'}")

    def xdotool(self, screen, *words):
        subprocess.run(["xdotool", *map(str, words)], check=True, env={**os.environ, "DISPLAY": screen.name})

    def chord(self, screen, key):
        self.xdotool(screen, "key", f"ctrl+alt+shift+{key}")


def main():
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        print("not installed:", ", ".join(missing))
        sys.exit(77)
    unittest.main(verbosity=2)
