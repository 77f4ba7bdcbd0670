#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-display against spice-gtk's widget, which spicy, virt-viewer and others are made of, in turns, on one Xspice without
compression: what display.py measures over VNC, over SPICE.

Usage: display_spice.py FOLDER_OF_PROGRAMS [--rounds N] [--seconds N] [--size WxH] [--only WORD]... [--work film|text|type|react]...

The widget takes part if it is installed (gir1.2-spiceclientgtk-3.0 with python3-gi; its memory is Python's, too).
"""

import contextlib
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from display import WORK, arguments, draw, report  # noqa: E402
from display_clients import HERE, Client  # noqa: E402
from kit.display import Screen  # noqa: E402
from kit.spice import Xspice  # noqa: E402


class Folder(contextlib.ExitStack):
    """What the kit's servers want of a test."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def addCleanup(self, *words):  # pylint: disable=invalid-name
        self.callback(*words)


def list_clients(binaries, size, uri):
    ours, found = [binaries / "xenhub-display", "--fullscreen"], []
    widget = ["/usr/bin/python3", HERE / "display_spicegtk.py", uri]
    if subprocess.run([*map(str, widget), "--probe"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        found.append(Client("spice-gtk", size, 0, widget))
    for degrees in (0, 90):
        found.append(Client(f"xenhub {degrees}" if degrees else "xenhub", size, degrees, [*ours, "--rotate", degrees, uri]))
    return found


def run(options, folder):
    size = tuple(map(int, options.size.split("x")))
    with Folder(folder) as case:
        server = Xspice(case, *size)
        clients = list_clients(options.binaries.resolve(), size, server.tcp)
        if options.only:
            clients = [c for c in clients if any(c.name.startswith(word) for word in options.only)]
        for work in options.work or WORK:
            words, look = WORK[work]
            source = draw(options.binaries.resolve(), server.name, words)
            for _ in range(options.rounds):
                for client in clients:
                    screen = Screen(folder, client.width, client.height)
                    client.start(screen)
                    time.sleep(1)
                    look(client, screen, options.seconds)
                    client.end()
                    screen.end()
            source.terminate()
            source.wait()
    report(options, clients, "Xspice")


def main():
    options = arguments(__doc__)
    with tempfile.TemporaryDirectory(prefix="display-") as name:
        run(options, pathlib.Path(name))


if __name__ == "__main__":
    main()
