# SPDX-License-Identifier: GPL-2.0-or-later
"""The viewers that display.py compares: what starts them, and where on their screen things lie."""

import os
import pathlib
import shutil
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
# What display_source draws at the remote's corners, a different one each time: a viewer's own background is no picture.
MARKS = {number * 0x13579B & 0xFFFFFF for number in range(1, 20000)}
PATIENCE = 20.0


class Client:
    def __init__(self, name, size, degrees, words, works=None):
        self.works = works  # None: all
        self.name, self.degrees, self.words = name, degrees, words
        self.width, self.height = size[::-1] if degrees % 180 else size
        self.figures = {}

    def note(self, what, value):
        self.figures.setdefault(what, []).append(value)

    def corners(self):
        """Two that lie as far apart on the screen as they can."""
        return (2, 2), (self.width - 3, self.height - 3)

    def spot(self, distance=2):
        """Where the remote's top left is shown, so many pixels away from its edges."""
        return {0: (distance, distance), 90: (self.width - 1 - distance, distance),
                180: (self.width - 1 - distance, self.height - 1 - distance),
                270: (distance, self.height - 1 - distance)}[self.degrees]

    def start(self, screen):
        environment = {**os.environ, "DISPLAY": screen.name, "XDG_RUNTIME_DIR": str(screen.folder), "GDK_BACKEND": "x11"}
        began = time.monotonic()
        self.process = subprocess.Popen([str(word) for word in self.words], env=environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while screen.pixel(*self.spot()) not in MARKS:
            if time.monotonic() - began > PATIENCE:
                self.end()
                raise SystemExit(f"{self.name}: no picture")
            time.sleep(0.001)
        self.note("first frame ms", (time.monotonic() - began) * 1e3)

    def end(self):
        self.process.terminate()
        self.process.wait()


def list_clients(binaries, size, folder, port):
    """Those that are installed; the first one is who is to be beaten."""
    sock, found = folder / "vnc", []
    tiger, ours = shutil.which("xtigervncviewer"), [binaries / "xenhub-display", "--fullscreen"]
    if tiger:
        plain = [tiger, "-FullScreen", "-RemoteResize=0", "-MenuKey=", f"127.0.0.1::{port}"]
        found.append(Client("TigerVNC", size, 0, plain))
        found.append(Client("TigerVNC raw", size, 0, [tiger, "-FullScreen", "-RemoteResize=0", "-MenuKey=", "-AutoSelect=0",
                                                      "-PreferredEncoding=Raw", sock]))
    for lossy, name in ((True, "gtk-vnc 90 JPEG"), (False, "gtk-vnc 90")):
        words = ["/usr/bin/python3", HERE / "display_gtkvnc.py", port, 90, "lossy" if lossy else "lossless"]
        if subprocess.run([*map(str, words), "--probe"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            found.append(Client(name, size, 90, words))
    found.append(Client("xenhub", size, 0, [*ours, f"vnc+unix:{sock}"]))
    found.append(Client("xenhub 90", size, 90, [*ours, "--rotate", "90", f"vnc+unix:{sock}"]))
    for degrees in (180, 270):
        found.append(Client(f"xenhub {degrees}", size, degrees, [*ours, "--rotate", degrees, f"vnc+unix:{sock}"], ["react"]))
    found.append(Client("xenhub 90 JPEG", size, 90, [*ours, "--rotate", "90", "--encoding", "tight",
                                                     f"vnc://127.0.0.1:{port}"]))
    # The above is JPEG's quality of TigerVNC's viewer, 8.
    config = folder / "quality.conf"
    config.write_text(f"[connection x]\nuri = vnc://127.0.0.1:{port}\nencoding = tight\nquality = 6\n")
    found.append(Client("xenhub 90 JPEG 6", size, 90, [*ours, "--rotate", "90", "-c", config], ["film"]))
    return found
