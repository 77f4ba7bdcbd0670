# SPDX-License-Identifier: GPL-2.0-or-later
"""The RFB parser against servers that others wrote: what it decodes is compared with the server's own screenshot, byte by byte."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from kit.servers import free_port, need, spawn, spawn_x, wait_until

DUMP = os.path.join(os.environ.get("XENHUB_BIN", "build/release/bin"), "rfb_dump")
ENCODINGS = ["raw", "hextile", "zrle", "tight"]
WIDTH, HEIGHT = 403, 301


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def read_ppm(path):
    with open(path, "rb") as f:
        kind, size, depth = f.readline(), f.readline(), f.readline()
        assert kind == b"P6\n" and depth == b"255\n", (kind, size, depth)
        return size, f.read()


class Servers(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="rfb-")
        self.addCleanup(shutil.rmtree, self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def paint(self, display):
        """A picture with everything in it: noise, flat areas, sharp edges. Returns the server's own screenshot."""
        picture = self.path("picture.png")
        subprocess.run(["convert", "-size", f"{WIDTH}x{HEIGHT}", "plasma:red-blue", "-fill", "white", "-draw",
                        "rectangle 20,20 200,120", "-fill", "black", "-draw", "line 0,0 400,300", "-pointsize", "20",
                        "-fill", "green", "-draw", "rectangle 210,150 390,290", picture], check=True)
        # It exits with 1 although it has painted.
        subprocess.run(["display", "-display", display, "-window", "root", picture], check=False)
        shot = self.shoot(display)
        self.assertGreater(len(set(shot[1])), 8, "the picture was not painted")
        return shot

    def shoot(self, display):
        shot = self.path("shot.ppm")
        subprocess.run(["import", "-display", display, "-window", "root", "-depth", "8", shot], check=True)
        return read_ppm(shot)

    def dump(self, where, *options, status=0):
        picture = self.path("dump.ppm")
        run = subprocess.run([DUMP, *options, where, picture], stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(run.returncode, status, run.stderr)
        return read_ppm(picture) if status == 0 else run.stderr

    def assert_same(self, shown, truth):
        """Says how many bytes differ: unittest would look for a way from one to the other for hours."""
        differ = sum(a != b for a, b in zip(shown[1], truth[1]))
        self.assertTrue(shown == truth, f"{shown[0]} against {truth[0]}, {differ} bytes differ")

    def start_xvnc(self, *options, depth=24):
        port = free_port()
        display, _ = spawn_x(self, "Xvnc", "-geometry", f"{WIDTH}x{HEIGHT}", "-depth", str(depth), "-rfbport", str(port), "-localhost",
                             "-AlwaysShared", *options)
        wait_until(lambda: listens(port), "Xvnc listens")
        return display, f"127.0.0.1:{port}"

    @need("Xvnc", "import", "convert", "display")
    def test_xvnc(self):
        display, where = self.start_xvnc("-SecurityTypes", "None")
        truth = self.paint(display)
        for encoding in ENCODINGS:
            for chunk in ("0", "1", "13"):
                with self.subTest(encoding=encoding, chunk=chunk):
                    self.assert_same(self.dump(where, "-e", encoding, "-c", chunk), truth)
            with self.subTest(encoding=encoding, pixels="server"):
                self.assert_same(self.dump(where, "-e", encoding, "-p", "server"), truth)
        for pixels in ("565", "233"):
            first = self.dump(where, "-e", "raw", "-p", pixels)
            for encoding in ENCODINGS[1:]:
                with self.subTest(encoding=encoding, pixels=pixels):
                    self.assert_same(self.dump(where, "-e", encoding, "-p", pixels), first)

    @need("Xvnc", "import", "convert", "display")
    def test_xvnc_jpeg_is_close(self):
        display, where = self.start_xvnc("-SecurityTypes", "None")
        size, truth = self.paint(display)
        got_size, got = self.dump(where, "-e", "tight", "-q", "9")
        self.assertEqual(got_size, size)
        error = sum((a - b) ** 2 for a, b in zip(truth, got)) / len(truth)
        self.assertLess(error, 40)  # 32 dB; a wrong channel order or a shifted row is far below 20

    @need("Xvnc", "import", "convert", "display")
    def test_xvnc_resize(self):
        display, where = self.start_xvnc("-SecurityTypes", "None")
        self.paint(display)
        got = self.dump(where, "-r", "640x350", "-k", "-n", "4")
        self.assertEqual(got[0], b"640 350\n")
        self.assertEqual(got, self.shoot(display))

    @need("Xvnc", "x11vnc", "openssl")
    def test_security(self):
        password = self.path("password")
        subprocess.run(["x11vnc", "-storepasswd", "secret12", password], check=True, stderr=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.path("key"), "-out",
                        self.path("cert"), "-days", "2", "-subj", "/CN=localhost"], check=True, stderr=subprocess.DEVNULL)
        for kind in ("VncAuth", "TLSNone", "TLSVnc", "X509None", "X509Vnc"):
            with self.subTest(security=kind):
                _, where = self.start_xvnc("-SecurityTypes", kind, "-rfbauth", password, "-X509Cert", self.path("cert"),
                                           "-X509Key", self.path("key"))
                self.dump(where, "-P", "secret12")
                self.dump(where, "-P", "secret12", "-c", "1", "-e", "zrle")
                if kind.endswith(("VncAuth", "Vnc")):
                    self.assertIn("refused to let us in", self.dump(where, "-P", "wrong", status=2))
                    self.assertIn("wants a password", self.dump(where, status=2))
                if kind != "VncAuth":
                    # Bits of enum rfb_security: without TLS there is nothing that both allow.
                    self.assertIn("does not allow", self.dump(where, "-P", "secret12", "-S", "3", status=2))

    def check_x11vnc(self, depth):
        port = free_port()
        display, _ = spawn_x(self, "Xvfb", "-screen", "0", f"{WIDTH}x{HEIGHT}x{depth}")
        truth = self.paint(display)
        spawn(self, "x11vnc", "-display", display, "-rfbport", str(port), "-nopw", "-listen", "127.0.0.1", "-forever", "-shared", "-quiet",
              "-unixsock", self.path("sock"))
        wait_until(lambda: listens(port), "x11vnc listens")
        # It listens before it has read its screen, sends black until then, and reads it only while somebody is connected.
        wait_until(lambda: self.dump(f"127.0.0.1:{port}", "-e", "raw", "-s", "1500") == truth, "x11vnc has read its screen", 40)
        for pixels in ("native", "server"):
            for encoding in ENCODINGS:
                with self.subTest(encoding=encoding, pixels=pixels, depth=depth):
                    self.assert_same(self.dump(f"127.0.0.1:{port}", "-e", encoding, "-p", pixels), truth)
        self.assert_same(self.dump(self.path("sock")), truth)

    @need("Xvfb", "x11vnc", "import", "convert", "display")
    def test_x11vnc(self):
        self.check_x11vnc(24)

    @need("Xvfb", "x11vnc", "import", "convert", "display")
    def test_x11vnc_colour_map(self):
        self.check_x11vnc(8)

    def qemu_shot(self):
        shot = self.path("qemu.ppm")
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.path("monitor"))
            s.settimeout(5)
            s.recv(4096)
            s.sendall(f"screendump {shot}\n".encode())
            wait_until(lambda: os.path.exists(shot) and os.path.getsize(shot) > 100, "the screendump")
            time.sleep(0.2)
        return read_ppm(shot)

    @need("qemu-system-x86_64")
    def test_qemu(self):
        where = self.path("vnc")
        spawn(self, "qemu-system-x86_64", "-m", "64", "-display", "none", "-vnc", f"unix:{where}", "-vga", "std", "-net", "none",
              "-boot", "n", "-monitor", f"unix:{self.path('monitor')},server,nowait")
        wait_until(lambda: os.path.exists(where), "QEMU listens")
        # The firmware changes the video mode under our eyes.
        self.dump(where, "-l", "6000", "-s", "5000")
        for encoding in ENCODINGS:
            with self.subTest(encoding=encoding):
                size, got = self.dump(where, "-e", encoding, "-l", "1200")
                truth_size, truth = self.qemu_shot()
                self.assertEqual(size, truth_size)
                # The text cursor blinks: one cell may differ.
                self.assertLessEqual(sum(a != b for a, b in zip(got, truth)), 9 * 16 * 3)


if __name__ == "__main__":
    if not os.path.exists(DUMP):
        sys.exit(f"{DUMP} is not built")
    unittest.main(verbosity=2)
