# SPDX-License-Identifier: GPL-2.0-or-later
"""Xvnc in one guest, xenhub-display under Xvfb in another, a route between them: the picture saved is the picture drawn."""

from pathlib import Path

from labkit import picture
from labkit.common import BIN
from labkit.hub import Hub
from labkit.picture import PATIENCE

NEEDS = f"xenhubd xenhub-relay Xvnc {picture.NEEDS}"
CONFIGURATION = "[route screen]\nserver = app\nclient = gui\n"
WIDTH, HEIGHT = 320, 240


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    Hub(lab, "-c", "/run/lab/xenhub.conf")

    app.install_whole(Path("/usr/bin/Xvnc").resolve(), Path("/usr/bin/xkbcomp"), BIN / "xenhub-relay", BIN / "rfb_dump")
    picture.install_keyboard_data(app)
    server = app.spawn(f"exec {Path('/usr/bin/Xvnc').resolve().name} :1 -geometry {WIDTH}x{HEIGHT} -depth 24 -retro "
                       "-SecurityTypes None -rfbunixpath /run/lab/vnc -rfbport -1 -nolisten tcp")
    app.agent.until("test -S /run/lab/vnc", PATIENCE)
    app.run("rfb_dump /run/lab/vnc /run/lab/drawn.ppm", timeout=PATIENCE)
    app.spawn("exec xenhub-relay vchan:@screen unix:/run/lab/vnc")

    picture.start_display_server(gui, WIDTH, HEIGHT)
    display = picture.spawn_display(gui, WIDTH, HEIGHT, "vnc+vchan:@screen")
    picture.shows(lab, display, picture.of_ppm(picture.file_of(app, "/run/lab/drawn.ppm")))
    server.kill()
    return f"{WIDTH} x {HEIGHT} pixels alike, through two guests and a route"
