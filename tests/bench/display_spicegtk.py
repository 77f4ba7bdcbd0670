#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""spice-gtk's widget alone on a screen: display_spicegtk.py URI [--probe]

With --probe it ends at once: with 0 where the widget can be had (Debian: gir1.2-spiceclientgtk-3.0, python3-gi).
"""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("SpiceClientGtk", "3.0")
from gi.repository import GObject, Gtk, SpiceClientGLib, SpiceClientGtk  # noqa: E402


def main():
    if sys.argv[2:] == ["--probe"]:
        return
    window, session = Gtk.Window(), SpiceClientGLib.Session()
    screen = window.get_screen()
    window.set_decorated(False)
    window.set_default_size(screen.get_width(), screen.get_height())
    session.set_property("uri", sys.argv[1])
    session.set_property("enable-audio", False)
    session.set_property("enable-usbredir", False)
    display = SpiceClientGtk.Display(session=session, channel_id=0)
    display.set_property("grab-keyboard", False)
    display.set_property("grab-mouse", False)
    window.add(display)

    def on_channel(_, channel):
        if isinstance(channel, (SpiceClientGLib.DisplayChannel, SpiceClientGLib.InputsChannel, SpiceClientGLib.CursorChannel)):
            SpiceClientGLib.Channel.connect(channel)

    GObject.Object.connect(session, "channel-new", on_channel)
    SpiceClientGLib.Session.connect(session)
    window.show_all()
    window.move(0, 0)
    display.grab_focus()
    Gtk.main()


main()
