# SPDX-License-Identifier: GPL-2.0-or-later
"""What hands do, from the hub through xenhub-display to real servers: easel, an X client in an Xvnc, says what arrived there."""

import os
import shutil
import subprocess
import sys
import time
import unittest

from kit.display import Hub, Screen
from kit.programs import BIN, Case, Program
from kit.recording import TOUCHSCREEN, Device, write
from kit.servers import Plain, TouchXorg, Xvnc, need, shoot, wait_until

NEEDED = ["Xvfb", "Xvnc", "xdotool"]
WIDTH, HEIGHT = 320, 200
ROTATIONS = [int(degrees) for degrees in os.environ.get("DISPLAY_ROTATIONS", "0 90 180 270").split()]
PANEL = (1920, 1200)
EV_KEY, EV_ABS, EV_SW = 1, 3, 5
BTN_TOUCH, BTN_PEN, BTN_RUBBER, BTN_STYLUS, BTN_STYLUS2 = 0x14A, 0x140, 0x141, 0x14B, 0x14C
MT_SLOT, MT_X, MT_Y, MT_ID, PRESSURE = 0x2F, 0x35, 0x36, 0x39, 0x18
PEN = Device("Test Pen", {EV_KEY: [BTN_PEN, BTN_RUBBER, BTN_TOUCH, BTN_STYLUS, BTN_STYLUS2]},
             {0: (0, PANEL[0] - 1), 1: (0, PANEL[1] - 1), PRESSURE: (0, 4095)}, properties=[1])
BUTTONS = Device("Test Buttons", {EV_KEY: [0x231]})  # KEY_ROTATE_LOCK_TOGGLE
POINTS = [(0, 0), (WIDTH - 1, 0), (0, HEIGHT - 1), (WIDTH - 1, HEIGHT - 1), (57, 131)]


def window_of(x, y, degrees):
    return {0: (x, y), 90: (HEIGHT - 1 - y, x), 180: (WIDTH - 1 - x, HEIGHT - 1 - y), 270: (y, WIDTH - 1 - x)}[degrees]


def panel_of(x, y, degrees):
    """Where on the panel, which covers the window, the middle of that remote pixel is."""
    width, height = (HEIGHT, WIDTH) if degrees % 180 else (WIDTH, HEIGHT)
    x, y = window_of(x, y, degrees)
    return (2 * x + 1) * PANEL[0] // (2 * width), (2 * y + 1) * PANEL[1] // (2 * height)


def finger(slot, number, point, degrees):
    x, y = panel_of(*point, degrees)
    return [(EV_ABS, MT_SLOT, slot), (EV_ABS, MT_ID, number), (EV_ABS, MT_X, x), (EV_ABS, MT_Y, y)]


class Hands(Case):
    def setUp(self):
        super().setUp()
        os.environ.pop("WAYLAND_DISPLAY", None)
        os.environ["ASAN_OPTIONS"] = "detect_leaks=0"

    def guest(self):
        """An Xvnc with the easel in it."""
        server = Xvnc(self, WIDTH, HEIGHT)
        os.environ["DISPLAY"] = server.name
        easel = Program(BIN / "easel", "--log")
        self.addCleanup(easel.end)
        easel.until_line(f"easel {WIDTH}x{HEIGHT}")
        return server, easel

    def show(self, uri, degrees=0, *options, config=None, screen=None):
        if not screen:
            screen = Screen(self.folder, *((HEIGHT, WIDTH) if degrees % 180 else (WIDTH, HEIGHT)))
            self.addCleanup(screen.end)
        os.environ["DISPLAY"] = screen.name
        words = ["-c", config] if config else []
        display = self.start("xenhub-display", *words, "--rotate", degrees, "--hub", f"unix:{self.link}", "--input", "hub", *options,
                             *([uri] if uri else []))
        # Red lies in the guest's corner at 0,0.
        corner = window_of(3, 3, degrees)
        wait_until(lambda: screen.pixel(*corner) == 0xFF0000, lambda: f"the easel is on the screen\n{display.story()}")
        return screen, display

    def play(self, *recordings):
        """Each (device, frames); returns when all was delivered."""
        for path in (self.link, self.control):
            path.unlink(missing_ok=True)
        sources = [f"evemu:{write(self.folder / f'{i}.evemu', device, frames)}" for i, (device, frames) in enumerate(recordings)]
        hub = self.hub(*sources, once=True)
        self.assertEqual(hub.wait(60), 0, hub.story())

    def told(self, easel, *kinds):
        return [line for line in easel.lines if line.split()[0] in kinds]

    def until_told(self, easel, wanted, *kinds):
        try:
            easel.until(lambda: self.told(easel, *kinds) == wanted, "the events", 10)
        except AssertionError:
            self.assertEqual(self.told(easel, *kinds), wanted)


