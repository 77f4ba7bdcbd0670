# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests of xenhub-display need: a screen whose pixels can be read, and a VNC server that does as it is told."""

import os
import pathlib
import select
import socket
import struct
import subprocess
import tempfile
import threading
import time

from . import wire
from .xserver import start_x


class Screen:
    """An Xvfb whose framebuffer is a mapped file: reading a pixel costs a read, and disturbs nobody."""

    def __init__(self, folder, width, height):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.width, self.height = width, height
        self.name, self.process = start_x("Xvfb", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-fbdir", self.folder)
        self.file = open(self.folder / "Xvfb_screen0", "rb", buffering=0)
        header = struct.unpack(">25I", self.file.read(100))
        self.offset = header[0] + header[19] * 12
        self.stride = header[12]

    def pixel(self, x, y):
        return int.from_bytes(os.pread(self.file.fileno(), 4, self.offset + y * self.stride + x * 4), "little") & 0xFFFFFF

    def row(self, y, x, width):
        data = os.pread(self.file.fileno(), 4 * width, self.offset + y * self.stride + x * 4)
        return [int.from_bytes(data[i:i + 4], "little") & 0xFFFFFF for i in range(0, len(data), 4)]

    def picture(self):
        return [self.row(y, 0, self.width) for y in range(self.height)]

    def end(self):
        self.file.close()
        self.process.terminate()
        self.process.wait()


def turned(picture, degrees):
    """Rows of pixels, turned clockwise."""
    for _ in range(degrees // 90):
        picture = [list(row) for row in zip(*picture[::-1])]
    return picture


class Server:
    """A VNC server with one client at a time, on a unix socket, without security. `picture(x, y)` gives a pixel."""

    def __init__(self, path, width, height, picture):
        self.path, self.width, self.height, self.picture = str(path), width, height, picture
        self.pointers, self.keys = [], []  # (time, x, y, buttons), (time, symbol, down)
        self.requests = 0
        self.paint_next = True
        self.mute = False  # reads, and answers nothing
        self.half = False  # sends half of each update
        self.starve = False  # answers this client with its size alone
        self.cursor = None  # (width, height, pixels), sent with each update where there is one
        self.changed = threading.Condition()
        self.listener = self.client = self.thread = None

    def start(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.quit = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(4)
        self.paint_next = True
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def stop(self):
        """As a server dies: its socket is gone and its client cut off."""
        self.quit = True
        if self.client:
            try:
                self.client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if self.thread:
            self.thread.join(10)
        self.listener.close()
        if os.path.exists(self.path):
            os.unlink(self.path)

    def serve(self):
        while not self.quit:
            if not select.select([self.listener], [], [], 0.02)[0]:
                continue
            self.client, _ = self.listener.accept()
            try:
                self.session(self.client)
            except (OSError, EOFError):
                pass
            self.client.close()
            self.client = None

    def read(self, client, size):
        data = b""
        while len(data) < size:
            if not select.select([client], [], [], 0.02)[0]:
                if self.quit:
                    raise EOFError
                self.idle(client)
                continue
            part = client.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def idle(self, client):
        if not self.starve and self.paint_next and self.wanted and not self.mute:
            self.paint(client)

    def repaint(self):
        self.paint_next = True

    def paint(self, client):
        self.paint_next = self.wanted = False
        pixels = b"".join(struct.pack("<I", self.picture(x, y)) for y in range(self.height) for x in range(self.width))
        update = struct.pack(">BxH", 0, 2 if self.cursor else 1) + self.shape() + struct.pack(
            ">4Hi", 0, 0, self.width, self.height, 0) + pixels
        client.sendall(update[:len(update) // 2] if self.half else update)

    def shape(self):
        """The cursor as a rectangle: opaque all over, its hot spot in the middle."""
        if not self.cursor:
            return b""
        width, height, pixels = self.cursor
        return (struct.pack(">4Hi", width // 2, height // 2, width, height, -239)
                + b"".join(struct.pack("<I", pixel) for pixel in pixels) + b"\xff" * ((width + 7) // 8 * height))

    def session(self, client):
        self.wanted = self.starve = False
        client.sendall(b"RFB 003.008\n")
        self.read(client, 12)
        client.sendall(b"\x01\x01")
        self.read(client, 1)
        client.sendall(struct.pack(">I", 0))
        self.read(client, 1)
        client.sendall(struct.pack(">HHBBBBHHHBBBxxxI", self.width, self.height, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0, 4)
                       + b"test")
        while not self.quit:
            self.message(client, self.read(client, 1)[0])

    def message(self, client, kind):
        if kind == 0:
            self.read(client, 19)
        elif kind == 2:
            self.read(client, 4 * struct.unpack(">xH", self.read(client, 3))[0])
        elif kind == 3:
            whole = not self.read(client, 9)[0]
            if self.starve:
                if whole:
                    client.sendall(struct.pack(">BxH4Hi", 0, 1, 0, 0, self.width, self.height, -223))
                return
            self.wanted = True
            self.paint_next = self.paint_next or whole
            with self.changed:
                self.requests += 1
                self.changed.notify_all()
            if not self.mute and self.paint_next:
                self.paint(client)
        elif kind == 4:
            down, symbol = struct.unpack(">BxxI", self.read(client, 7))
            with self.changed:
                self.keys.append((time.monotonic(), symbol, bool(down)))
                self.changed.notify_all()
        elif kind == 5:
            buttons, x, y = struct.unpack(">BHH", self.read(client, 5))
            with self.changed:
                self.pointers.append((time.monotonic(), x, y, buttons))
                self.changed.notify_all()
        elif kind == 6:
            self.read(client, struct.unpack(">xxxI", self.read(client, 7))[0])
        else:
            raise EOFError

    def until(self, ready, seconds=10):
        with self.changed:
            return self.changed.wait_for(ready, seconds)

    def clicks(self):
        """Where buttons went down: (x, y, buttons that are new)."""
        found, before = [], 0
        for _, x, y, buttons in self.pointers:
            if buttons & ~before:
                found.append((x, y, buttons & ~before))
            before = buttons
        return found


class Hub:
    """A hub that has no devices and says of the machine what it is told to."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(1)
        self.client = None

    def accept(self):
        self.listener.settimeout(10)
        self.client, _ = self.listener.accept()
        size = struct.unpack("<I", self.client.recv(4, socket.MSG_WAITALL))[0]
        self.client.recv(size - 4, socket.MSG_WAITALL)
        self.client.sendall(wire.hello("hub", wire.ROLE_HUB, generation=1, wish=bytes(12))
                            + wire.message(wire.SNAPSHOT_BEGIN, struct.pack("<QIIII", 1, 1, 0, 0, 0))
                            + wire.message(wire.SNAPSHOT_END, struct.pack("<Q", 2)))

    def say(self, path, value, unit=""):
        number = value if isinstance(value, int) else 0
        kind = 1 if isinstance(value, int) else 2
        words = "" if isinstance(value, int) else value
        self.client.sendall(wire.message(wire.STATE, struct.pack("<QqBBH", 1, number, kind, 0, 0) + wire.text(path)
                                         + wire.text(unit) + wire.text(words)))

    def end(self):
        if self.client:
            self.client.close()
        self.listener.close()
