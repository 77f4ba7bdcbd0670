# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that others wrote, as processes of a test: each has `unix` and `tcp`, endpoints for xenhub-display."""

import os
import pathlib
import select
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

from .programs import BIN
from .xserver import start_x

KIT = pathlib.Path(__file__).resolve().parent


def need(*programs):
    missing = [name for name in programs if not shutil.which(name) and not (BIN / name).exists()]
    return unittest.skipIf(missing, "not installed: " + ", ".join(missing))


def wait_until(ready, what, seconds=20.0):
    """The first true value of ready()."""
    end = time.monotonic() + seconds
    while True:
        value = ready()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what() if callable(what) else what}: not within {seconds} s")
        time.sleep(0.004)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def end_after(case, process):
    """Ends the process when the case is over."""
    def end():
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    case.addCleanup(end)


def spawn(case, *words, env=None, log=None):
    out = open(log, "wb") if log else subprocess.DEVNULL
    process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                               env={**os.environ, **(env or {})})
    if log:
        out.close()
    end_after(case, process)
    return process


def spawn_x(case, *words):
    """An X server that picks a free display; its name, and its process."""
    name, process = start_x(*words)
    end_after(case, process)
    return name, process


def paint(folder, name, width, height):
    """Noise, flat areas and edges on the root window of this X server. Returns its own picture of itself."""
    file = pathlib.Path(folder) / "painted.png"
    subprocess.run(["convert", "-size", f"{width}x{height}", "plasma:red-blue", "-fill", "white", "-draw",
                    f"rectangle 10,10 {width // 3},{height // 3}", "-fill", "black", "-draw", f"line 0,0 {width},{height}",
                    file], check=True)
    # It exits with 1 although it has painted.
    subprocess.run(["display", "-display", name, "-window", "root", file], check=False, stderr=subprocess.DEVNULL)
    return shoot(name)


def shoot(name):
    """Rows of pixels of an X server's root window, as it says itself."""
    raw = subprocess.run(["import", "-display", name, "-window", "root", "-depth", "8", "ppm:-"], check=True,
                         stdout=subprocess.PIPE).stdout
    return rows_of_ppm(raw)


def rows_of_ppm(raw):
    kind, size, depth, data = raw.split(b"\n", 3)
    assert kind == b"P6" and depth == b"255", (kind, depth)
    width, height = map(int, size.split())
    return [[int.from_bytes(data[3 * (y * width + x):3 * (y * width + x) + 3], "big") for x in range(width)]
            for y in range(height)]


class Xvnc:
    def __init__(self, case, width, height, *options, depth=24, security="None", path=None):
        self.path, self.port = path or case.folder / f"xvnc-{free_port()}", free_port()
        self.name, self.process = spawn_x(case, "Xvnc", "-geometry", f"{width}x{height}", "-depth", depth, "-rfbport", self.port,
                            "-rfbunixpath", self.path, "-localhost", "-AlwaysShared", "-SecurityTypes", security, *options)
        self.unix, self.tcp = f"vnc+unix:{self.path}", f"vnc://127.0.0.1:{self.port}"
        wait_until(self.path.exists, "Xvnc's socket")


class Qemu:
    """A machine with one sector of a guest (modes.S), which sets `count` modes and then one more for each key."""

    SIZES = [(320, 200), (208, 320), (400, 304), (160, 96), (304, 400)]

    def __init__(self, case, count=1, vnc="", options=()):
        self.folder, self.keys = case.folder, 0
        self.count = count
        self.path, self.monitor = case.folder / "qemu.vnc", case.folder / "qemu.monitor"
        image = case.folder / "modes.img"
        subprocess.run(["as", "--32", "-o", case.folder / "modes.o", KIT / "modes.S"], check=True)
        subprocess.run(["ld", "-m", "elf_i386", "-Ttext", "0x7c00", "--oformat", "binary", "-o", image, case.folder / "modes.o"],
                       check=True)
        sector = bytearray(image.read_bytes())
        sector[4:6] = count.to_bytes(2, "little")
        image.write_bytes(sector)
        # The monitor's socket is connected to before the guest runs: a key sent to it is a key that the guest sees.
        self.process = spawn(case, "qemu-system-x86_64", "-accel", "tcg", "-m", "16", "-display", "none", "-vga", "std", "-net", "none",
                             "-drive", f"file={image},format=raw,if=floppy,readonly=on", "-boot", "a", "-vnc",
                             f"unix:{self.path}{vnc}", "-monitor", f"unix:{self.monitor},server,nowait", *options)
        self.unix = f"vnc+unix:{self.path}"
        wait_until(lambda: self.path.exists() and self.monitor.exists(), "QEMU's sockets")

    @property
    def size(self):
        return self.SIZES[(self.count - 1 + self.keys) % len(self.SIZES)]

    def picture(self):
        """What the guest draws when it rests, by the formula that modes.S has."""
        width, height = self.size
        return [[(x * 3 + 7) % 256 << 16 | (y * 5 + 11) % 256 << 8 | (x * y + x + 0x55) % 256 for x in range(width)]
                for y in range(height)]

    def say(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(self.monitor))
            s.settimeout(10)
            answer = b""
            while not answer.endswith(b"(qemu) "):
                answer += s.recv(4096)
            s.sendall(line.encode() + b"\n")
            answer = b""
            while not answer.endswith(b"(qemu) "):
                answer += s.recv(4096)
        return answer.decode(errors="replace")

    def next_mode(self):
        self.keys += 1
        self.say("sendkey spc")

    def screendump(self):
        file = self.folder / "dump.ppm"
        self.say(f"screendump {file}")
        return rows_of_ppm(file.read_bytes())


