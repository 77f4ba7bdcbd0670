#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-display against TigerVNC's viewer, in turns, on one Xvnc: CPU per 100 frames seen, torn frames, key and motion to
photon, first frame, memory, idling.

Usage: display.py FOLDER_OF_PROGRAMS [ROUNDS] [WIDTHxHEIGHT]
"""

import ctypes
import ctypes.util
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from kit.display import Screen  # noqa: E402

BIN = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release/bin").resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
WIDTH, HEIGHT = map(int, (sys.argv[3] if len(sys.argv) > 3 else "1920x1200").split("x"))
FPS, SECONDS, PRESSES = 10, 6, 40
MARKS = {number * 0x13579B & 0xFFFFFF for number in range(1, 20000)}
TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


class Fingers:
    """Presses keys and moves the pointer of a display through XTEST."""

    def __init__(self, name):
        self.x = ctypes.CDLL(ctypes.util.find_library("X11"))
        self.test = ctypes.CDLL(ctypes.util.find_library("Xtst"))
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(name.encode()))

    def key(self, down):
        self.test.XTestFakeKeyEvent(self.display, 38, down, 0)
        self.x.XFlush(self.display)

    def move(self, x, y):
        self.test.XTestFakeMotionEvent(self.display, 0, x, y, 0)
        self.x.XFlush(self.display)

    def close(self):
        self.x.XCloseDisplay(self.display)


class Client:
    def __init__(self, name, degrees, words):
        self.name, self.degrees, self.words = name, degrees, words
        self.figures = {}

    def note(self, what, value):
        self.figures.setdefault(what, []).append(value)

    def corners(self):
        """Two that lie as far apart on the screen as they can."""
        width, height = (HEIGHT, WIDTH) if self.degrees % 180 else (WIDTH, HEIGHT)
        return (2, 2), (width - 3, height - 3)

    def corner(self):
        """Where the remote's top left pixel is shown."""
        return (HEIGHT - 3, 2) if self.degrees == 90 else (2, 2)

    def spot(self):
        """A place within the patch at the remote's top left that reacts."""
        width = HEIGHT if self.degrees % 180 else WIDTH
        return (width - 30, 30) if self.degrees == 90 else (30, 30)

    def run(self, screen, measure):
        environment = {**os.environ, "DISPLAY": screen.name, "XDG_RUNTIME_DIR": str(screen.folder)}
        began = time.monotonic()
        self.process = subprocess.Popen(self.words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        try:
            # The marks that display_source draws are known: a viewer's own background is no picture.
            while screen.pixel(*self.corner()) not in MARKS:
                if time.monotonic() - began > 15:
                    raise SystemExit(f"{self.name}: no picture")
                time.sleep(0.001)
            self.note("first frame ms", (time.monotonic() - began) * 1e3)
            time.sleep(1)
            measure(self, screen)
        finally:
            self.process.terminate()
            self.process.wait()


def measure_video(client, screen):
    (x1, y1), (x2, y2) = client.corners()
    begin = time.monotonic(), cpu(client.process.pid), cpu(screen.process.pid)
    seen, torn, samples, last = 0, 0, 0, None
    while time.monotonic() < begin[0] + SECONDS:
        first, second = screen.pixel(x1, y1), screen.pixel(x2, y2)
        samples += 1
        torn += first != second and screen.pixel(x1, y1) == first and second in MARKS
        if first != last:
            seen += 1
        last = first
        time.sleep(0.002)
    span = time.monotonic() - begin[0]
    client.note("fps seen", seen / span)
    client.note("torn %", 100 * torn / samples)
    client.note("CPU s per 100 frames", (cpu(client.process.pid) - begin[1]) * 100 / max(seen, 1))
    client.note("X server CPU s per 100 frames", (cpu(screen.process.pid) - begin[2]) * 100 / max(seen, 1))
    client.note("RSS MB", resident(client.process.pid))


def photon(screen, spot, act):
    before = screen.pixel(*spot)
    began = time.monotonic()
    act()
    while screen.pixel(*spot) == before:
        if time.monotonic() - began > 1:
            return None
    return (time.monotonic() - began) * 1e3


def measure_reaction(client, screen):
    fingers, spot = Fingers(screen.name), client.spot()
    width, height = (HEIGHT, WIDTH) if client.degrees % 180 else (WIDTH, HEIGHT)
    fingers.move(width // 2, height // 2)
    time.sleep(0.3)
    for _ in range(PRESSES):
        client.note("key ms", photon(screen, spot, lambda: fingers.key(1)))
        fingers.key(0)
        time.sleep(random.uniform(0.05, 0.09))
    for step in range(PRESSES):
        client.note("motion ms", photon(screen, spot, lambda: fingers.move(width // 2 + step % 7 * 9, height // 2 + step)))
        time.sleep(random.uniform(0.05, 0.09))
    time.sleep(0.5)
    begin = cpu(client.process.pid)
    time.sleep(4)
    client.note("idle CPU %", (cpu(client.process.pid) - begin) / 4 * 100)
    fingers.close()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def report(clients):
    print(f"{WIDTH}x{HEIGHT}, {ROUNDS} rounds in turns, {os.cpu_count()} processors")
    names = ["CPU s per 100 frames", "X server CPU s per 100 frames", "fps seen", "torn %", "first frame ms", "RSS MB",
             "idle CPU %"]
    for name in names:
        print(f"{name:32}", *(f"{c.name} {statistics.median(c.figures[name]):7.2f}  " for c in clients))
    for name in ("key ms", "motion ms"):
        for label, share in (("p50", 0.5), ("p95", 0.95)):
            parts = []
            for c in clients:
                values = [v for v in c.figures[name] if v is not None]
                parts.append(f"{c.name} {percentile(values, share):7.2f}  " if values else f"{c.name}    none  ")
            print(f"{name[:-3] + ' to photon ms ' + label:32}", *parts)


def main():
    viewer = shutil.which("xtigervncviewer")
    with tempfile.TemporaryDirectory(prefix="display-") as folder:
        folder, clients = pathlib.Path(folder), []
        read, write = os.pipe()
        xvnc = subprocess.Popen(["Xvnc", "-displayfd", str(write), "-geometry", f"{WIDTH}x{HEIGHT}", "-depth", "24",
                                 "-rfbport", "5983", "-localhost", "-rfbunixpath", str(folder / "vnc"), "-SecurityTypes",
                                 "None", "-AlwaysShared", "-AcceptSetDesktopSize=0"], pass_fds=(write,),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        name = ":" + os.fdopen(read).readline().strip()
        ours = [str(BIN / "xenhub-display"), "--fullscreen"]
        if viewer:
            clients.append(Client("TigerVNC", 0, [viewer, "-FullScreen", "-RemoteResize=0", "-MenuKey=", "127.0.0.1::5983"]))
        clients.append(Client("xenhub", 0, [*ours, f"vnc+unix:{folder}/vnc"]))
        clients.append(Client("xenhub 90", 90, [*ours, "--rotate", "90", f"vnc+unix:{folder}/vnc"]))
        try:
            for mode, measure in ((["video", str(FPS)], measure_video), (["react"], measure_reaction)):
                source = subprocess.Popen([str(BIN / "display_source"), *mode], env={**os.environ, "DISPLAY": name})
                time.sleep(1)
                for _ in range(ROUNDS):
                    for client in clients:
                        width, height = (HEIGHT, WIDTH) if client.degrees % 180 else (WIDTH, HEIGHT)
                        screen = Screen(folder, width, height)
                        client.run(screen, measure)
                        screen.end()
                source.terminate()
                source.wait()
        finally:
            xvnc.terminate()
            xvnc.wait()
        report(clients)


if __name__ == "__main__":
    main()
