# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-display against servers that others wrote: every pixel, each way up, over unix sockets and TCP."""

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

from kit.display import Screen, turned
from kit.programs import BIN, Case
from kit.servers import Forward, Plain, Qemu, Sway, Xvnc, free_port, need, paint, spawn, spawn_x, wait_until

NEEDED = ["Xvfb", "xdotool", "import", "convert", "display"]
WIDTH, HEIGHT = 208, 120
ROTATIONS = [int(degrees) for degrees in os.environ.get("DISPLAY_ROTATIONS", "0 90 180 270").split()]
MODES = int(os.environ.get("DISPLAY_MODES", "40"))


class Servers(Case):
    def screen_of(self, width, height):
        screen = Screen(self.folder, width, height)
        self.addCleanup(screen.end)
        # The window system's pointer is drawn into the picture: in the corner it covers the least.
        return screen

    def show(self, screen, uri, *options):
        os.environ.update(DISPLAY=screen.name)
        os.environ.pop("WAYLAND_DISPLAY", None)
        return self.start("xenhub-display", "--fullscreen", *options, uri)

    def pixels(self, screen, width, height, degrees):
        """What the screen shows of a picture of that size in its middle, turned back."""
        w, h = (height, width) if degrees % 180 else (width, height)
        left, top = (screen.width - w) // 2, (screen.height - h) // 2
        shown = [screen.row(y, left, w) for y in range(top, top + h)]
        return turned(shown, (360 - degrees) % 360)

    def shows(self, screen, truth, degrees=0):
        """Whether it is there, without the cell around the middle where the window system's pointer rests."""
        height, width = len(truth), len(truth[0])
        shown = self.pixels(screen, width, height, degrees)
        if not hasattr(screen, "pointer"):
            return shown == truth
        return all(a == b for y, (row, want) in enumerate(zip(shown, truth)) for x, (a, b) in enumerate(zip(row, want))
                   if abs(x - width // 2) > 24 or abs(y - height // 2) > 24)

    def check_all(self, truth, *uris, options=()):
        height, width = len(truth), len(truth[0])
        self.assertGreater(len({pixel for row in truth for pixel in row}), 50, "the server's screen is empty")
        for degrees in ROTATIONS:
            size = (height, width) if degrees % 180 else (width, height)
            for uri in uris:
                with self.subTest(degrees=degrees, uri=uri.split(":")[0]):
                    screen = self.screen_of(*size)
                    screen.pointer = True
                    display = self.show(screen, uri, "--rotate", degrees, *options)
                    wait_until(lambda: self.shows(screen, truth, degrees), "the picture is on the screen")
                    display.signal(signal.SIGTERM)
                    self.assertEqual(display.wait(), 0, display.story())


class Others(Servers):
    @need("Xvnc")
    def test_xvnc(self):
        server = Xvnc(self, WIDTH, HEIGHT)
        truth = paint(self.folder, server.name, WIDTH, HEIGHT)
        self.check_all(truth, server.unix, server.tcp.replace("127.0.0.1", "localhost"), options=["--encoding", "raw"])
        for encoding in ("hextile", "zrle"):
            self.check_all(truth, server.tcp, options=["--encoding", encoding])
        config = self.configuration("[connection x]\nencoding = tight\nquality = -1\n" f"uri = {server.tcp}\n")
        screen = self.screen_of(HEIGHT, WIDTH)
        screen.pointer = True
        os.environ.update(DISPLAY=screen.name)
        self.start("xenhub-display", "-c", config, "--rotate", "270")
        wait_until(lambda: self.shows(screen, truth, 270), "lossless tight")

    @need("x11vnc")
    def test_x11vnc(self):
        for depth in (24, 16, 8):
            with self.subTest(depth=depth):
                name, _ = spawn_x(self, "Xvfb", "-screen", "0", f"{WIDTH}x{HEIGHT}x{depth}")
                port, path = free_port(), self.folder / f"x{depth}"
                truth = paint(self.folder, name, WIDTH, HEIGHT)
                spawn(self, "x11vnc", "-display", name, "-rfbport", port, "-listen", "127.0.0.1", "-nopw", "-forever", "-shared", "-quiet",
                      "-nocursor", "-unixsock", path)
                wait_until(path.exists, "x11vnc's socket")
                if depth == 24:
                    self.check_all(truth, f"vnc+unix:{path}", f"vnc://127.0.0.1:{port}")
                    continue
                screen = self.screen_of(HEIGHT, WIDTH)
                screen.pointer = True
                self.show(screen, f"vnc+unix:{path}", "--rotate", "90")
                # Five and six bits are spread over eight: the server and `import` may round the last one differently.
                def close():
                    shown = self.pixels(screen, WIDTH, HEIGHT, 90)
                    return all(abs((a >> s & 255) - (b >> s & 255)) <= (8 if depth == 16 else 0) for row, want in zip(shown, truth)
                               for x, (a, b) in enumerate(zip(row, want)) for s in (0, 8, 16) if abs(x - WIDTH // 2) > 24)
                wait_until(close, "the picture is on the screen")

    @need("plain_vnc")
    def test_libvncserver(self):
        server = Plain(self, WIDTH, HEIGHT)
        truth = [[(x * 3 + 7) % 256 << 16 | (y * 5 + 11) % 256 << 8 | (x * y + x) % 256 for x in range(WIDTH)]
                 for y in range(HEIGHT)]
        self.check_all(truth, server.tcp)

    @need("plain_vnc")
    def test_a_colour_map_that_changes(self):
        """A server with 8 bits a pixel: what it maps them to is what is shown, also after it thinks again."""
        def mapped(shift):
            return [[(i * 7 + shift) % 256 << 16 | (i * 3 + 2 * shift) % 256 << 8 | 255 - i for x in range(WIDTH)
                     for i in [(x * 3 + y * 5) % 256]] for y in range(HEIGHT)]

        server = Plain(self, WIDTH, HEIGHT, "map")
        screen = self.screen_of(WIDTH, HEIGHT)
        screen.pointer = True
        self.show(screen, server.tcp)
        wait_until(lambda: self.shows(screen, mapped(0)), "the first colours")
        server.say("map")
        wait_until(lambda: self.shows(screen, mapped(40)), "the next colours")


class Carriers(Servers):
    @need("Xvnc", "xenhub-relay")
    def test_over_a_multiplexer(self):
        """As over vchan or a PV channel, with a unix socket in their place: a relay there, and it may come and go."""
        server, path = Xvnc(self, WIDTH, HEIGHT), self.folder / "mux"
        truth = paint(self.folder, server.name, WIDTH, HEIGHT)
        relay = self.start("xenhub-relay", f"mux+unix:{path}", f"unix:{server.path}")
        wait_until(path.exists, relay.story)
        self.check_all(truth, f"vnc+mux+unix:{path}")
        screen = self.screen_of(WIDTH, HEIGHT)
        screen.pointer = True
        display = self.show(screen, f"vnc+mux+unix:{path}", "--log-level", "info")
        wait_until(lambda: self.shows(screen, truth), display.story)
        relay.end()
        wait_until(lambda: not self.shows(screen, truth), "the status page")
        relay = self.start("xenhub-relay", f"mux+unix:{path}", f"unix:{server.path}")
        wait_until(lambda: self.shows(screen, truth), display.story)

    def test_nobody_at_the_other_end(self):
        screen, path = self.screen_of(WIDTH, HEIGHT), self.folder / "mux"
        os.environ.update(DISPLAY=screen.name)
        display = self.start("xenhub-display", "--exit-after", "3", f"vnc+mux+unix:{path}")
        self.assertEqual(display.wait(), 8, display.story())
        self.assertIn("No such file", display.errors)


class SlowLinks(Servers):
    """A film over a link that carries so much; what is asked for follows it, and what a person orders does not."""

    def film(self, server):
        """Every pixel changes several times a second, as in a picture full of detail."""
        for number in range(4):
            subprocess.run(["convert", "-size", "640x400", "-seed", str(number), "plasma:fractal", self.folder / f"{number}.png"], check=True)
        over = threading.Event()

        def play():
            for number in itertools.cycle(range(4)):
                subprocess.run(["display", "-display", server.name, "-window", "root", self.folder / f"{number}.png"], check=False,
                               stderr=subprocess.DEVNULL)
                if over.wait(0.1):
                    return

        player = threading.Thread(target=play)
        player.start()
        self.addCleanup(player.join)
        self.addCleanup(over.set)

    def asked(self, display):
        return [line.split("asking for ")[1].split(":")[0] for _, line in display.err if "asking for" in line]

    @need("Xvnc")
    def test_quality_follows_the_link(self):
        server = Xvnc(self, 640, 400)
        self.film(server)
        proxy = Forward(self, server.path, rate=200_000, delay=0.02)
        screen = self.screen_of(640, 400)
        display = self.show(screen, proxy.tcp, "--log-level", "info")
        # On loopback it begins with raw, 1 MB a picture: five seconds for the first, at this pace.
        wait_until(lambda: self.asked(display), display.story, 60)
        wait_until(lambda: self.asked(display)[-1] in ("tight 4", "tight 2", "tight 0"), display.story, 60)
        proxy.rate = 20_000_000
        wait_until(lambda: self.asked(display)[-1] == "tight 8", display.story, 90)

    @need("Xvnc")
    def test_an_order_is_an_order(self):
        server = Xvnc(self, 640, 400)
        self.film(server)
        proxy = Forward(self, server.path, rate=400_000)
        screen = self.screen_of(640, 400)
        display = self.show(screen, proxy.tcp, "--log-level", "info", "--encoding", "raw")
        wait_until(lambda: proxy.down > 2_500_000, "two pictures in raw", 60)
        self.assertEqual(self.asked(display), [], display.story())

    @need("Xvnc")
    def test_a_quick_link_stays_raw(self):
        server = Xvnc(self, 640, 400)
        self.film(server)
        screen = self.screen_of(640, 400)
        display = self.show(screen, server.unix, "--log-level", "info")
        wait_until(lambda: screen.pixel(3, 3), "a picture")
        time.sleep(5)
        self.assertEqual(self.asked(display), [], display.story())


class Modes(Servers):
    @need("qemu-system-x86_64", "as", "ld")
    def test_qemu_each_mode_each_way_up(self):
        server = Qemu(self)
        proxy = Forward(self, server.path)
        screen = self.screen_of(400, 400)
        screen.pointer = True
        for degrees in ROTATIONS:
            display = self.show(screen, server.unix if degrees % 180 else proxy.tcp, "--rotate", degrees, "--scale", "none")
            for _ in range(len(Qemu.SIZES) if degrees == 90 else 2):
                with self.subTest(degrees=degrees, size=server.size):
                    wait_until(lambda: self.shows(screen, server.picture(), degrees), "the mode's picture", 40)
                server.next_mode()
            display.signal(signal.SIGTERM)
            self.assertEqual(display.wait(), 0, display.story())

    @need("qemu-system-x86_64", "as", "ld")
    def test_qemu_changes_its_mode_again_and_again(self):
        """A mode each timer tick while it is shown (DISPLAY_MODES of them); the last one is right, and nothing was lost."""
        server = Qemu(self, count=MODES)
        screen = self.screen_of(400, 400)
        screen.pointer = True
        display = self.show(screen, server.unix, "--rotate", "90", "--scale", "none", "--log-level", "debug")
        wait_until(lambda: self.shows(screen, server.picture(), 90), "the last mode's picture", 20 + MODES * 0.5)
        self.assertIsNone(display.process.poll(), display.story())
        self.assertNotIn("ended", display.errors)


class Wayland(Servers):
    def on_wayland(self, way, uri, *options):
        os.environ.update(way.env)
        self.addCleanup(os.environ.pop, "SDL_VIDEODRIVER", None)
        # Mesa's software OpenGL is unloaded before LeakSanitizer looks for who holds its memory.
        os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
        return self.start("xenhub-display", "--fullscreen", *options, uri)

    @need("sway", "grim", "Xvnc")
    def test_on_wayland(self):
        """The output's physical pixels are the server's, turned, also where the desktop counts two of them as one."""
        server = Xvnc(self, WIDTH, HEIGHT)
        truth = paint(self.folder, server.name, WIDTH, HEIGHT)
        for scale in (1, 2):
            way = Sway(self, WIDTH, WIDTH, scale)
            for degrees in ROTATIONS:
                with self.subTest(degrees=degrees, scale=scale):
                    w, h = (HEIGHT, WIDTH) if degrees % 180 else (WIDTH, HEIGHT)
                    left, top = (WIDTH - w) // 2, (WIDTH - h) // 2
                    display = self.on_wayland(way, server.unix, "--rotate", degrees, "--scale", "none", "--log-level", "debug")

                    def same():
                        shown = way.picture()
                        return shown and [row[left:left + w] for row in shown[top:top + h]] == turned(truth, degrees)

                    wait_until(same, f"the picture is on the screen\n{display.story()}")
                    display.signal(signal.SIGTERM)
                    self.assertEqual(display.wait(), 0, display.story())
                    self.assertIn("presenting by stream", display.errors)

    @need("sway", "grim", "Xvnc")
    def test_on_the_output_that_is_named(self):
        """Full-screen there, by its number or a part of its name, and nothing of it on the other one."""
        server = Xvnc(self, WIDTH, HEIGHT)
        truth = paint(self.folder, server.name, WIDTH, HEIGHT)
        way = Sway(self, WIDTH, HEIGHT, outputs=2)
        display = self.on_wayland(way, server.unix, "--output", "nowhere")
        self.assertEqual(display.wait(), 6, display.story())
        names = re.findall(r"\((Headless output \d)\)", display.errors)
        self.assertEqual(len(names), 2, display.errors)
        for output, wanted in ((1, "0"), (2, "1"), (2, names[1]), (1, names[0])):
            with self.subTest(wanted=wanted):
                display = self.on_wayland(way, server.unix, "--output", wanted)
                wait_until(lambda: way.picture(output) == truth, f"the picture is on that output\n{display.story()}")
                self.assertEqual(len({pixel for row in way.picture(3 - output) for pixel in row}), 1, "the other one is empty")
                display.signal(signal.SIGTERM)
                self.assertEqual(display.wait(), 0, display.story())

    @need("sway", "grim", "wayvnc", "Xvnc")
    def test_wayvnc(self):
        """What wayvnc serves of a compositor is what the compositor says it shows."""
        server = Xvnc(self, WIDTH, HEIGHT)
        truth = paint(self.folder, server.name, WIDTH, HEIGHT)
        way = Sway(self, WIDTH, HEIGHT)
        self.on_wayland(way, server.unix)
        wait_until(lambda: way.picture() == truth, "the compositor shows it")
        uri = way.serve(self, free_port())
        del os.environ["SDL_VIDEODRIVER"]
        self.check_all(truth, uri)


if __name__ == "__main__":
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        print("not installed:", ", ".join(missing))
        sys.exit(77)
    unittest.main(verbosity=2)
