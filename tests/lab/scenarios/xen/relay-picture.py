# SPDX-License-Identifier: GPL-2.0-or-later
"""Xvnc in one guest, xenhub-display under Xvfb in another, a route between them: the picture saved is the picture drawn."""

import base64
import gzip
import struct
import tarfile
from pathlib import Path

from labkit.common import BIN
from labkit.hub import Hub

NEEDS = "xenhubd xenhub-relay xenhub-display rfb_dump Xvnc Xvfb xkbcomp"
CONFIGURATION = "[route screen]\nserver = app\nclient = gui\n"
WIDTH, HEIGHT = 320, 240
PATIENCE = 120


def file_of(guest, path):
    """A file of a guest, over its console."""
    return gzip.decompress(base64.b64decode(str(guest.run(f"gzip -c {path} | base64", timeout=PATIENCE))))


def of_ppm(data):
    """Rows of (red, green, blue)."""
    kind, size, depth, pixels = data.split(b"\n", 3)
    assert kind == b"P6" and depth == b"255", data[:40]
    width, height = map(int, size.split())
    return [[tuple(pixels[(y * width + x) * 3:][:3]) for x in range(width)] for y in range(height)]


def of_bmp(data):
    offset, = struct.unpack_from("<I", data, 10)
    width, height, _, bits = struct.unpack_from("<iiHH", data, 18)
    step = bits // 8
    stride = (width * step + 3) // 4 * 4
    rows = []
    for y in range(abs(height)):
        at = offset + (y if height < 0 else height - 1 - y) * stride
        rows.append([tuple(data[at + x * step:][:3])[::-1] for x in range(width)])
    return rows


def install_keyboard_data(guest):
    """The X server compiles a keymap when it begins, and the display reads one."""
    bundle = Path(guest.machine.folder) / "xkb.tar"
    with tarfile.open(bundle, "w", dereference=True) as out:
        out.add("/usr/share/X11/xkb", "usr/share/X11/xkb")
    guest.send(bundle, "tar -x -C /")
    guest.run("mkdir -p /tmp /var/lib/xkb /run/lab && chmod 1777 /tmp")


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    for guest, memory in ((app, 192), (gui, 192)):
        guest.destroy()
        guest.create(memory=memory)
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    Hub(lab, "-c", "/run/lab/xenhub.conf")

    app.install_whole(Path("/usr/bin/Xvnc").resolve(), Path("/usr/bin/xkbcomp"), BIN / "xenhub-relay", BIN / "rfb_dump")
    install_keyboard_data(app)
    server = app.spawn(f"exec {Path('/usr/bin/Xvnc').resolve().name} :1 -geometry {WIDTH}x{HEIGHT} -depth 24 -retro "
                       "-SecurityTypes None -rfbunixpath /run/lab/vnc -rfbport -1 -nolisten tcp")
    app.agent.until("test -S /run/lab/vnc", PATIENCE)
    app.run("rfb_dump /run/lab/vnc /run/lab/drawn.ppm", timeout=PATIENCE)
    app.spawn("exec xenhub-relay vchan:@screen unix:/run/lab/vnc")

    gui.install_whole(BIN / "xenhub-display", Path("/usr/bin/Xvfb"), Path("/usr/bin/xkbcomp"))
    install_keyboard_data(gui)
    gui.spawn(f"exec Xvfb :2 -screen 0 {WIDTH}x{HEIGHT}x24 -nolisten tcp")
    gui.agent.until("test -S /tmp/.X11-unix/X2", PATIENCE)
    gui.run(f"DISPLAY=:2 HOME=/run/lab xenhub-display --windowed {WIDTH}x{HEIGHT} --screenshot /run/lab/shown.bmp --exit-after 25 "
            "vnc+vchan:@screen", timeout=PATIENCE)
    drawn, shown = of_ppm(file_of(app, "/run/lab/drawn.ppm")), of_bmp(file_of(gui, "/run/lab/shown.bmp"))
    server.kill()
    colours = {pixel for row in drawn for pixel in row}
    assert len(colours) > 1, "the server shows nothing that could be compared"
    assert shown == drawn, f"{sum(a != b for rows in zip(shown, drawn) for a, b in zip(*rows))} pixels differ"
    return f"{WIDTH} x {HEIGHT} pixels alike, through two guests and a route"
