# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-display's picture, to the pixel, and what it does with input and with the hub's states: a server of our own, and Xvnc."""

import ctypes
import ctypes.util
import shutil
import signal
import subprocess
import time
import unittest

from kit.display import Hub, Screen, turned
from kit.recording import EV_REL, MOUSE, REL_X, REL_Y, TOUCHSCREEN, write
from kit.servers import spawn_x
from kit.viewer import HEIGHT, WIDTH, Display, main, picture, read_bmp, wait_until, window_of

EV_KEY, EV_ABS, BTN_TOUCH, MT_SLOT, MT_X, MT_Y, MT_ID = 1, 3, 0x14A, 0x2F, 0x35, 0x36, 0x39


class Picture(Display):
    def test_every_rotation_and_way_to_present_is_exact(self):
        truth = [[picture(x, y) for x in range(WIDTH)] for y in range(HEIGHT)]
        server = self.serve()
        for degrees in (0, 90, 180, 270):
            screen = self.screen_of(degrees)
            for present in ("surface", "stream", "gpu-any"):
                with self.subTest(degrees=degrees, present=present):
                    shot = self.folder / f"{degrees}-{present}.bmp"
                    display = self.show(screen, "--rotate", degrees, "--present", present, "--screenshot", shot)
                    wait_until(lambda: screen.picture() == turned(truth, degrees), "the picture is on the screen")
                    display.signal(signal.SIGUSR1)
                    wait_until(shot.exists, "the screenshot")
                    self.assertEqual(read_bmp(shot), turned(truth, degrees))
                    display.signal(signal.SIGTERM)
                    self.assertEqual(display.wait(), 0, display.story())
        self.assertGreaterEqual(server.requests, 12)

    def test_scales_without_loss(self):
        """Twice the size, whole factors: each pixel four times, in the middle of the screen."""
        self.serve()
        for present in ("surface", "gpu-any"):
            with self.subTest(present=present):
                screen = Screen(self.folder, 2 * WIDTH + 10, 2 * HEIGHT + 6)
                self.addCleanup(screen.end)
                display = self.show(screen, "--scale", "integer", "--present", present)
                wait_until(lambda: screen.pixel(5, 3) == picture(0, 0), "the picture is on the screen")
                for y in range(screen.height):
                    want = [0] * screen.width
                    if 3 <= y < 2 * HEIGHT + 3:
                        want[5:-5] = [picture((x - 5) // 2, (y - 3) // 2) for x in range(5, 5 + 2 * WIDTH)]
                    self.assertEqual(screen.row(y, 0, screen.width), want, f"row {y}")
                display.end()

    def test_the_hardware_shows_what_the_processor_paints(self):
        """The dimmed picture, the status page and the indicators on it, turned: the same but for rounding."""
        shots = {}
        for present in ("surface", "gpu-any"):
            server, screen = self.serve(), Screen(self.folder, 3 * HEIGHT, 3 * WIDTH)
            self.addCleanup(screen.end)
            display = self.show(screen, "--rotate", 90, "--scale", "integer", "--present", present, "-c",
                                self.configuration("[display]\nindicators = always\n"))
            middle = 3 * HEIGHT // 2, 3 * WIDTH // 2
            wait_until(lambda: screen.pixel(*middle) == picture(WIDTH // 2, HEIGHT // 2 - 1), "the picture is there")
            server.stop()
            wait_until(lambda: screen.pixel(3 * HEIGHT - 2, 1) != picture(0, 0), "the picture is dimmed")
            time.sleep(0.3)
            shots[present] = [screen.pixel(x, y) for y in range(0, 3 * WIDTH, 7) for x in range(0, 3 * HEIGHT, 5)]
            display.end()
        far = [max(abs((a >> s & 255) - (b >> s & 255)) for s in (0, 8, 16))
               for a, b in zip(shots["surface"], shots["gpu-any"])]
        # The page's seconds go on.
        self.assertLess(sum(d > 6 for d in far) / len(far), 0.02, sorted(far)[-40:])
        self.assertGreater(len(set(shots["gpu-any"])), 100)

    def test_the_hardware_draws_the_cursor_where_it_is(self):
        """Turned and doubled: all of the screen is the same, pixel by pixel."""
        pixels = [0xFF0000 | x << 8 | 255 - 9 * y for y in range(9) for x in range(7)]
        screens = {}
        for present in ("surface", "gpu-any"):
            server, screen = self.serve(), Screen(self.folder, 2 * HEIGHT, 2 * WIDTH)
            self.addCleanup(screen.end)
            server.cursor = (7, 9, pixels)
            server.repaint()
            display = self.show(screen, "--rotate", 270, "--scale", "integer", "--present", present, "--hub",
                                f"unix:{self.link}", "--input", "hub", "-c",
                                self.configuration("[display]\nindicators = never\n"))
            wait_until(lambda: screen.pixel(1, 2 * WIDTH - 2) == picture(0, 0), "the picture is there")
            frames = [(0.2 + 0.02 * i, [(EV_REL, REL_X, 2), (EV_REL, REL_Y, 1)]) for i in range(10)]
            hub = self.hub(f"evemu:{write(self.folder / 'mouse.evemu', MOUSE, frames)}", once=True)
            self.assertEqual(hub.wait(), 0)
            wait_until(lambda: pixels[0] in set(sum(screen.picture(), [])), "the cursor is shown")
            time.sleep(0.3)
            screens[present] = screen.picture()
            display.end()
            server.stop()
        self.assertTrue(screens["surface"] == screens["gpu-any"], "pictures differ")

    def test_turned_by_key_at_once(self):
        screen = Screen(self.folder, WIDTH, WIDTH)
        self.addCleanup(screen.end)
        self.serve()
        self.show(screen, "--scale", "none")
        margin = (WIDTH - HEIGHT) // 2
        wait_until(lambda: screen.pixel(0, margin) == picture(0, 0), "the picture is on the screen")
        self.chord(screen, "r")
        wait_until(lambda: screen.pixel(WIDTH - 1 - margin, 0) == picture(0, 0), "turned by 90", 2)
        self.chord(screen, "r")
        wait_until(lambda: screen.pixel(WIDTH - 1, WIDTH - 1 - margin) == picture(0, 0), "turned by 180", 2)

    @unittest.skipUnless(shutil.which("Xvnc") and shutil.which("import"), "not installed: Xvnc, import")
    def test_xvnc(self):
        sock = self.folder / "xvnc"
        name, _ = spawn_x(self, "Xvnc", "-geometry", f"{WIDTH}x{HEIGHT}", "-depth", "24", "-rfbport", "0", "-rfbunixpath", sock,
                          "-SecurityTypes", "None")
        subprocess.run(["convert", "-size", f"{WIDTH}x{HEIGHT}", "plasma:red-blue", self.folder / "p.png"], check=True)
        subprocess.run(["display", "-display", name, "-window", "root", self.folder / "p.png"], check=False)
        raw = subprocess.run(["import", "-display", name, "-window", "root", "-depth", "8", "rgb:-"], check=True,
                             stdout=subprocess.PIPE).stdout
        truth = [[int.from_bytes(raw[3 * (y * WIDTH + x):3 * (y * WIDTH + x) + 3], "big") for x in range(WIDTH)]
                 for y in range(HEIGHT)]
        self.assertGreater(len({pixel for row in truth for pixel in row}), 50, "the server's screen is empty")
        for degrees in (0, 90, 180, 270):
            with self.subTest(degrees=degrees):
                screen = self.screen_of(degrees)
                display = self.show(screen, "--rotate", degrees, uri=f"vnc+unix://{sock}")
                # Xvnc's pointer is drawn by the window system, in the middle: left out of the comparison.
                def same():
                    now = turned(screen.picture(), (360 - degrees) % 360)
                    return all(now[y][x] == truth[y][x] for y in range(HEIGHT) for x in range(WIDTH)
                               if abs(x - WIDTH // 2) > 20 or abs(y - HEIGHT // 2) > 20)
                wait_until(same, "the picture is on the screen")
                display.signal(signal.SIGTERM)
                self.assertEqual(display.wait(), 0)


class Input(Display):
    POINTS = [(0, 0), (WIDTH - 1, 0), (0, HEIGHT - 1), (WIDTH - 1, HEIGHT - 1), (31, 77)]

    def test_the_mouse_hits_the_same_pixel_at_each_rotation(self):
        for degrees in (0, 90, 180, 270):
            with self.subTest(degrees=degrees):
                server, screen = self.serve(), self.screen_of(degrees)
                display = self.show(screen, "--rotate", degrees)
                wait_until(lambda: screen.pixel(*window_of(3, 3, degrees)) == picture(3, 3), "the picture is on the screen")
                for point in self.POINTS:
                    self.xdotool(screen, "mousemove", *window_of(*point, degrees), "click", 1)
                server.until(lambda: len(server.clicks()) == len(self.POINTS))
                self.assertEqual(server.clicks(), [(*point, 1) for point in self.POINTS])
                display.end()
                server.stop()

    def tap(self, when, number, point, degrees):
        """A finger at a remote pixel, on a panel of 1920 x 1200 that covers the turned window."""
        width, height = (HEIGHT, WIDTH) if degrees % 180 else (WIDTH, HEIGHT)
        x, y = window_of(*point, degrees)
        x, y = (2 * x + 1) * 1920 // (2 * width), (2 * y + 1) * 1200 // (2 * height)
        return [(when, [(EV_ABS, MT_SLOT, 0), (EV_ABS, MT_ID, number), (EV_ABS, MT_X, x), (EV_ABS, MT_Y, y),
                        (EV_KEY, BTN_TOUCH, 1)]),
                (when + 0.03, [(EV_ABS, MT_ID, -1), (EV_KEY, BTN_TOUCH, 0)])]

    def test_a_finger_hits_the_same_pixel_at_each_rotation(self):
        for degrees in (0, 90, 180, 270):
            with self.subTest(degrees=degrees):
                server, screen = self.serve(), self.screen_of(degrees)
                display = self.show(screen, "--rotate", degrees, "--hub", f"unix:{self.link}", "--input", "hub",
                                    "--log-level", "debug")
                wait_until(lambda: screen.pixel(*window_of(3, 3, degrees)) == picture(3, 3), "the picture is on the screen")
                frames = []
                for number, point in enumerate(self.POINTS):
                    frames += self.tap(0.2 + 0.1 * number, number + 1, point, degrees)
                hub = self.hub(f"evemu:{write(self.folder / 'taps.evemu', TOUCHSCREEN, frames)}", once=True)
                server.until(lambda: len(server.clicks()) >= len(self.POINTS))
                self.assertEqual(server.clicks(), [(*point, 1) for point in self.POINTS], display.story())
                self.assertEqual(hub.wait(), 0)
                display.end()
                server.stop()

    def test_a_lost_finger_is_no_tap_and_a_lost_key_is_let_go(self):
        """The hub dies while a finger rests and a drag is held: no click, and the button goes up."""
        server, screen = self.serve(), self.screen_of()
        self.show(screen, "--hub", f"unix:{self.link}", "--input", "hub")
        wait_until(lambda: screen.pixel(3, 3) == picture(3, 3), "the picture is on the screen")
        down = self.tap(0.2, 1, (40, 40), 0)[:1]
        hub = self.hub(f"evemu:{write(self.folder / 'a.evemu', TOUCHSCREEN, down + [(9.0, [(EV_ABS, MT_X, 500)])])}")
        server.until(lambda: any(p[1:3] == (40, 40) for p in server.pointers))
        hub.signal(signal.SIGKILL)
        time.sleep(0.8)
        self.assertEqual(server.clicks(), [])
        drag = down + [(0.3, [(EV_ABS, MT_X, 1200)]), (9.0, [(EV_ABS, MT_X, 900)])]
        self.link.unlink()
        self.control.unlink()
        hub = self.hub(f"evemu:{write(self.folder / 'b.evemu', TOUCHSCREEN, drag)}")
        server.until(lambda: server.pointers[-1][3] == 1)
        hub.signal(signal.SIGKILL)
        killed = time.monotonic()
        server.until(lambda: server.pointers[-1][3] == 0, 5)
        self.assertEqual(server.pointers[-1][3], 0)
        self.assertLess(server.pointers[-1][0] - killed, 1.0)

    def test_keys_have_the_right_symbols_and_repeat(self):
        server, screen = self.serve(), self.screen_of()
        self.show(screen)
        wait_until(lambda: screen.pixel(3, 3) == picture(3, 3), "the picture is on the screen")
        self.xdotool(screen, "mousemove", 50, 50)
        server.until(lambda: server.pointers)
        self.xdotool(screen, "key", "a", "shift+a", "1", "shift+1", "Left", "F5")
        server.until(lambda: len(server.keys) >= 16)
        downs = [symbol for _, symbol, down in server.keys if down and symbol < 0xFFE1]
        self.assertEqual(downs, [ord("a"), ord("A"), ord("1"), ord("!"), 0xFF51, 0xFFC2])
        server.keys.clear()
        self.xdotool(screen, "keydown", "b")
        self.assertTrue(server.until(lambda: len(server.keys) >= 5), "the key repeats")
        self.xdotool(screen, "keyup", "b")
        server.until(lambda: not server.keys[-1][2])
        self.assertEqual({symbol for _, symbol, _ in server.keys}, {ord("b")})
        self.assertEqual([down for _, _, down in server.keys].count(False), 1)

    def test_view_only_sends_nothing(self):
        server, screen = self.serve(), self.screen_of()
        self.show(screen, "--view-only")
        wait_until(lambda: screen.pixel(3, 3) == picture(3, 3), "the picture is on the screen")
        self.xdotool(screen, "mousemove", 50, 50, "click", 1, "key", "a")
        time.sleep(0.3)
        self.assertEqual((server.pointers, server.keys), ([], []))


class States(Display):
    def test_follows_the_orientation_and_the_lock(self):
        """A square screen, so that it stays what it is while the picture turns; remote pixel 0,0 tells how it lies."""
        screen = Screen(self.folder, WIDTH, WIDTH)
        self.addCleanup(screen.end)
        margin = (WIDTH - HEIGHT) // 2
        corner = {0: (0, margin), 90: (WIDTH - 1 - margin, 0), 180: (WIDTH - 1, WIDTH - 1 - margin),
                  270: (margin, WIDTH - 1)}
        self.serve()
        hub = Hub(self.folder / "hub")
        self.addCleanup(hub.end)
        display = self.show(screen, "--scale", "none", "--rotate", "auto", "--hub", f"unix:{self.folder / 'hub'}", "-c",
                            self.configuration("[display]\nindicators = never\nmounted = 90\n"))

        def lies(degrees):
            wait_until(lambda: screen.pixel(*corner[degrees]) == picture(0, 0), f"turned by {degrees}: {display.story()}", 3)

        lies(90)
        hub.accept()
        for orientation, degrees in (("right-up", 180), ("bottom-up", 270), ("left-up", 0), ("undefined", 0), ("normal", 90)):
            hub.say("orientation", orientation)
            lies(degrees)
        self.chord(screen, "l")
        time.sleep(0.2)
        hub.say("orientation", "left-up")
        time.sleep(0.3)
        lies(90)
        self.chord(screen, "l")
        lies(0)

    def test_indicators(self):
        """A battery that warns stays on the screen; a change is shown for a while alone."""
        server, screen = self.serve(lambda x, y: 0x808080), Screen(self.folder, 4 * WIDTH, 4 * HEIGHT)
        self.addCleanup(screen.end)
        hub = Hub(self.folder / "hub")
        self.addCleanup(hub.end)
        self.show(screen, "--hub", f"unix:{self.folder / 'hub'}")

        def colours():
            return {pixel for y in range(60) for pixel in screen.row(y, 2 * WIDTH, 2 * WIDTH)}

        hub.accept()
        wait_until(lambda: colours() == {0x808080}, "the picture, and nothing on it")
        hub.say("power/percent", 62)
        wait_until(lambda: len(colours()) > 1, "the battery is shown")
        wait_until(lambda: colours() == {0x808080}, "it goes again", 8)
        server.repaint()
        time.sleep(0.5)
        self.assertEqual(colours(), {0x808080})
        hub.say("power/warning", "low")
        hub.say("power/percent", 9)
        wait_until(lambda: 0xFF6050 in colours(), "the battery is shown in red")
        time.sleep(5)
        self.assertIn(0xFF6050, colours())
        self.assertTrue(server.requests)


class ScreenSaver(ctypes.Structure):
    """XScreenSaverInfo."""

    _fields_ = [("window", ctypes.c_ulong), ("state", ctypes.c_int), ("kind", ctypes.c_int), ("til_or_since", ctypes.c_ulong),
                ("idle", ctypes.c_ulong), ("mask", ctypes.c_ulong)]


class Blanking(Display):
    SECONDS = 1

    def is_blank(self):
        self.xss.XScreenSaverQueryInfo(self.connection, self.x.XDefaultRootWindow(self.connection), ctypes.byref(self.info))
        return self.info.state == 1

    @unittest.skipUnless(ctypes.util.find_library("Xss"), "not installed: libXss")
    def test_no_screensaver_while_it_runs(self):
        """The X server blanks its screen after a second of nobody; not while a guest is shown, and again after that."""
        self.serve()
        screen = self.screen_of()
        self.x, self.xss = (ctypes.CDLL(ctypes.util.find_library(name)) for name in ("X11", "Xss"))
        self.x.XOpenDisplay.restype, self.x.XDefaultRootWindow.restype = ctypes.c_void_p, ctypes.c_ulong
        self.x.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
        self.x.XSetScreenSaver.argtypes = [ctypes.c_void_p, *[ctypes.c_int] * 4]
        self.x.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self.xss.XScreenSaverQueryInfo.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.POINTER(ScreenSaver)]
        self.connection, self.info = self.x.XOpenDisplay(screen.name.encode()), ScreenSaver()
        self.x.XSetScreenSaver(self.connection, self.SECONDS, self.SECONDS, 1, 1)
        self.x.XSync(self.connection, 0)
        wait_until(self.is_blank, "the screen is blank")
        display = self.show(screen)
        wait_until(lambda: screen.pixel(3, 3) == picture(3, 3), "the picture is on the screen")
        self.xdotool(screen, "key", "a")
        time.sleep(3 * self.SECONDS)
        self.assertFalse(self.is_blank())
        display.signal(signal.SIGTERM)
        self.assertEqual(display.wait(), 0)
        wait_until(self.is_blank, "the screen is blank again")


if __name__ == "__main__":
    main()
