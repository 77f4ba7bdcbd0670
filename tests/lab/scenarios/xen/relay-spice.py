# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's SPICE socket in Dom0, shown in a guest over vchan: several channels on one link, and QEMU's VNC picture to the pixel."""

import json

from labkit import picture
from labkit.common import BIN, Skip
from labkit.picture import PATIENCE

ON_REQUEST = "two minutes"
NEEDS = f"xenhub-relay xenhub-display-spice.so qemu-system-x86_64 {picture.NEEDS}"
WIDTH, HEIGHT = 640, 480  # QEMU's own picture, while its guest has set no mode
CONTROL = "/run/lab/relay.sock"
CHANNELS = 3  # main, display and inputs at least
MEMORY = 384  # MiB, half of it for files: libspice and what it needs lie in memory, too


def start_machine(lab):
    """It has to run, or SPICE is told nothing; firmware of HLT (0xf4) leaves QEMU's own words on its screen, at no cost."""
    lab.guest.run("mkdir -p /run/lab; head -c 65536 /dev/zero | tr '\\0' '\\364' > /run/lab/halt")
    lab.guest.spawn("exec inhost qemu-system-x86_64 -m 16 -nodefaults -bios /run/lab/halt -vga std -display none "
                    "-vnc unix:/run/lab/machine.vnc "
                    "-spice unix=on,addr=/run/lab/machine.spice,disable-ticketing=on,image-compression=off")
    lab.guest.until("test -S /run/lab/machine.vnc -a -S /run/lab/machine.spice", PATIENCE)


def run(lab):
    if "disable-ticketing" not in lab.host("qemu-system-x86_64 -machine none -display none -spice help 2>&1", check=False,
                                           timeout=PATIENCE).text:
        raise Skip("this QEMU has no SPICE")
    lab.domain("app").destroy()
    gui = lab.domain("gui")
    gui.destroy()
    gui.create(memory=MEMORY)
    gui.install_whole(BIN / "xenhub-display-spice.so")
    picture.start_display_server(gui, WIDTH, HEIGHT)

    start_machine(lab)
    lab.host(f"{BIN / 'rfb_dump'} /run/lab/machine.vnc /run/lab/machine.ppm", timeout=PATIENCE)
    lab.start("xenhub-relay", "--control", CONTROL, "vchan:gui/machine", "unix:/run/lab/machine.spice")
    display = picture.spawn_display(gui, WIDTH, HEIGHT, "spice+vchan:@machine")
    picture.shows(lab, display, picture.of_ppm(picture.file_of(lab.guest, "/run/lab/machine.ppm")))
    status = json.loads(lab.call("xenhub-relay", "status", "--json", "--control", CONTROL).text)
    streams, links = status["routes"][0]["total"], status["links"][0]["ups"]
    assert streams >= CHANNELS and links == 1, f"{streams} streams on {links} links"
    return f"{WIDTH} x {HEIGHT} pixels alike, from QEMU in Dom0, by {streams} streams of one link"