class TouchXorg:
    """Xorg on memory alone (the dummy driver), with a touch panel that is a socket (the inputtest driver)."""

    WIDTH, HEIGHT = 640, 480
    MODULES = pathlib.Path("/usr/lib/xorg/modules")
    BEGIN, UPDATE, END = 18, 19, 20  # XI_TouchBegin and so on
    AXIS = 65536
    CONFIG = """
Section "ServerFlags"
    Option "AutoAddDevices" "false"
EndSection
Section "InputDevice"
    Identifier "keyboard"
    Driver "inputtest"
    Option "DeviceType" "Keyboard"
    Option "SocketPath" "{folder}/keyboard"
EndSection
Section "InputDevice"
    Identifier "pointer"
    Driver "inputtest"
    Option "DeviceType" "PointerAbsolute"
    Option "SocketPath" "{folder}/pointer"
EndSection
Section "InputDevice"
    Identifier "panel"
    Driver "inputtest"
    Option "DeviceType" "Touch"
    Option "TouchCount" "5"
    Option "SocketPath" "{folder}/panel"
EndSection
Section "Device"
    Identifier "video"
    Driver "dummy"
    VideoRam 16384
EndSection
Section "Monitor"
    Identifier "monitor"
    HorizSync 5-200
    VertRefresh 5-200
    Modeline "{w}x{h}" 23.75 640 664 720 800 480 483 487 500
EndSection
Section "Screen"
    Identifier "screen"
    Device "video"
    Monitor "monitor"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Virtual {w} {h}
        Modes "{w}x{h}"
    EndSubSection
EndSection
Section "ServerLayout"
    Identifier "layout"
    Screen "screen"
    InputDevice "keyboard" "CoreKeyboard"
    InputDevice "pointer" "CorePointer"
    InputDevice "panel" "SendCoreEvents"
EndSection
"""

    @classmethod
    def missing(cls):
        files = [cls.MODULES / "drivers/dummy_drv.so", cls.MODULES / "input/inputtest_drv.so"]
        return not shutil.which("Xorg") or os.getuid() != 0 or not all(file.exists() for file in files)

    def __init__(self, case):
        folder = case.folder
        config = folder / "xorg.conf"
        config.write_text(self.CONFIG.format(folder=folder, w=self.WIDTH, h=self.HEIGHT))
        self.name, _ = spawn_x(case, "Xorg", "-config", config, "-nolisten", "tcp", "-novtswitch", "-sharevts", "-logfile",
                               folder / "xorg.log")
        self.panel = socket.socket(socket.AF_UNIX)
        case.addCleanup(self.panel.close)
        self.panel.settimeout(20)
        self.panel.connect(str(folder / "panel"))
        self.panel.sendall(struct.pack("=IIHH", 12, 0, 1, 0))
        self.panel.recv(12, socket.MSG_WAITALL)

    def touch(self, finger, kind, x, y):
        """A finger at the middle of that pixel of the screen; returns when the server is through with it."""
        values = [0.0] * 64
        values[0], values[1] = (x + 0.5) * self.AXIS / self.WIDTH, (y + 0.5) * self.AXIS / self.HEIGHT
        event = struct.pack("=IIIII8s4x64d64d", 1056, 6, finger, kind, 0, b"\3" + bytes(7), *values, *[0.0] * 64)
        self.panel.sendall(event + struct.pack("=II", 8, 1))
        self.panel.recv(8, socket.MSG_WAITALL)


