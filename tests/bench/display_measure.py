# SPDX-License-Identifier: GPL-2.0-or-later
"""What display.py measures of a viewer that runs."""

import ctypes
import pathlib
import random
import time

from kit.hands import KEY_A, Hands

PR_SET_TIMERSLACK = 29
Z_PIXMAP = 2
LATEST = 1.0  # seconds: what has not reacted by then never does


def cpu(process):
    """Seconds, of all its threads."""
    return sum(int(task.read_text().split()[0]) for task in pathlib.Path(f"/proc/{process.pid}/task").glob("*/schedstat")) / 1e9


def resident(process):
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


class Image(ctypes.Structure):
    """The beginning of Xlib's XImage."""
    _fields_ = [("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int), ("format", ctypes.c_int),
                ("data", ctypes.POINTER(ctypes.c_uint32))]


class Watcher(Hands):
    """A client of the viewer's screen that presses keys, moves the pointer and reads pixels."""

    def __init__(self, name):
        super().__init__(name)
        self.x.XDefaultRootWindow.restype = ctypes.c_ulong
        self.x.XGetImage.restype = ctypes.POINTER(Image)
        self.root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))

    def pixel(self, x, y):
        image = self.x.XGetImage(self.display, self.root, x, y, 1, 1, ctypes.c_ulong(0xFFFFFF), Z_PIXMAP)
        value = image.contents.data[0] & 0xFFFFFF
        self.x.XDestroyImage(image)
        return value

    def pixels(self, *places):
        """All at one time: the server serves nobody else meanwhile, and nothing half-way."""
        self.x.XGrabServer(self.display)
        found = [self.pixel(*place) for place in places]
        self.x.XUngrabServer(self.display)
        self.x.XFlush(self.display)
        return found


def watch_frames(client, screen, seconds, what):
    """CPU for each hundred frames that were seen. Reads the mapped screen: the server has no part in it."""
    begin = time.monotonic(), cpu(client.process), cpu(screen.process)
    seen, last, spot = 0, None, client.spot()
    while time.monotonic() < begin[0] + seconds:
        now = screen.pixel(*spot)
        seen += now != last
        last = now
        time.sleep(0.002)
    span = time.monotonic() - begin[0]
    client.note(f"{what}: frames/s", seen / span)
    client.note(f"{what}: CPU s per 100 frames", (cpu(client.process) - begin[1]) * 100 / max(seen, 1))
    client.note(f"{what}: X server's", (cpu(screen.process) - begin[2]) * 100 / max(seen, 1))


def differ(one, other):
    """Colours of different frames: JPEG's loss makes no such difference."""
    return max(abs((one >> shift & 255) - (other >> shift & 255)) for shift in (0, 8, 16)) > 48


def watch_corners(client, seconds, look):
    """How often two corners are of different frames, in percent. `look` gives the pixels of some places."""
    here, there = client.corners()
    samples = torn = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        first, second, again = look(here, there, here)
        torn += first == again and differ(first, second)
        samples += 1
        time.sleep(0.001)
    return 100 * torn / samples


def measure_torn(client, screen, seconds):
    """For who asks the server, as all programs do; and for who looks at its memory while it copies, as a panel does."""
    watcher = Watcher(screen.name)
    client.note("torn %", watch_corners(client, seconds, watcher.pixels))
    watcher.close()
    client.note("torn % while it copies", watch_corners(client, seconds, lambda *places: [screen.pixel(*p) for p in places]))


def measure_video(client, screen, seconds):
    watch_frames(client, screen, seconds, "film")
    measure_torn(client, screen, seconds / 2)
    client.note("RSS MB", resident(client.process))


def measure_scroll(client, screen, seconds):
    watch_frames(client, screen, seconds, "text")


def photon(screen, spot, act):
    """Milliseconds until it is seen. The watcher sleeps in between: one that spins takes a processor from those it watches."""
    before, began = screen.pixel(*spot), time.monotonic()
    act()
    while screen.pixel(*spot) == before:
        if time.monotonic() - began > LATEST:
            return None
        time.sleep(0.0001)
    return (time.monotonic() - began) * 1e3


def measure_typing(client, screen, seconds):
    watcher, presses = Watcher(screen.name), int(seconds * 20)
    watcher.move(client.width // 2, client.height // 2)
    time.sleep(0.3)
    begin = cpu(client.process), cpu(screen.process)
    for _ in range(presses):
        watcher.key(KEY_A, 1)
        watcher.key(KEY_A, 0)
        time.sleep(0.05)
    client.note("typing: CPU s per 100 keys", (cpu(client.process) - begin[0]) * 100 / presses)
    client.note("typing: X server's", (cpu(screen.process) - begin[1]) * 100 / presses)
    watcher.close()


def measure_reaction(client, screen, seconds):
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    watcher, spot, presses = Watcher(screen.name), client.spot(30), int(seconds * 10)
    x, y = client.width // 2, client.height // 2
    watcher.move(x, y)
    time.sleep(0.3)
    for _ in range(presses):
        client.note("key ms", photon(screen, spot, lambda: watcher.key(KEY_A, 1)))
        watcher.key(KEY_A, 0)
        time.sleep(random.uniform(0.05, 0.09))
    for step in range(1, presses + 1):
        client.note("motion ms", photon(screen, spot, lambda: watcher.move(x + step % 7 * 9, y + step)))
        time.sleep(random.uniform(0.05, 0.09))
    time.sleep(0.5)
    begin, at = cpu(client.process), time.monotonic()
    time.sleep(seconds)
    client.note("idle CPU %", (cpu(client.process) - begin) / (time.monotonic() - at) * 100)
    watcher.close()
