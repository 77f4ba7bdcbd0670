# SPDX-License-Identifier: GPL-2.0-or-later
"""Presses the keys of an X server and moves its pointer, through XTEST. Nothing has to be started for it, unlike xdotool."""

import ctypes

# Of evdev's keyboards, as all X servers of today number them.
KEY_A, KEY_R, CONTROL, SHIFT, ALT, LEFT, RIGHT = 38, 27, 37, 50, 64, 113, 114


class Hands:
    def __init__(self, name):
        self.x, self.test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(name.encode()))

    def key(self, code, down):
        self.test.XTestFakeKeyEvent(self.display, code, down, 0)
        self.x.XFlush(self.display)

    def button(self, number, down):
        self.test.XTestFakeButtonEvent(self.display, number, down, 0)
        self.x.XFlush(self.display)

    def move(self, x, y):
        self.test.XTestFakeMotionEvent(self.display, 0, x, y, 0)
        self.x.XFlush(self.display)

    def sync(self):
        """Afterwards the server has told its clients of all that was done."""
        self.x.XSync(self.display, 0)

    def close(self):
        self.x.XCloseDisplay(self.display)
