# SPDX-License-Identifier: GPL-2.0-or-later
"""The plain machine's screen: a virtio GPU without 3D, what QEMU says is on it, and a VNC server whose picture is known."""

import base64
import glob
import gzip
import time

from . import images
from .common import Failure, Skip
from .plain import SCREEN

MESA = ("libEGL_mesa.so.0", "libgbm.so.1", "dri/kms_swrast_dri.so")
PORT = 5901
URI = f"vnc://127.0.0.1:{PORT}"
PATIENCE = 60


def need_mesa():
    """What KMSDRM draws with where there is no GPU."""
    for name in MESA:
        if not glob.glob(f"/usr/lib/*/{name}"):
            raise Skip(f"no {name} on this machine: apt-get install libegl-mesa0 libgbm1 libgl1-mesa-dri")


def load_driver(lab, driver, node, *options):
    """A driver, and the node that it makes. The snapshot is without: no other scenario has a screen."""
    lab.guest.run("inhost && mkdir -p /run/lab")
    for name in reversed(images.module_depends(driver)):
        lab.guest.run(f"test -e /sys/module/{name} || insmod /host{images.stripped(images.modules()[name])}", timeout=60)
    lab.guest.run(f"insmod /host{images.stripped(images.modules()[driver])}", *options, timeout=60)
    lab.guest.until(f"udevadm settle && test -e {node}", PATIENCE)


def serve_lying(lab):
    """plain_vnc with the screen's picture lying on its side. It says what input it gets."""
    height, width = SCREEN
    server = lab.start("plain_vnc", PORT, width, height)
    lab.guest.until(f"netstat -ltn | grep -q ':{PORT} '", PATIENCE)
    return server


def turned():
    """plain_vnc's picture turned clockwise by 90, as the bytes of rows of red, green, blue: see its paint()."""
    width, height = SCREEN
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            across, down = y, width - 1 - x
            pixels += bytes(((across * 3 + 7) & 255, (down * 5 + 11) & 255, (across * down + across) & 255))
    return bytes(pixels)


def of_qemu(lab):
    """What QEMU has on the screen, as such bytes; None while that has another size."""
    path = lab.folder / "screen.ppm"
    lab.qmp.execute("screendump", filename=str(path))
    kind, size, depth, pixels = path.read_bytes().split(b"\n", 3)
    if (kind, depth) != (b"P6", b"255"):
        raise Failure(f"QEMU wrote no picture: {kind} {depth}")
    return pixels if tuple(map(int, size.split())) == SCREEN else None


def of_framebuffer(lab):
    """What the first framebuffer holds, as such bytes: 32 bits a pixel without padding, blue first as fbdev writes them."""
    width, height = SCREEN
    text = lab.guest.run(f"head -c {width * height * 4} /dev/fb0 | gzip -1 | base64", timeout=PATIENCE)
    data = gzip.decompress(base64.b64decode(str(text)))
    pixels = bytearray(width * height * 3)
    for colour in range(3):
        pixels[2 - colour::3] = data[colour::4]
    return bytes(pixels)


def wrong(pixels, expected, spared):
    """The pixels (x, y) that differ, but for those in the square of that many pixels to each side of the middle."""
    width, height = SCREEN
    places = (divmod(at // 3, width) for at in range(0, len(expected), 3) if pixels[at:at + 3] != expected[at:at + 3])
    return [(x, y) for y, x in places if max(abs(x - width // 2), abs(y - height // 2)) > spared]


def until_shown(lab, program, look, spared=0):
    """Wait until look() gives the picture. The program that shows it must go on running."""
    expected = turned()
    deadline = time.monotonic() + PATIENCE
    while differing := wrong(look() or b"", expected, spared):
        if program.status is not None:
            raise Failure(f"it ended with {program.status}: {program.text[-600:]}")
        if time.monotonic() > deadline:
            raise Failure(f"{len(differing)} pixels are wrong, from {min(differing)} to {max(differing)} ({PATIENCE} s)")
        time.sleep(0.5)
