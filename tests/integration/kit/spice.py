# SPDX-License-Identifier: GPL-2.0-or-later
"""SPICE servers of tests: one of our own that does as it is told, QEMU's, and Xspice."""

import functools
import os
import pathlib
import select
import shutil
import socket
import struct
import subprocess
import threading
import unittest

from .servers import Qemu, free_port, need, spawn, wait_until

MAIN, DISPLAY, INPUTS, CURSOR = 1, 2, 3, 4
SERVER_MODE, CLIENT_MODE = 1, 2
AGENT_MONITORS, AGENT_CAPABILITIES, AGENT_GRAB, AGENT_REQUEST, AGENT_CLIPBOARD = 2, 6, 7, 8, 4
TEXT = 1
DRAWN = 21


def message(kind, body=b""):
    return struct.pack("<HI", kind, len(body)) + body


def surface(width, height, number=0, kind=32):
    return message(314, struct.pack("<5I", number, width, height, kind, 1 if number == 0 else 0))


def copy(x, y, rows, number=0):
    """DRAW_COPY of these rows of pixels to (x, y): base, source, rop PUT, no mask; then the image."""
    width, height = len(rows[0]), len(rows)
    head = struct.pack("<I4iB", number, y, x, y + height, x + width, 0)
    rest = struct.pack("<4iHBB2iI", 0, 0, height, width, 8, 0, 0, 0, 0, 0)
    image = struct.pack("<QBBII", 1, 0, 0, width, height) + struct.pack("<BBIIII", 8, 4, width, height, 4 * width, 0)
    pixels = b"".join(struct.pack(f"<{width}I", *row) for row in rows)
    return message(304, head + struct.pack("<I", len(head) + 4 + len(rest)) + rest + image + pixels)


def drawing(kind, rest, box=(0, 0, 10, 10)):
    """On the screen, in a box of top, left, bottom, right, without a clip; its fields begin at DRAWN."""
    return message(kind, struct.pack("<I4iB", 0, *box, 0) + rest)


def image(kind, width, height, number=1, flags=0):
    """How one is described."""
    return struct.pack("<QBBII", number, kind, flags, width, height)


def cursor(width, height, pixels, hot=(0, 0), first=False):
    """Straight alpha, bytes blue, green, red, alpha."""
    place = struct.pack("<hhHHB", 0, 0, 0, 0, 1) if first else struct.pack("<hhB", 0, 0, 1)
    shape = struct.pack("<HQBHHHH", 0, 1, 0, width, height, *hot)
    return message(101 if first else 103, place + shape + pixels)


def agent(kind, body):
    return message(109, struct.pack("<IIQI", 1, kind, 0, len(body)) + body)


