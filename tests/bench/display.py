#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-display against TigerVNC's viewer and gtk-vnc, in turns, on one Xvnc: CPU for a film, for scrolling text and for typing,
torn frames, key and motion to photon, first frame, memory, idling.

Usage: display.py FOLDER_OF_PROGRAMS [--rounds N] [--seconds N] [--size WxH] [--only WORD]... [--work film|text|type|react]...

Only what is installed takes part: xtigervncviewer; gir1.2-gtk-vnc-2.0 with python3-gi (which is gtk-vnc in Python: its memory
is Python's, too). --only keeps the viewers whose names begin so. Xvnc holds a change back for 8 ms, half a frame of its 60
in a second, before it sends it: that is in every viewer's reaction; --server-fps says another number.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import display_measure as measure  # noqa: E402
from display_clients import list_clients  # noqa: E402
from kit.display import Screen  # noqa: E402

PORT = 5983
WORK = {
    "film": (["video", "10"], measure.measure_video),
    "text": (["scroll", "30"], measure.measure_scroll),
    "type": (["type"], measure.measure_typing),
    "react": (["react"], measure.measure_reaction),
}


def arguments(doc=__doc__):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binaries", nargs="?", default="build/release/bin", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--size", default="1920x1200")
    parser.add_argument("--only", action="append")
    parser.add_argument("--work", action="append", choices=WORK)
    parser.add_argument("--server-fps", type=int, default=60)
    return parser.parse_args()


def draw(binaries, name, words):
    """One of display_source's works on the screen of that name."""
    source = subprocess.Popen([binaries / "display_source", *words], env={**os.environ, "DISPLAY": name})
    time.sleep(1)
    return source


class Server:
    """Xvnc."""

    def __init__(self, folder, size, fps):
        read, write = os.pipe()
        self.process = subprocess.Popen(["Xvnc", "-displayfd", str(write), "-geometry", size, "-depth", "24", "-rfbport",
                                         str(PORT), "-localhost", "-rfbunixpath", str(folder / "vnc"), "-SecurityTypes", "None",
                                         "-AlwaysShared", "-AcceptSetDesktopSize=0", "-FrameRate", str(fps)],
                                        pass_fds=(write,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.name = ":" + pipe.readline().strip()

    def end(self):
        self.process.terminate()
        self.process.wait()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def report(options, clients, server):
    print(f"{options.size}, {options.rounds} rounds of {options.seconds:g} s in turns, {os.cpu_count()} processors, {server}")
    wide = max(len(client.name) for client in clients) + 2
    print(" " * 32 + "".join(f"{client.name:>{wide}}" for client in clients))

    def row(name, cells):
        print(f"{name:32}" + "".join(f"{cell:>{wide}}" for cell in cells))

    names = dict.fromkeys(name for client in clients for name in client.figures)
    for name in names:
        lists = [[v for v in client.figures.get(name, []) if v is not None] for client in clients]
        if name in ("key ms", "motion ms"):
            for label, share in (("p50", 0.5), ("p95", 0.95)):
                row(f"{name[:-3]} to photon ms {label}", [f"{percentile(v, share):.1f}" if v else "none" for v in lists])
        elif name == "first frame ms":
            row(name, [f"{statistics.median(v):.0f}" if v else "-" for v in lists])
            row("  worst", [f"{max(v):.0f}" if v else "-" for v in lists])
        else:
            row(name, [f"{statistics.median(v):.3f}" if v else "-" for v in lists])


def run(options, folder, server):
    size = tuple(map(int, options.size.split("x")))
    clients = list_clients(options.binaries.resolve(), size, folder, PORT)
    if options.only:
        clients = [c for c in clients if any(c.name.startswith(word) for word in options.only)]
    for work in options.work or WORK:
        words, look = WORK[work]
        source = draw(options.binaries.resolve(), server.name, words)
        for _ in range(options.rounds):
            for client in (c for c in clients if not c.works or work in c.works):
                screen = Screen(folder, client.width, client.height)
                client.start(screen)
                time.sleep(1)
                look(client, screen, options.seconds)
                client.end()
                screen.end()
        source.terminate()
        source.wait()
    report(options, clients, f"the server sends at most {options.server_fps} frames/s")


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="display-") as name:
        folder = pathlib.Path(name)
        server = Server(folder, options.size, options.server_fps)
        try:
            run(options, folder, server)
        finally:
            server.end()


if __name__ == "__main__":
    main()
