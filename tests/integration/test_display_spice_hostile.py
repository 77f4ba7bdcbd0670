# SPDX-License-Identifier: GPL-2.0-or-later
"""SPICE servers that are hostile, strangers or wrong: each ends on the status page, with the reason, and costs nothing."""

import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import time
import unittest

from kit import spice
from kit.servers import free_port, wait_until
from kit.spice import CURSOR, DISPLAY, DRAWN, MAIN, SpiceQemu, message, need_qemu
from kit.spice_random import Drawings, surfaces
from test_display_spice import Spice, main

SEED = int(os.environ.get("DISPLAY_SEED", "1"))
DRAWINGS = int(os.environ.get("DISPLAY_DRAWINGS", "400"))


def certificate(folder, name):
    """An authority, and a server of that name."""
    folder.mkdir()
    for words in (f"req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca-cert.pem -days 9 -subj /O=xenhub/CN=authority",
                  f"req -newkey rsa:2048 -nodes -keyout server-key.pem -out server.csr -subj /O=xenhub/CN={name}"):
        subprocess.run(["openssl", *words.split()], check=True, cwd=folder, stderr=subprocess.DEVNULL)
    (folder / "names").write_text(f"subjectAltName=DNS:{name}\n")
    subprocess.run("openssl x509 -req -in server.csr -CA ca-cert.pem -CAkey ca-key.pem -CAcreateserial -days 9 "
                   "-extfile names -out server-cert.pem".split(), check=True, cwd=folder, stderr=subprocess.DEVNULL)
    text = subprocess.run("openssl x509 -in server-cert.pem -noout -fingerprint -sha256".split(), check=True, cwd=folder,
                          stdout=subprocess.PIPE, text=True).stdout
    return text.strip().split("=")[1]


