# SPDX-License-Identifier: GPL-2.0-or-later
"""What hands do, from the hub through xenhub-display to real servers: easel, an X client in an Xvnc, says what arrived there."""

import os
import subprocess
import time
import unittest

from kit.display import Hub, Screen
from kit.easel import (BTN_TOUCH, EV_ABS, EV_KEY, EV_SW, HEIGHT, MT_ID, MT_SLOT, PANEL, POINTS, ROTATIONS,
                       WIDTH, Hands, finger, main, panel_of, window_of)
from kit.recording import TOUCHSCREEN, Device
from kit.servers import Plain, TouchXorg, need, shoot, wait_until

BTN_PEN, BTN_RUBBER, BTN_STYLUS, BTN_STYLUS2, PRESSURE = 0x140, 0x141, 0x14B, 0x14C, 0x18
PEN = Device("Test Pen", {EV_KEY: [BTN_PEN, BTN_RUBBER, BTN_TOUCH, BTN_STYLUS, BTN_STYLUS2]},
             {0: (0, PANEL[0] - 1), 1: (0, PANEL[1] - 1), PRESSURE: (0, 4095)}, properties=[1])
BUTTONS = Device("Test Buttons", {EV_KEY: [0x231]})  # KEY_ROTATE_LOCK_TOGGLE


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


if __name__ == "__main__":
    main()
