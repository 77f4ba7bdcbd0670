# SPDX-License-Identifier: GPL-2.0-or-later
"""What xenhub-display shows in a guest that has no screen: under Xvfb, saved, and compared pixel by pixel."""

import base64
import gzip
import signal
import struct
import tarfile
from pathlib import Path

from .common import BIN, Failure

NEEDS = "xenhub-display rfb_dump Xvfb xkbcomp"
PATIENCE = 120
SHOT = "/run/lab/shown.bmp"


def file_of(guest, path):
    """A file of a guest, over its console."""
    return gzip.decompress(base64.b64decode(str(guest.run(f"gzip -c {path} | base64", timeout=PATIENCE))))


def of_ppm(data):
    """Rows of (red, green, blue)."""
    kind, size, depth, pixels = data.split(b"\n", 3)
    assert kind == b"P6" and depth == b"255", data[:40]
    width, height = map(int, size.split())
    return [[tuple(pixels[at:at + 3]) for at in range(y * width * 3, (y + 1) * width * 3, 3)] for y in range(height)]


def of_bmp(data):
    offset, = struct.unpack_from("<I", data, 10)
    width, height, _, bits = struct.unpack_from("<iiHH", data, 18)
    step = bits // 8
    stride = (width * step + 3) // 4 * 4
    rows = []
    for y in range(abs(height)):
        at = offset + (y if height < 0 else height - 1 - y) * stride
        rows.append([tuple(data[each:each + 3])[::-1] for each in range(at, at + width * step, step)])
    return rows


def install_keyboard_data(guest):
    """The X server compiles a keymap when it begins, and the display reads one."""
    bundle = Path(guest.machine.folder) / "xkb.tar"
    with tarfile.open(bundle, "w", dereference=True) as out:
        out.add("/usr/share/X11/xkb", "usr/share/X11/xkb")
    guest.send(bundle, "tar -x -C /")
    guest.run("mkdir -p /tmp /var/lib/xkb /run/lab && chmod 1777 /tmp")


def start_display_server(guest, width, height):
    """Xvfb, with xenhub-display beside it."""
    guest.install_whole(BIN / "xenhub-display", Path("/usr/bin/Xvfb"), Path("/usr/bin/xkbcomp"))
    install_keyboard_data(guest)
    guest.spawn(f"exec Xvfb :2 -screen 0 {width}x{height}x24 -nolisten tcp")
    guest.agent.until("test -S /tmp/.X11-unix/X2", PATIENCE)


def spawn_display(guest, width, height, uri):
    # Ignored until the program wants it: a shot that is asked for too early must not end it.
    return guest.spawn(f"trap '' USR1; DISPLAY=:2 HOME=/run/lab exec xenhub-display --windowed {width}x{height} "
                       f"--screenshot {SHOT} {uri}")


def of_shot(data):
    """Its picture, or None while it is not written whole."""
    try:
        return of_bmp(data)
    except (IndexError, struct.error):
        return None


def shows(lab, display, drawn):
    """Until the display shows what was drawn, and then its end."""
    assert len({pixel for row in drawn for pixel in row}) > 1, "the server shows nothing that could be compared"
    last = [None, None]  # the hash of its last shot, and the picture

    def alike():
        assert display.status is None, f"it ended with {display.status}: {display.text[-400:]}"
        display.kill(signal.SIGUSR1)
        digest = str(display.agent.run(f"sha256sum {SHOT} 2> /dev/null; true", timeout=PATIENCE))
        if digest and digest != last[0]:
            last[:] = digest, of_shot(file_of(display.agent, SHOT))
        return last[1] == drawn

    try:
        lab.until(alike, "another picture is shown", PATIENCE)
    except Failure as reason:
        raise Failure(f"{reason}: {difference(last[1], drawn)}") from None
    assert display.stop(PATIENCE).status == 0, display.text[-400:]


def difference(shown, drawn):
    if not shown:
        return "no shot was taken"
    if (len(shown[0]), len(shown)) != (len(drawn[0]), len(drawn)):
        return f"{len(shown[0])} x {len(shown)} pixels"
    return f"{sum(a != b for rows in zip(shown, drawn) for a, b in zip(*rows))} pixels differ"