class Fingers(Hands):
    def at_each_rotation(self, frames, wanted, *kinds, config=""):
        """frames(degrees) is played, wanted(degrees) is to arrive."""
        server, easel = self.guest()
        for degrees in ROTATIONS:
            with self.subTest(degrees=degrees):
                easel.out.clear()
                _, display = self.show(server.unix, degrees, config=self.configuration(config))
                self.play((TOUCHSCREEN, frames(degrees)))
                self.until_told(easel, wanted(degrees), *kinds)
                display.end()

    def test_taps(self):
        def frames(degrees):
            out = []
            for i, point in enumerate(POINTS):
                out += [(0.3 + 0.2 * i, finger(0, i + 1, point, degrees) + [(EV_KEY, BTN_TOUCH, 1)]),
                        (0.36 + 0.2 * i, [(EV_ABS, MT_ID, -1), (EV_KEY, BTN_TOUCH, 0)])]
            return out

        lines = [f"{what} 1 {x} {y}" for x, y in POINTS for what in ("press", "release")]
        self.at_each_rotation(frames, lambda degrees: lines, "press", "release")

    def test_drag(self):
        """It presses where the finger came down, not where it was seen to move."""
        way = [(40, 50), (90, 60), (140, 100), (200, 171)]

        def frames(degrees):
            out = [(0.3, finger(0, 1, way[0], degrees) + [(EV_KEY, BTN_TOUCH, 1)])]
            out += [(0.3 + 0.1 * i, finger(0, 1, point, degrees)[2:]) for i, point in enumerate(way[1:], 1)]
            return out + [(0.9, [(EV_ABS, MT_ID, -1), (EV_KEY, BTN_TOUCH, 0)])]

        self.at_each_rotation(frames, lambda degrees: ["press 1 40 50", "release 1 200 171"], "press", "release")

    def test_long_press(self):
        def frames(degrees):
            return [(0.3, finger(0, 1, (70, 80), degrees) + [(EV_KEY, BTN_TOUCH, 1)]),
                    (1.1, [(EV_ABS, MT_ID, -1), (EV_KEY, BTN_TOUCH, 0)])]

        self.at_each_rotation(frames, lambda degrees: ["press 3 70 80", "release 3 70 80"], "press", "release",
                              config="[touch]\nlong-press-ms = 300\n")

    def test_no_long_press_where_it_is_turned_off(self):
        server, easel = self.guest()
        self.show(server.unix, 0, config=self.configuration("[touch]\nlong-press-ms = 0\n"))
        self.play((TOUCHSCREEN, [(0.3, finger(0, 1, (70, 80), 0) + [(EV_KEY, BTN_TOUCH, 1)]),
                                 (1.3, [(EV_ABS, MT_ID, -1), (EV_KEY, BTN_TOUCH, 0)])]))
        self.until_told(easel, ["press 1 70 80", "release 1 70 80"], "press", "release")

    def test_two_fingers_scroll(self):
        """Up is up for the person, however the tablet is held; three steps of 24 pixels, at the fingers' middle."""
        def frames(degrees):
            out = [(0.3, finger(0, 1, (100, 150), degrees) + finger(1, 2, (140, 150), degrees) + [(EV_KEY, BTN_TOUCH, 1)])]
            for i in range(1, 5):
                y = 150 - 20 * i
                out.append((0.3 + 0.1 * i, [event for slot, x in ((0, 100), (1, 140))
                                            for event in finger(slot, slot + 1, (x, y), degrees) if event[1] != MT_ID]))
            return out + [(0.9, [(EV_ABS, MT_SLOT, 0), (EV_ABS, MT_ID, -1), (EV_ABS, MT_SLOT, 1), (EV_ABS, MT_ID, -1),
                                 (EV_KEY, BTN_TOUCH, 0)])]

        self.at_each_rotation(frames, lambda degrees: ["press 5 120 150"] * 3, "press")
        self.at_each_rotation(frames, lambda degrees: ["press 4 120 150"] * 3, "press", config="[touch]\nnatural-scroll = no\n")

    def test_a_closed_lid_has_no_fingers(self):
        server, easel = self.guest()
        self.show(server.unix)
        lid = Device("Test Lid", {EV_SW: [0]})
        tap = [finger(0, 1, (70, 80), 0) + [(EV_KEY, BTN_TOUCH, 1)], [(EV_ABS, MT_ID, -1), (EV_KEY, BTN_TOUCH, 0)]]
        self.play((lid, [(0.3, [(EV_SW, 0, 1)]), (1.3, [(EV_SW, 0, 0)])]),
                  (TOUCHSCREEN, [(0.8, tap[0]), (0.85, tap[1]), (1.8, tap[0]), (1.85, tap[1])]))
        self.until_told(easel, ["press 1 70 80", "release 1 70 80"], "press", "release")


