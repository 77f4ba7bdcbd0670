# SPDX-License-Identifier: GPL-2.0-or-later
"""SPICE's agent in a guest with Xorg: it takes the viewer's size, turned, its clipboard by policy, and its pointer to the pixel."""

import time

from labkit import desktop
from labkit.plain import StandardSpiceMachine

MACHINE = StandardSpiceMachine
ON_REQUEST = "half a minute, and a snapshot of its own"
NEEDS = desktop.NEEDS
POINTS = ((0, 0), (desktop.WIDTH - 1, 0), (0, desktop.HEIGHT - 1), (desktop.WIDTH - 1, desktop.HEIGHT - 1), (311, 77))
TEXT_MAX = 1 << 20
SECRET_SECONDS = 5  # so long nothing comes through that is not to


def run(lab):
    guest = desktop.Desktop(lab, "bochs")
    with desktop.Viewer(lab, "yes") as viewer:
        guest.until_size(desktop.WIDTH, desktop.HEIGHT)
        assert f"Set max clipboard: {TEXT_MAX}\n" in guest.daemon.text, "the agent does not know how long a text may be"
        viewer.until_alike()
        for point in POINTS:
            viewer.hit(guest, *point)
        # In this order: SDL hears of another owner of the clipboard where the last one was itself.
        guest.copy("from the guest: ünd\n")
        desktop.until(lambda: viewer.paste() == "from the guest: ünd\n", "the tablet has the guest's text")
        viewer.copy("from the tablet: grüß\n")
        desktop.until(lambda: guest.paste() == "from the tablet: grüß\n", "the guest has the tablet's text")
        # A guest that begins anew: its agent is told all of it again.
        guest.stop_agent()
        guest.run("xrandr --output Virtual-1 --mode 1024x768")
        guest.until_size(1024, 768)
        guest.start_agent()
        guest.until_size(desktop.WIDTH, desktop.HEIGHT)
        desktop.until(lambda: guest.paste() == "from the tablet: grüß\n", "the guest's new agent has the text")
    with desktop.Viewer(lab, "no") as viewer:
        viewer.until_alike()
        guest.copy("the guest's own")
        viewer.copy("the tablet's own")
        time.sleep(SECRET_SECONDS)
        viewer.hit(guest, 5, 5)
        assert viewer.paste() == "the tablet's own", "the guest's text came in"
        assert guest.paste() == "the guest's own", "the tablet's text went out"
    return f"{desktop.WIDTH} x {desktop.HEIGHT} as asked for, each pixel alike; {len(POINTS)} points; texts both ways, and neither"