class Hostile(Spice):
    def ends(self, server, channel, data, reason):
        """What the server sends after its greeting ends the connection, with this reason; the next one is as good as new."""
        screen = self.screen_turned()
        display = self.show(screen, self.uri)
        self.see(screen)
        before = self.memory(display)
        self.assertTrue(server.until(lambda: channel in server.channels), display.story())
        server.say(channel, data)
        wait_until(lambda: reason in display.errors, f"{reason}\n{display.story()}")
        self.assertTrue(server.until(lambda: server.connects >= 2), display.story())
        self.see(screen)
        self.assertIsNone(display.process.poll())
        self.assertLess(self.memory(display) - before, 16384, "memory in KiB that did not come back")
        display.signal(signal.SIGTERM)
        self.assertEqual(display.wait(), 0, display.story())
        server.connects = 0

    def test_absurd_things(self):
        server = self.serve()
        flood = spice.agent(4, b"")[:-4] + struct.pack("<I", 0xF0000000)
        cases = [(DISPLAY, spice.surface(65536, 65536, number=3), "65536x65536"),
                 (DISPLAY, spice.surface(16384, 16384, number=3), "MiB"),
                 (DISPLAY, struct.pack("<HI", 304, 0xFFFFFFFF), "a message of"),
                 (DISPLAY, message(320, bytes(20)), "not agreed on"),
                 (DISPLAY, message(122, bytes(80)), "not agreed on"),
                 (CURSOR, spice.cursor(65535, 65535, b""), "a cursor"),
                 (CURSOR, spice.cursor(64, 64, bytes(100)), "malformed"),
                 (MAIN, flood, "clipboard"),
                 (MAIN, message(101, bytes(60)), "moving to another machine"),
                 (MAIN, message(104, struct.pack("<I", 1000000)), "channels")]
        for channel, data, reason in cases:
            with self.subTest(reason=reason):
                self.ends(server, channel, data, reason)

    def test_absurd_drawings(self):
        """Where a picture may hang, and what the library would wait for, call, or make room for."""
        server = self.serve()
        mask, brush, picture, text = DRAWN + 13, DRAWN + 13 + 2 + 13, DRAWN + 36, DRAWN + 34
        glyphs = [struct.pack("<4i2H", x, x, 0, 0, 1, 1) + bytes(1) for x in (0, 30000)]
        cases = [(spice.drawing(306, struct.pack("<B2iI", 0, 0, 0, mask) + spice.image(0, 60000, 60000) + bytes(99)), "60000x60000"),
                 (spice.drawing(302, struct.pack("<BI2iH13x", 2, brush, 0, 0, 8) + spice.image(101, 9, 99999) + bytes(99)), "9x99999"),
                 (spice.drawing(306, bytes(13), (0, 0, 30000, 30000)), "drawing is 30000x30000"),
                 (spice.drawing(304, struct.pack("<I32x", picture) + spice.image(103, 0, 0, number=7)), "never sent"),
                 (spice.drawing(304, struct.pack("<I32x", picture) + spice.image(0, 8, 1) + struct.pack("<BBIII", 5, 0, 8, 1, 8) +
                                bytes(99)), "lacks its palette"),
                 (spice.drawing(304, struct.pack("<I32x", picture) + spice.image(102, 9, 9) + struct.pack("<I", 33) +
                                struct.pack(">4sIBIIIQI", b"  ZL", 0x10001, 15, 9, 9, 36, 0, 0)), "malformed"),
                 (spice.drawing(304, bytes(99)), "lacks its image"),
                 (spice.drawing(311, struct.pack("<I16xBIBIIHB", text, 1, 0, 1, 0, 0, 2, 1) + b"".join(glyphs)), "text"),
                 (spice.drawing(310, struct.pack("<IBBII", DRAWN + 14, 0, 1, 0, 0) + struct.pack("<IBI", 1, 17, 4) + bytes(32)),
                  "curves")]
        for data, reason in cases:
            with self.subTest(reason=reason):
                self.ends(server, DISPLAY, data, reason)

    def test_random_drawings(self):
        """Drawings within the limits, on surfaces of each kind: some are refused, none ends the program."""
        server, screen = self.serve(), self.screen_turned()
        display = self.show(screen, self.uri)
        self.see(screen)
        drawings, sent = Drawings(random.Random(SEED)), 0
        while sent < DRAWINGS:
            try:
                server.say(DISPLAY, surfaces())
                for _ in range(20):
                    sent += 1
                    server.say(DISPLAY, drawings.one())
            except (OSError, KeyError):  # it was refused: the next connection is on its way
                time.sleep(0.05)
            self.assertIsNone(display.process.poll(), f"seed {SEED}, after {sent} drawings\n{display.story()}")
        server.stop()
        server.start()
        self.see(screen)

    def test_greetings(self):
        """What is no SPICE, and a server that says nothing: the reason is on the status page, and nobody crashes."""
        path = self.folder / "odd"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen(4)
            screen = self.screen_turned()
            display = self.show(screen, f"spice+unix:{path}")
            client, _ = listener.accept()
            client.sendall(b"RFB 003.008\nxxxxxxxxxxxxx")
            wait_until(lambda: "does not speak SPICE" in display.errors, display.story())
            client.close()
            display.end()
            display = self.show(screen, f"spice+unix:{path}")
            wait_until(lambda: "within 15 s" in display.errors, display.story(), 40)
            self.assertIsNone(display.process.poll())