@unittest.skipIf(TouchXorg.missing(), "not installed, or not root: Xorg with the drivers dummy and inputtest")
class FingersOfTheWindowSystem(Hands):
    def test_touch_through_xorg_and_sdl_at_each_rotation(self):
        """A tap, a drag and two fingers on Xorg's panel, without a hub: SDL's own way, and no mouse made of it."""
        server, easel = self.guest()
        xorg = TouchXorg(self)
        for degrees in ROTATIONS:
            with self.subTest(degrees=degrees):
                os.environ["DISPLAY"] = xorg.name
                display = self.start("xenhub-display", "--rotate", degrees, "--scale", "none", "--log-level", "debug", server.unix)
                wait_until(lambda: "pointer" in display.errors or shoot(xorg.name)[xorg.HEIGHT // 2][xorg.WIDTH // 2] != 0, display.story)
                w, h = (HEIGHT, WIDTH) if degrees % 180 else (WIDTH, HEIGHT)

                def at(point):
                    x, y = window_of(*point, degrees)
                    return x + (xorg.WIDTH - w) // 2, y + (xorg.HEIGHT - h) // 2

                easel.out.clear()
                for number, point in enumerate(POINTS):
                    xorg.touch(number, xorg.BEGIN, *at(point))
                    xorg.touch(number, xorg.END, *at(point))
                xorg.touch(9, xorg.BEGIN, *at((40, 50)))
                xorg.touch(9, xorg.UPDATE, *at((90, 90)))
                xorg.touch(9, xorg.UPDATE, *at((200, 171)))
                xorg.touch(9, xorg.END, *at((200, 171)))
                self.until_told(easel, [f"{what} 1 {x} {y}" for x, y in POINTS for what in ("press", "release")]
                                + ["press 1 40 50", "release 1 200 171"], "press", "release")
                easel.out.clear()
                for number, x in ((20, 100), (21, 140)):
                    xorg.touch(number, xorg.BEGIN, *at((x, 150)))
                for step in range(1, 5):
                    for number, x in ((20, 100), (21, 140)):
                        xorg.touch(number, xorg.UPDATE, *at((x, 150 - 20 * step)))
                for number, x in ((20, 100), (21, 140)):
                    xorg.touch(number, xorg.END, *at((x, 70)))
                self.until_told(easel, ["press 5 120 150"] * 3, "press")
                display.end()


class Pens(Hands):
    def test_a_pen_points_writes_and_erases_at_each_rotation(self):
        server, easel = self.guest()
        for degrees in ROTATIONS:
            with self.subTest(degrees=degrees):
                easel.out.clear()
                _, display = self.show(server.unix, degrees)

                def at(when, point, *events):
                    x, y = panel_of(*point, degrees)
                    return (when, [(EV_ABS, 0, x), (EV_ABS, 1, y), *events])

                self.play((PEN, [
                    at(0.3, (50, 60), (EV_KEY, BTN_PEN, 1)),
                    at(0.4, (52, 61)),
                    at(0.5, (55, 63), (EV_KEY, BTN_TOUCH, 1), (EV_ABS, PRESSURE, 900)),
                    at(0.6, (150, 90), (EV_ABS, PRESSURE, 3000)),
                    at(0.7, (151, 91), (EV_KEY, BTN_TOUCH, 0), (EV_ABS, PRESSURE, 0)),
                    at(0.8, (160, 95), (EV_KEY, BTN_STYLUS, 1)),
                    at(0.9, (160, 95), (EV_KEY, BTN_STYLUS, 0)),
                    at(1.0, (161, 96), (EV_KEY, BTN_PEN, 0)),
                    at(1.1, (30, 20), (EV_KEY, BTN_RUBBER, 1)),
                    at(1.2, (31, 21), (EV_KEY, BTN_TOUCH, 1), (EV_ABS, PRESSURE, 500)),
                    at(1.3, (131, 121)),
                    at(1.4, (131, 121), (EV_KEY, BTN_TOUCH, 0), (EV_ABS, PRESSURE, 0)),
                    at(1.5, (131, 121), (EV_KEY, BTN_RUBBER, 0)),
                ]))
                self.until_told(easel, ["press 1 55 63", "release 1 151 91", "press 3 160 95", "release 3 160 95",
                                        "press 2 31 21", "release 2 131 121"], "press", "release")
                # It points without a touch, too.
                self.assertIn("move 52 61", easel.lines)
                display.end()

    def test_the_eraser_is_what_it_is_told_to_be(self):
        server, easel = self.guest()
        for eraser, wanted in (("left", ["press 1 31 21", "release 1 31 21"]), ("none", [])):
            with self.subTest(eraser=eraser):
                easel.out.clear()
                _, display = self.show(server.unix, 0, config=self.configuration(f"[pen]\neraser = {eraser}\n"))
                x, y = panel_of(31, 21, 0)
                self.play((PEN, [(0.2, [(EV_ABS, 0, x + 90), (EV_ABS, 1, y), (EV_KEY, BTN_RUBBER, 1)]), (0.3, [(EV_ABS, 0, x)]),
                                 (0.5, [(EV_KEY, BTN_TOUCH, 1)]), (0.6, [(EV_KEY, BTN_TOUCH, 0)]), (0.8, [(EV_KEY, BTN_RUBBER, 0)])]))
                easel.until_line("move 31 21")
                self.until_told(easel, wanted, "press", "release")
                display.end()


class Switches(Hands):
    def test_tablet_mode_and_the_rotation_lock(self):
        """A hub that says how it lies: upright by the switch, still by the lock's key or the lock's switch."""
        server, _ = self.guest()
        screen = Screen(self.folder, WIDTH, WIDTH)
        self.addCleanup(screen.end)
        os.environ["DISPLAY"] = screen.name
        hub = Hub(self.folder / "told")
        self.addCleanup(hub.end)
        display = self.start("xenhub-display", "--rotate", "auto", "--scale", "none", "--hub", f"unix:{self.folder / 'told'}", "-c",
                             self.configuration("[display]\nindicators = never\n"), server.unix)
        margin = (WIDTH - HEIGHT) // 2
        corner = {0: (3, margin + 3), 90: (WIDTH - 4 - margin, 3), 180: (WIDTH - 4, WIDTH - 4 - margin), 270: (margin + 3, WIDTH - 4)}

        def lies(degrees):
            wait_until(lambda: screen.pixel(*corner[degrees]) == 0xFF0000, lambda: f"turned by {degrees}: {display.story()}")

        hub.accept()
        hub.say("switch/tablet-mode", 1)
        hub.say("orientation", "right-up")
        lies(90)
        hub.say("switch/tablet-mode", 0)
        lies(0)
        hub.say("switch/tablet-mode", 1)
        lies(90)
        hub.say("switch/rotate-lock", 1)
        hub.say("orientation", "bottom-up")
        time.sleep(0.5)
        lies(90)
        hub.say("switch/rotate-lock", 0)
        lies(180)

    def test_the_key_for_the_rotation_lock_stays_here(self):
        server, easel = self.guest()
        screen, _ = self.show(server.unix)
        self.play((BUTTONS, [(0.3, [(EV_KEY, 0x231, 1)]), (0.4, [(EV_KEY, 0x231, 0)]), (2.0, [(EV_KEY, 0x231, 1)]),
                             (2.1, [(EV_KEY, 0x231, 0)])]))
        self.assertEqual(self.told(easel, "key"), [])
        # The padlock was drawn over the picture while it was locked; nothing else tells from outside.
        self.assertTrue(screen)


class Kiosk(Hands):
    def test_nobody_gets_out_by_keys(self):
        """What leaves other programs goes to the guest; the quit key and a request to close do nothing when quit-key = no."""
        server, easel = self.guest()
        config = self.configuration(f"[display]\nquit-key = no\n[connection x]\nuri = {server.unix}\n")
        screen = Screen(self.folder, WIDTH, HEIGHT)
        self.addCleanup(screen.end)
        os.environ["DISPLAY"] = screen.name
        display = self.start("xenhub-display", "-c", config)
        wait_until(lambda: screen.pixel(3, 3) == 0xFF0000, "the easel is on the screen")
        chords = {"alt+F4": "ffc1", "alt+Tab": "ff09", "super+l": "6c", "ctrl+alt+Delete": "ffff", "ctrl+alt+BackSpace": "ff08",
                  "ctrl+Escape": "ff1b", "F11": "ffc8", "Print": "ff61", "Menu": "ff67"}
        for chord in chords:
            subprocess.run(["xdotool", "key", chord], check=True)
        window = subprocess.run(["xdotool", "search", "--name", "."], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        subprocess.run(["xdotool", "key", "ctrl+alt+shift+q"], check=True)
        for one in window:
            subprocess.run(["xdotool", "windowquit", one], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["xdotool", "key", "z"], check=True)
        easel.until(lambda: any(line.startswith("key up 7a ") for line in easel.lines), "the last key", 10)
        downs = {line.split()[2] for line in self.told(easel, "key") if line.split()[1] == "down"}
        self.assertLessEqual(set(chords.values()), downs)
        self.assertNotIn("71", downs)
        self.assertNotIn("51", downs)
        self.assertIsNone(display.process.poll(), display.story())


class Sizes(Hands):
    def test_the_server_takes_our_size_however_we_lie(self):
        """[display] resize-remote: nothing is scaled, and a finger at a corner hits the corner of the new size."""
        server, easel = self.guest()
        config = self.configuration(f"[display]\nresize-remote = yes\n[connection x]\nuri = {server.unix}\n")
        screen = Screen(self.folder, 300, 180)
        self.addCleanup(screen.end)
        os.environ["DISPLAY"] = screen.name
        display = self.start("xenhub-display", "-c", config)
        corners = {0: (0, 0), 90: (299, 0), 180: (299, 179), 270: (0, 179)}
        for degrees in (0, 90, 180, 270):
            with self.subTest(degrees=degrees):
                size = (180, 300) if degrees % 180 else (300, 180)
                easel.until(lambda: self.told(easel, "easel")[-1] == f"easel {size[0]}x{size[1]}", display.story())
                wait_until(lambda: screen.pixel(*corners[degrees]) == 0xFF0000
                           and screen.pixel(*corners[(degrees + 180) % 360]) == 0xFFFFFF, "the new size is on the screen")
                easel.out.clear()
                easel.out.append((0, f"easel {size[0]}x{size[1]}"))
                subprocess.run(["xdotool", "mousemove", *map(str, corners[(degrees + 180) % 360]), "click", "1"], check=True)
                self.until_told(easel, [f"{what} 1 {size[0] - 1} {size[1] - 1}" for what in ("press", "release")], "press", "release")
                subprocess.run(["xdotool", "key", "ctrl+alt+shift+r"], check=True)

    @need("plain_vnc")
    def test_a_server_that_cannot_is_scaled(self):
        server = Plain(self, WIDTH, HEIGHT)
        config = self.configuration(f"[display]\nresize-remote = yes\nscale = integer\n[connection x]\nuri = {server.tcp}\n")
        screen = Screen(self.folder, 2 * WIDTH, 2 * HEIGHT)
        self.addCleanup(screen.end)
        os.environ["DISPLAY"] = screen.name
        self.start("xenhub-display", "-c", config)
        wait_until(lambda: screen.pixel(0, 0) == screen.pixel(1, 1) == 0x070B00, "twice the size")


class Clipboards(Hands):
    def setUp(self):
        super().setUp()
        self.screen = Screen(self.folder, WIDTH, HEIGHT)
        self.addCleanup(self.screen.end)
        os.environ["DISPLAY"] = self.screen.name

    def copy(self, name, text):
        """xclip stays, in the background, as long as the selection is its own."""
        subprocess.run(["xclip", "-display", name, "-selection", "clipboard", "-i"], input=text.encode(), check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def paste(self, name):
        try:
            return subprocess.run(["xclip", "-display", name, "-selection", "clipboard", "-o"], stdout=subprocess.PIPE, check=False,
                                  stderr=subprocess.DEVNULL, timeout=3).stdout.decode(errors="replace")
        except subprocess.TimeoutExpired:
            return ""

    @need("xclip", "Xvnc")
    def test_both_ways_in_any_script(self):
        """Xvnc knows the extended clipboard: UTF-8."""
        server, _ = self.guest()
        config = self.configuration(f"[connection x]\nuri = {server.unix}\nclipboard = yes\n")
        os.environ["DISPLAY"] = self.screen.name
        self.start("xenhub-display", "-c", config)
        wait_until(lambda: self.screen.pixel(3, 3) == 0xFF0000, "the easel is on the screen")
        for number in range(3):
            theirs, ours = f"drüben {number} – 世界", f"hier {number} – мир 🙂"
            self.copy(server.name, theirs)
            wait_until(lambda: self.paste(self.screen.name) == theirs, "what was copied there", 10)
            self.copy(self.screen.name, ours)
            wait_until(lambda: self.paste(server.name) == ours, "what was copied here", 10)

    @need("xclip", "Xvnc")
    def test_what_was_copied_while_the_server_was_away(self):
        """It is offered once the server has said what it can take, and not before, as question marks."""
        path = self.folder / "vnc"
        server = Xvnc(self, WIDTH, HEIGHT, path=path)
        os.environ["DISPLAY"] = server.name
        self.addCleanup(Program(BIN / "easel", "--log").end)
        config = self.configuration(f"[connection x]\nuri = vnc+unix:{path}\nclipboard = yes\n")
        os.environ["DISPLAY"] = self.screen.name
        display = self.start("xenhub-display", "--log-level", "info", "-c", config)
        wait_until(lambda: self.screen.pixel(3, 3) == 0xFF0000, "the easel is on the screen")
        self.copy(server.name, "first")
        wait_until(lambda: self.paste(self.screen.name) == "first", display.story)
        server.process.terminate()
        server.process.wait(10)
        path.unlink(missing_ok=True)
        self.copy(self.screen.name, "копия")
        time.sleep(0.5)
        server = Xvnc(self, WIDTH, HEIGHT, path=path)
        wait_until(lambda: self.paste(server.name) == "копия", display.story, 15)

    @need("xclip", "Xvnc")
    def test_from_one_server_to_the_next(self):
        """Connections that exchange texts share one clipboard: what was copied in one is pasted in the next."""
        first, second = self.guest(), self.guest()
        config = self.configuration(f"[connection one]\nuri = {first[0].unix}\nclipboard = yes\n"
                                    f"[connection two]\nuri = {second[0].unix}\nclipboard = yes\n")
        os.environ["DISPLAY"] = self.screen.name
        self.start("xenhub-display", "-c", config)
        wait_until(lambda: self.screen.pixel(3, 3) == 0xFF0000, "the easel is on the screen")
        for number in range(2):
            self.copy(first[0].name, f"erste {number}")
            wait_until(lambda: self.paste(self.screen.name) == f"erste {number}", "what was copied in the first", 10)
            subprocess.run(["xdotool", "key", "ctrl+alt+shift+n"], check=True)
            wait_until(lambda: self.paste(second[0].name) == f"erste {number}", "it is in the second", 10)
            self.copy(second[0].name, f"zweite {number}")
            wait_until(lambda: self.paste(self.screen.name) == f"zweite {number}", "what was copied in the second", 10)
            subprocess.run(["xdotool", "key", "ctrl+alt+shift+n"], check=True)
            wait_until(lambda: self.paste(first[0].name) == f"zweite {number}", "it is in the first", 10)

    @need("xclip", "Xvnc")
    def test_not_unless_it_is_wanted(self):
        server, _ = self.guest()
        os.environ["DISPLAY"] = self.screen.name
        self.start("xenhub-display", server.unix)
        wait_until(lambda: self.screen.pixel(3, 3) == 0xFF0000, "the easel is on the screen")
        self.copy(server.name, "secret there")
        self.copy(self.screen.name, "secret here")
        time.sleep(1.5)
        self.assertEqual(self.paste(self.screen.name), "secret here")
        self.assertEqual(self.paste(server.name), "secret there")

    def plain(self):
        server = Plain(self, WIDTH, HEIGHT)
        display = self.start("xenhub-display", "-c", self.configuration(f"[connection x]\nuri = {server.tcp}\nclipboard = yes\n"))
        wait_until(lambda: self.screen.pixel(0, 0) == 0x070B00, lambda: f"the picture\n{display.story()}")
        return server

    @need("xclip", "plain_vnc")
    def test_both_kinds_of_text(self):
        """libvncserver says that it takes UTF-8 whether the program around it does: it is told in Latin-1 first."""
        server = self.plain()
        server.say("text grüß dich")
        wait_until(lambda: self.paste(self.screen.name) == "grüß dich", "what was copied there", 10)
        self.copy(self.screen.name, "zurück: мир")
        wanted = ["text zurück: ???", "utf8 zurück: мир"]
        wait_until(lambda: [line for line in server.lines if line[:5] in ("text ", "utf8 ")] == wanted,
                   lambda: f"what was copied here: {server.lines}", 10)
        # SDL tells of a change to whom the clipboard belonged.
        server.say("text again")
        wait_until(lambda: self.paste(self.screen.name) == "again", "what was copied there", 10)
        long = "".join(chr(0x400 + i % 200) for i in range(2000))
        self.copy(self.screen.name, long)
        wait_until(lambda: f"utf8 {long}" in server.lines, "a long text", 10)

    @need("plain_vnc")
    def test_the_bell_is_seen(self):
        server = self.plain()
        before = self.screen.picture()
        server.say("bell")
        wait_until(lambda: self.screen.picture()[:40] != before[:40], "a bell on the screen", 10)
        wait_until(lambda: self.screen.picture()[:40] == before[:40], "it goes again", 10)


class Several(Hands):
    @need("Xvnc", "plain_vnc")
    def test_switching_between_servers_while_a_key_is_held(self):
        """A key that is held when another connection is chosen is let go of there; the next ones go here."""
        first, second = self.guest(), self.guest()
        config = self.configuration(f"[connection one]\nuri = {first[0].unix}\n[connection two]\nuri = {second[0].tcp}\n")
        keyboard = Device("Test Keyboard", {EV_KEY: [*range(1, 84)]})
        ctrl, shift, alt, n, a, b = 29, 42, 56, 49, 30, 48
        self.show(None, 0, config=config)
        chord = [(EV_KEY, code, 1) for code in (ctrl, shift, alt, n)]
        self.play((keyboard, [(0.3, [(EV_KEY, a, 1)]), (0.6, chord[:1]), (0.7, chord[1:2]), (0.8, chord[2:3]), (0.9, chord[3:]),
                              (1.0, [(EV_KEY, code, 0) for code in (n, alt, shift, ctrl)]), (1.1, [(EV_KEY, a, 0)]),
                              (1.4, [(EV_KEY, b, 1)]), (1.5, [(EV_KEY, b, 0)])]))
        second[1].until(lambda: any(line.startswith("key up 62") for line in second[1].lines), "the second key")
        ups = [line.split()[1:3] for line in self.told(first[1], "key")]
        self.assertIn(["down", "61"], ups)
        self.assertTrue(any(line == ["up", "61"] or line == ["up", "41"] for line in ups), ups)
        self.assertFalse(any(line[1] in ("62", "42") for line in ups), ups)
        self.assertFalse(any(line.split()[2] in ("61", "41") for line in self.told(second[1], "key")), second[1].lines)

    def test_view_only(self):
        server, easel = self.guest()
        self.show(server.unix, 0, "--view-only")
        easel.out.clear()
        self.play((TOUCHSCREEN, [(0.3, finger(0, 1, (70, 80), 0) + [(EV_KEY, BTN_TOUCH, 1)]),
                                 (0.5, [(EV_ABS, MT_ID, -1), (EV_KEY, BTN_TOUCH, 0)])]))
        time.sleep(0.5)
        self.assertEqual(easel.lines, [])


if __name__ == "__main__":
    missing = [name for name in NEEDED if not shutil.which(name)] + ([] if (BIN / "easel").exists() else ["easel"])
    if missing:
        print("not installed:", ", ".join(missing))
        sys.exit(77)
    unittest.main(verbosity=2)