class Server:
    """One client at a time, on a unix socket, any ticket. `picture(x, y)` gives a pixel."""

    def __init__(self, path, width, height, picture):
        self.path, self.width, self.height, self.picture = str(path), width, height, picture
        self.keys, self.pointers, self.locks, self.agent, self.asked, self.caps = [], [], [], [], [], {}
        self.mode, self.has_agent, self.mute, self.modifiers = CLIENT_MODE, False, False, 0
        self.greeting = {}   # per channel: what is sent instead of what is usual
        self.connects = 0
        self.changed = threading.Condition()
        self.channels, self.threads = {}, []
        key = subprocess.run("openssl genrsa 1024 2>/dev/null | openssl rsa -pubout -outform DER 2>/dev/null", shell=True,
                             check=True, stdout=subprocess.PIPE).stdout
        assert len(key) == 162, "SPICE's tickets want a key of 1024 bits"
        self.key = key

    def start(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.quit = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(8)
        self.threads = [threading.Thread(target=self.accept, args=(self.listener,), daemon=True)]
        self.threads[0].start()

    def stop(self):
        """As a server dies: its socket is gone and its client cut off."""
        self.quit = True
        for client in list(self.channels.values()):
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self.threads:
            thread.join(10)
        self.listener.close()
        if os.path.exists(self.path):
            os.unlink(self.path)

    def accept(self, listener):
        while not self.quit:
            if not select.select([listener], [], [], 0.02)[0]:
                continue
            client, _ = listener.accept()
            thread = threading.Thread(target=self.serve, args=(client,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def read(self, client, size):
        data = b""
        while len(data) < size:
            if not select.select([client], [], [], 0.02)[0]:
                if self.quit:
                    raise EOFError
                continue
            part = client.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def serve(self, client):
        channel = None
        try:
            size = struct.unpack("<12xI", self.read(client, 16))[0]
            link = self.read(client, size)
            channel, common, own, at = struct.unpack("<4xBxIII", link[:18])
            self.caps[channel] = struct.unpack(f"<{own}I", link[at + 4 * common:at + 4 * (common + own)])
            reply = struct.pack("<I", 0) + self.key + struct.pack("<IIIII", 1, 1, 178, 0xB, 0x40 if channel == DISPLAY else 0)
            client.sendall(b"REDQ" + struct.pack("<III", 2, 2, len(reply)) + reply)
            self.read(client, 4 + 128)
            client.sendall(struct.pack("<I", 0))
            client.sendall(self.greeting.get(channel) or self.usual(channel))
            with self.changed:
                self.channels[channel] = client
                self.changed.notify_all()
            if channel == DISPLAY:
                with self.changed:
                    self.connects += 1
                    self.changed.notify_all()
            while not self.quit:
                kind, size = struct.unpack("<HI", self.read(client, 6))
                body = self.read(client, size)
                with self.changed:
                    self.take(client, channel, kind, body)
                    self.changed.notify_all()
        except (OSError, EOFError):
            pass
        if self.channels.get(channel) is client:
            del self.channels[channel]
        client.close()

    def usual(self, channel):
        if channel == MAIN:
            return message(103, struct.pack("<8I", 7, 1, 3, self.mode, self.has_agent, 10, 0, 0))
        if channel == DISPLAY:
            return surface(self.width, self.height) + self.whole() + message(102)
        if channel == INPUTS:
            return message(101, struct.pack("<H", self.modifiers))
        return message(101, struct.pack("<hhHHBH", 0, 0, 0, 0, 1, 1))

    def whole(self):
        return copy(0, 0, [[self.picture(x, y) for x in range(self.width)] for y in range(self.height)])

    def take(self, client, channel, kind, body):
        if channel == MAIN and kind == 104 and not self.mute:
            client.sendall(message(104, struct.pack("<I6B", 3, DISPLAY, 0, INPUTS, 0, CURSOR, 0)))
        elif channel == MAIN and kind == 107:
            self.agent.append((struct.unpack("<4xI", body[:8])[0], body[20:]))
        elif channel == DISPLAY and kind == 103:
            self.asked.append(body[0])
        elif channel == INPUTS and kind in (101, 102):
            self.keys.append((struct.unpack("<I", body)[0], kind == 101))
        elif channel == INPUTS and kind == 103:
            self.locks.append(struct.unpack("<H", body)[0])
        elif channel == INPUTS and kind in (111, 112):
            x, y, buttons = struct.unpack("<iiH", body[:10])
            self.pointers.append(("moved" if kind == 111 else "at", x, y, buttons))
            self.moves = getattr(self, "moves", 0) + 1
            if self.moves % 4 == 0 and not self.mute:
                client.sendall(message(111))
        elif channel == INPUTS and kind in (113, 114):
            button, buttons = struct.unpack("<BH", body)
            self.pointers.append(("down" if kind == 113 else "up", button, buttons))

    def say(self, channel, data):
        self.channels[channel].sendall(data)

    def until(self, ready, seconds=20):
        with self.changed:
            return self.changed.wait_for(ready, seconds)

    def clicks(self):
        """Where which button went down: (x, y, button)."""
        found, place = [], None
        for event in self.pointers:
            if event[0] == "at":
                place = event[1:3]
            elif event[0] == "down":
                found.append((*place, event[1]))
        return found


@functools.cache
def qemu_speaks_spice():
    run = subprocess.run(["qemu-system-x86_64", "-machine", "none", "-display", "none", "-spice", "help"], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, check=False, timeout=60)
    return b"disable-ticketing" in run.stdout


def need_qemu(test):
    test = need("qemu-system-x86_64", "as", "ld")(test)
    found = not shutil.which("qemu-system-x86_64") or qemu_speaks_spice()
    return unittest.skipUnless(found, "not installed: QEMU's SPICE (Debian: qemu-system-common; Alpine: qemu-ui-spice-core)")(test)


class SpiceQemu(Qemu):
    """The machine of kit.servers, seen over SPICE as its operators configure it."""

    def __init__(self, case, count=1, vga="qxl", spice="disable-ticketing=on", where=None, options=(), compression="off"):
        self.spice = case.folder / "qemu.spice"
        where = where or f"unix=on,addr={self.spice}"
        super().__init__(case, count, options=["-vga", vga, "-spice", f"{where},{spice},image-compression={compression}", "-usb", "-device",
                                               "usb-tablet", *options])
        self.unix = f"spice+unix:{self.spice}"

    def stop(self):
        self.process.kill()
        self.process.wait()
        for path in (self.spice, self.path, self.monitor):
            path.unlink(missing_ok=True)


# Without the sizes the driver writes past its memory; with surfaces it draws what it does not tell its own clients.
XSPICE = """
Section "Device"
    Identifier "device"
    Driver "spiceqxl"
    Option "NumHeads" "1"
    Option "FrameBufferSize" "16"
    Option "SurfaceBufferSize" "64"
    Option "CommandBufferSize" "64"
    Option "EnableSurfaces" "False"
EndSection
Section "InputDevice"
    Identifier "pointer"
    Driver "xspice pointer"
EndSection
Section "InputDevice"
    Identifier "keyboard"
    Driver "xspice keyboard"
EndSection
Section "Monitor"
    Identifier "monitor"
EndSection
Section "Screen"
    Identifier "screen"
    Monitor "monitor"
    Device "device"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Virtual {width} {height}
        Modes "{width}x{height}"
    EndSubSection
EndSection
Section "ServerLayout"
    Identifier "layout"
    Screen "screen"
    InputDevice "keyboard"
    InputDevice "pointer"
EndSection
Section "ServerFlags"
    Option "AutoAddDevices" "False"
EndSection
"""


class Xspice:
    """An X server with SPICE, on a port of loopback."""

    def __init__(self, case, width, height, *options):
        self.port = free_port()
        config = case.folder / "xspice.conf"
        config.write_text(XSPICE.format(width=width, height=height))
        numbers = set(range(120, 200)) - {int(p.name[1:]) for p in pathlib.Path("/tmp/.X11-unix").glob("X*")}
        self.name = f":{min(numbers)}"
        self.log = case.folder / "xspice.log"
        spawn(case, "Xspice", "--port", self.port, "--disable-ticketing", "--ipv4-only", "--config", config,
              "--image-compression", "off", "--streaming-video", "off", self.name, "-logfile", case.folder / "xorg.log",
              "-noreset", env={"XSPICE_ADDR": "127.0.0.1"}, log=self.log)
        self.tcp = f"spice://127.0.0.1:{self.port}"
        wait_until(lambda: subprocess.run(["xdpyinfo", "-display", self.name], stdout=subprocess.DEVNULL,
                                          stderr=subprocess.DEVNULL, check=False).returncode == 0, "Xspice's screen", 30)
