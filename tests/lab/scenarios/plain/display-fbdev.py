# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/display.md's way for a guest that has a framebuffer and nothing else: Xorg's fbdev driver, turned by 90; keys get back."""

import os
import re

from labkit import screen
from labkit.common import BIN, TOP, Skip

NEEDS = "xenhub-display plain_vnc xinit Xorg xkbcomp"
MODULES = "/usr/lib/xorg/modules"
POINTER = 32  # pixels to each side of the middle, where Xorg draws the remote's cursor, since nobody moved it
CONFIGURATION = "[display]\nrotate = 90\n[connection guest]\nuri = {uri}\n"


def recipe():
    """The lines of the page, so that it is the page that is tested: what makes the configuration, and what starts it all."""
    page = (TOP / "docs/display.md").read_text()
    configure = re.search(r"^    (printf .*)$", page, re.MULTILINE).group(1)
    begin = re.search(r"^    (xinit .*)$", page, re.MULTILINE).group(1)
    return configure, begin


def run(lab):
    for driver in ("drivers/fbdev_drv.so", "input/libinput_drv.so"):
        if not os.path.exists(f"{MODULES}/{driver}"):
            raise Skip(f"no {MODULES}/{driver}: apt-get install xserver-xorg-video-fbdev xserver-xorg-input-libinput")
    configure, begin = recipe()
    screen.load_driver(lab, "vfb", "/dev/fb0", "vfb_enable=1", f"videomemorysize={4 << 20}",
                       "mode_option=%dx%d-32@60" % screen.SCREEN)
    lab.guest.run("mount --bind /tmp /host/tmp && chmod 1777 /tmp")
    server = screen.serve_lying(lab)
    # The host's root can only be read: its places for configuration and logs become the machine's own.
    for folder in ("etc/X11/xorg.conf.d", "var/log"):
        lab.guest.run(f"mkdir -p /run/lab/{folder} && mount --bind /run/lab/{folder} /host/{folder}")
    lab.guest.write_file("/run/lab/display.conf", CONFIGURATION.format(uri=screen.URI).encode())
    lab.host("sh -c", configure)
    begin = begin.replace("/usr/bin/xenhub-display", str(BIN / "xenhub-display"))
    begin = begin.replace("/etc/xenhub/display.conf", "/run/lab/display.conf")
    session = lab.guest.spawn("exec inhost sh -c", f"exec {begin}")
    screen.until_shown(lab, session, lambda: screen.of_framebuffer(lab), spared=POINTER)
    lab.qmp.key("a")
    server.expect("^key down 61$", screen.PATIENCE)
    server.expect("^key up 61$", screen.PATIENCE)
    return "the recipe's own lines; every pixel but the pointer's as expected; a key there and back"
