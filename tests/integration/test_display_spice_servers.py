# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-display against SPICE servers that others wrote: QEMU as it is configured in the field, and Xspice."""

import os
import subprocess
import time

from kit.servers import free_port, need, paint, wait_until
from kit.spice import SpiceQemu, Xspice, need_qemu
from test_display_spice import Spice, main


class QemuSpice(Spice):
    @need_qemu
    def test_pictures(self):
        for vga in ("qxl", "std"):
            with self.subTest(vga=vga):
                server = SpiceQemu(self, vga=vga)
                truth = server.picture()
                wait_until(lambda: server.screendump() == truth, "the guest draws")
                self.check_all(truth, server.unix)
                server.stop()

    @need_qemu
    def test_modes_by_keys(self):
        """Each key through SPICE is another mode of the guest: what is shown is QEMU's own picture of it."""
        server = SpiceQemu(self)
        screen = self.screen_of(440, 440)
        screen.pointer = True
        self.show(screen, server.unix, "--scale", "none")
        wait_until(lambda: self.shows(screen, server.picture()), "the first mode")
        for _ in range(12):
            self.xdotool(screen, "key", "space")
            server.keys += 1
            truth = server.picture()
            wait_until(lambda: self.shows(screen, truth), f"mode {server.keys}")
        self.assertEqual(server.screendump(), server.picture())

    def resembles(self, screen, truth):
        """As JPEG leaves it: each cell of 16 x 16 pixels is that bright on the whole, but for where the pointer is."""
        height, width = len(truth), len(truth[0])
        shown = self.pixels(screen, width, height, 0)

        def bright(rows, left, top):
            return sum((p >> 8 & 255) for row in rows[top:top + 16] for p in row[left:left + 16]) / 256
        return all(abs(bright(shown, x, y) - bright(truth, x, y)) < 16 for y in range(0, height - 15, 16)
                   for x in range(0, width - 15, 16) if abs(x - width // 2) > 40 or abs(y - height // 2) > 40)

    @need_qemu
    def test_compressed(self):
        """As off this machine, where no compression is not asked for: each way to pack is let through, and looks right."""
        ways = ["quic", "lz", "glz", "glz,zlib-glz-wan-compression=always", "quic,jpeg-wan-compression=always"]
        for compression in ways:
            alike = self.resembles if "jpeg" in compression else self.shows
            with self.subTest(compression=compression):
                port = free_port()
                server = SpiceQemu(self, where=f"addr=127.0.0.1,port={port}", compression=compression)
                screen = self.screen_of(440, 440)
                screen.pointer = True
                # Another spelling of localhost, which is not taken for this machine.
                display = self.show(screen, f"spice://LOCALHOST:{port}", "--scale", "none")
                for _ in range(3):
                    truth = server.picture()
                    wait_until(lambda: alike(screen, truth), lambda: f"mode {server.keys}\n{display.story()}")
                    self.xdotool(screen, "key", "space")
                    server.keys += 1
                self.assertNotIn("malformed", display.errors)
                display.end()
                server.stop()

    @need_qemu
    def test_stopped_and_killed(self):
        server = SpiceQemu(self)
        screen = self.screen_of(*server.size)
        screen.pointer = True
        display = self.show(screen, server.unix)
        wait_until(lambda: self.shows(screen, server.picture()), "the picture is on the screen")
        for _ in range(3):
            server.stop()
            wait_until(lambda: not self.shows(screen, server.picture()), "the status page")
            server = SpiceQemu(self)
            wait_until(lambda: self.shows(screen, server.picture()), f"the picture is back\n{display.story()}")


class XspiceServer(Spice):
    @need("Xspice", "xdpyinfo", "import", "convert", "display")
    def test_pictures_and_hands(self):
        # The smallest mode that it knows.
        server = Xspice(self, 640, 480)
        truth = paint(self.folder, server.name, 640, 480)
        self.check_all(truth, server.tcp)
        screen = self.screen_of(480, 640)
        screen.pointer = True
        self.show(screen, server.tcp, "--rotate", "90")
        wait_until(lambda: self.shows(screen, truth, 90), "the picture is on the screen")
        time.sleep(1)
        for x, y in ((0, 0), (639, 0), (17, 479), (160, 100)):
            self.xdotool(screen, "mousemove", 479 - y, x)
            wait_until(lambda: self.pointer(server) == (x, y), f"the pointer is at {x},{y}")

    def pointer(self, server):
        words = subprocess.run(["xdotool", "getmouselocation"], env={**os.environ, "DISPLAY": server.name}, check=False,
                               stdout=subprocess.PIPE, text=True).stdout.split()
        return tuple(int(word.split(":")[1]) for word in words[:2])


if __name__ == "__main__":
    main()
