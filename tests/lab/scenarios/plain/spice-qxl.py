# SPDX-License-Identifier: GPL-2.0-or-later
"""QXL in a guest with Xorg: the viewer's size, turned, is what its screen would rather have; then pixels and the pointer."""

from labkit import desktop
from labkit.plain import SpiceMachine

MACHINE = SpiceMachine
ON_REQUEST = "half a minute, and a snapshot of its own"
NEEDS = desktop.NEEDS
POINTS = ((0, 0), (desktop.WIDTH - 1, desktop.HEIGHT - 1), (311, 77))


def run(lab):
    guest = desktop.Desktop(lab, "qxl")
    with desktop.Viewer(lab, "yes") as viewer:
        # With QXL the size goes past the agent, to the kernel's driver; what a desktop does then is done here by hand.
        desktop.until(lambda: f"{desktop.WIDTH}x{desktop.HEIGHT}" in guest.run("xrandr"), "the screen has the size as a mode")
        guest.run("xrandr --output Virtual-1 --auto")
        guest.until_size(desktop.WIDTH, desktop.HEIGHT)
        viewer.until_alike()
        for point in POINTS:
            viewer.hit(guest, *point)
        guest.spawn("xlogo -geometry 200x300-31-17")
        desktop.until(lambda: guest.run("xdotool search --class xlogo").count("\n") >= 2, "a second window")
        viewer.until_alike()
    return f"{desktop.WIDTH} x {desktop.HEIGHT} as asked for, each pixel alike, twice; {len(POINTS)} points"