class Refused(Spice):
    @need_qemu
    def test_ticket(self):
        secret = ["-object", "secret,id=ticket,data=open sesame"]
        server = SpiceQemu(self, spice="password-secret=ticket", options=secret)
        screen = self.screen_of(*server.size)
        screen.pointer = True
        for word, reason in (("wrong", "refuses the password"), ("", "refuses the password"), ("open sesame", None)):
            with self.subTest(word=word):
                file = self.folder / "word"
                file.write_text(word + "\n")
                display = self.show(screen, server.unix, *(["--password-file", file] if word else []))
                if reason:
                    wait_until(lambda: reason in display.errors, display.story())
                    self.assertNotEqual(screen.picture(), server.picture())
                else:
                    wait_until(lambda: self.shows(screen, server.picture()), "the picture is on the screen")
                display.signal(signal.SIGTERM)
                self.assertEqual(display.wait(), 0, display.story())

    @need_qemu
    def test_tls(self):
        right, other = self.folder / "right", self.folder / "other"
        pin, wrong_pin = certificate(right, "localhost"), certificate(other, "localhost")
        port = free_port()
        server = SpiceQemu(self, where=f"addr=127.0.0.1,tls-port={port},x509-dir={right}")
        uri, by_number = f"spice+tls://localhost:{port}", f"spice+tls://127.0.0.1:{port}"
        screen = self.screen_of(*server.size)
        screen.pointer = True
        cases = [(uri, f"ca = {right}/ca-cert.pem", None),
                 (f"spice://localhost:1?tls-port={port}", f"ca = {right}/ca-cert.pem", None),
                 (uri, f"pin = {pin}", None),
                 (by_number, f"ca = {right}/ca-cert.pem\nhost-subject = O=xenhub,CN=localhost", None),
                 (uri, "", "NOT trusted"),
                 (uri, f"ca = {other}/ca-cert.pem", "NOT trusted"),
                 (by_number, f"ca = {right}/ca-cert.pem", "does not match"),
                 (by_number, f"ca = {right}/ca-cert.pem\nhost-subject = O=xenhub,CN=elsewhere", "host-subject"),
                 (uri, f"pin = {wrong_pin}", "not the pinned one"),
                 (f"spice://localhost:{port}", "", "")]
        for where, words, reason in cases:
            with self.subTest(uri=where, words=words):
                display = self.show_config(screen, self.config_of(where, words))
                if reason is None:
                    wait_until(lambda: self.shows(screen, server.picture()), f"the picture is on the screen\n{display.story()}")
                else:
                    # The one in the clear has no answer from a port of TLS; what counts is that nothing is shown.
                    wait_until(lambda: reason in display.errors and "guest: " in display.errors, display.story(), 40)
                    time.sleep(0.3)
                    self.assertFalse(self.shows(screen, server.picture()))
                display.signal(signal.SIGTERM)
                self.assertEqual(display.wait(), 0, display.story())


@unittest.skipUnless(os.environ.get("XENHUB_PICTURES"), "XENHUB_PICTURES names no folder")
class Pictures(Spice):
    """Those of docs/display.md: a machine's screen, turned; a certificate of somebody else."""

    def setUp(self):
        super().setUp()
        self.out = pathlib.Path(os.environ["XENHUB_PICTURES"]).resolve()
        # Names without a folder, so that no picture shows one of this machine.
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)

    def shoot(self, width, height, config, name, *options, seconds=3):
        screen = self.screen_of(width, height)
        display = self.show_config(screen, self.configuration(config), *options, "--screenshot", self.out / name)
        time.sleep(seconds)
        display.signal(signal.SIGTERM)
        self.assertEqual(display.wait(), 0, display.story())

    @need_qemu
    def test_pictures(self):
        server = SpiceQemu(self)
        time.sleep(3)
        self.shoot(400, 720, "[connection office]\nuri = spice+unix:qemu.spice\n", "display-spice.png", "--rotate", "90")
        server.stop()
        certificate( self.folder / "right", "localhost")
        certificate( self.folder / "other", "localhost")
        port = free_port()
        SpiceQemu(self, where=f"addr=127.0.0.1,tls-port={port},x509-dir={self.folder}/right")
        self.shoot(640, 400, f"[connection office]\nuri = spice+tls://localhost:{port}\nca = other/ca-cert.pem\n",
                   "display-spice-refused.png")

    @need_qemu
    def test_pictures_of_ends(self):
        """Not of the page, to be looked at: a wrong ticket, an absurd screen."""
        server = SpiceQemu(self, spice="password-secret=ticket", options=["-object", "secret,id=ticket,data=open sesame"])
        (self.folder / "word").write_text("wrong\n")
        self.shoot(640, 400, "[connection office]\nuri = spice+unix:qemu.spice\npassword-file = word\n", "spice-ticket.png")
        server.stop()
        server = self.serve(start=False)
        server.greeting[DISPLAY] = spice.surface(65536, 65536)
        server.start()
        self.shoot(640, 400, "[connection office]\nuri = spice+unix:spice\n", "spice-absurd.png")


if __name__ == "__main__":
    main()