class Plain:
    """The server made of libvncserver (tests/tools/plain_vnc.c)."""

    def __init__(self, case, width, height, *words):
        port = free_port()
        self.process = subprocess.Popen([BIN / "plain_vnc", str(port), str(width), str(height), *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0)
        self.lines = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.tcp = f"vnc://127.0.0.1:{port}"
        case.addCleanup(self.end)

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.decode("utf-8" if line.startswith(b"utf8 ") else "latin-1").rstrip("\n\0"))

    def say(self, line):
        self.process.stdin.write(line.encode("latin-1") + b"\n")

    def end(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.reader.join(10)
        self.process.stdout.close()


class Sway:
    """A Wayland compositor without a screen: outputs of width x height physical pixels beside each other, HEADLESS-1 and so on."""

    def __init__(self, case, width, height, scale=1, outputs=1):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="xenhub-way-"))
        case.addCleanup(shutil.rmtree, self.folder, True)
        config = self.folder / "config"
        lines = [f"output HEADLESS-{1 + i} mode {width}x{height} scale {scale} position {i * width} 0" for i in range(outputs)]
        config.write_text("\n".join(["xwayland disable", *lines, "default_border none", "seat * hide_cursor 1", ""]))
        words = ["sway", "-c", config]
        # It refuses to run as root.
        if os.getuid() == 0:
            words = ["setpriv", "--reuid", 65534, "--regid", 65534, "--clear-groups", *words]
            for path in (self.folder, config):
                os.chown(path, 65534, 65534)
        self.env = {"XDG_RUNTIME_DIR": str(self.folder), "WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman",
                    "WLR_LIBINPUT_NO_DEVICES": "1", "WLR_HEADLESS_OUTPUTS": str(outputs), "SDL_VIDEODRIVER": "wayland",
                    "WAYLAND_DISPLAY": "wayland-1"}
        without = {name: value for name, value in self.env.items() if name != "WAYLAND_DISPLAY"}
        spawn(case, "env", "-u", "WAYLAND_DISPLAY", "-u", "DISPLAY", *words, env=without)
        wait_until((self.folder / "wayland-1").is_socket, "sway's socket")

    def picture(self, output=1):
        """That output's physical pixels; None while there are none."""
        run = subprocess.run(["grim", "-o", f"HEADLESS-{output}", "-t", "ppm", "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                             env={**os.environ, **self.env})
        return rows_of_ppm(run.stdout) if run.returncode == 0 else None

    def serve(self, case, port):
        spawn(case, "wayvnc", "127.0.0.1", port, env=self.env)
        return f"vnc://127.0.0.1:{port}"


class Forward:
    """A port on loopback whose bytes go to a unix socket; towards the viewer at most `rate` bytes/s, `delay` s late."""

    def __init__(self, case, path, rate=None, delay=0.0):
        self.target, self.rate, self.delay = str(path), rate, delay
        self.quit = False
        self.ends = []
        self.down = 0  # bytes that went to the viewer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.tcp = f"vnc://127.0.0.1:{self.port}"
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()
        case.addCleanup(self.end)

    def end(self):
        self.quit = True
        self.listener.close()
        for thread in self.threads:
            thread.join(10)
        for end in self.ends:
            end.close()

    def accept(self):
        while not self.quit:
            if not select.select([self.listener], [], [], 0.05)[0]:
                continue
            try:
                viewer, _ = self.listener.accept()
            except OSError:
                return
            # Small buffers: a slow link shows in the sender's pace, not in megabytes on their way.
            viewer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
            server = socket.socket(socket.AF_UNIX)
            self.ends += [viewer, server]
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            try:
                server.connect(self.target)
            except OSError:
                viewer.shutdown(socket.SHUT_RDWR)
                continue
            for pair in ((server, viewer, True), (viewer, server, False)):
                thread = threading.Thread(target=self.pump, args=pair, daemon=True)
                self.threads.append(thread)
                thread.start()

    def pump(self, source, sink, down):
        waiting, free_at = [], 0.0  # (when it is due, bytes)
        try:
            while not self.quit:
                now = time.monotonic()
                while waiting and waiting[0][0] <= now:
                    data = waiting.pop(0)[1]
                    sink.sendall(data)
                    self.down += len(data) if down else 0
                readable = []
                if len(waiting) < 64:
                    pause = max(0.0, min(0.05, waiting[0][0] - now)) if waiting else 0.05
                    readable = select.select([source], [], [], pause)[0]
                else:
                    time.sleep(max(0.0, waiting[0][0] - now))
                if not readable:
                    continue
                data = source.recv(4096 if down and self.rate else 65536)
                if not data:
                    break
                now = time.monotonic()
                if down and self.rate:
                    free_at = max(now, free_at) + len(data) / self.rate
                waiting.append((max(now, free_at) + self.delay / 2, data))
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
