#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gtk-vnc's widget, turned, alone on a screen: display_gtkvnc.py PORT DEGREES lossy|lossless [--probe]

With --probe it ends at once: with 0 where gtk-vnc can be had and can turn (Debian: gir1.2-gtk-vnc-2.0, python3-gi).
"""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("GtkVnc", "2.0")
from gi.repository import Gtk, GtkVnc  # noqa: E402


def main():
    port, degrees, lossy = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "lossy"
    if sys.argv[4:] == ["--probe"]:
        sys.exit(0 if hasattr(GtkVnc.Display, "set_rotation") else 1)
    window, display = Gtk.Window(), GtkVnc.Display()
    screen = window.get_screen()
    window.set_decorated(False)
    window.set_default_size(screen.get_width(), screen.get_height())
    window.add(display)
    display.set_rotation(degrees)
    display.set_lossy_encoding(lossy)
    display.set_keyboard_grab(False)
    display.set_pointer_grab(False)
    display.set_shared_flag(True)
    display.connect("vnc-disconnected", Gtk.main_quit)
    display.open_host("127.0.0.1", port)
    window.show_all()
    window.move(0, 0)
    display.grab_focus()
    Gtk.main()


main()
