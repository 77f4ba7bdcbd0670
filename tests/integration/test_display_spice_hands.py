# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person does, through SPICE: pointer, fingers, keys and locks at a server of our own; and the guest's agent there."""

import socket
import struct
import subprocess
import time

from kit import spice, wire
from kit.display import Hub
from kit.recording import KEYBOARD, TOUCHSCREEN, write
from kit.servers import need, wait_until
from kit.spice import INPUTS, MAIN, message
from test_display_spice import HEIGHT, WIDTH, Spice, main, picture, window_of

EV_KEY, EV_ABS, BTN_TOUCH, MT_SLOT, MT_X, MT_Y, MT_ID = 1, 3, 0x14A, 0x2F, 0x35, 0x36, 0x39


class Hands(Spice):
    POINTS = [(0, 0), (WIDTH - 1, 0), (0, HEIGHT - 1), (WIDTH - 1, HEIGHT - 1), (31, 77)]

    def test_the_mouse_hits_the_same_pixel_at_each_rotation(self):
        for degrees in (0, 90, 180, 270):
            with self.subTest(degrees=degrees):
                server, screen = self.serve(), self.screen_turned(degrees)
                display = self.show(screen, self.uri, "--rotate", degrees)
                self.see(screen, degrees)
                for point, button in zip(self.POINTS, (1, 2, 3, 1, 1)):
                    self.xdotool(screen, "mousemove", *window_of(*point, degrees), "click", button)
                server.until(lambda: len(server.clicks()) == len(self.POINTS))
                self.assertEqual(server.clicks(), [(*point, b) for point, b in zip(self.POINTS, (1, 2, 3, 1, 1))], display.story())
                display.end()
                server.stop()

    def tap(self, when, number, point, degrees):
        width, height = (HEIGHT, WIDTH) if degrees % 180 else (WIDTH, HEIGHT)
        x, y = window_of(*point, degrees)
        x, y = (2 * x + 1) * 1920 // (2 * width), (2 * y + 1) * 1200 // (2 * height)
        return [(when, [(EV_ABS, MT_SLOT, 0), (EV_ABS, MT_ID, number), (EV_ABS, MT_X, x), (EV_ABS, MT_Y, y),
                        (EV_KEY, BTN_TOUCH, 1)]),
                (when + 0.03, [(EV_ABS, MT_ID, -1), (EV_KEY, BTN_TOUCH, 0)])]

    def test_a_finger_hits_the_same_pixel_at_each_rotation(self):
        for degrees in (0, 90, 180, 270):
            with self.subTest(degrees=degrees):
                server, screen = self.serve(), self.screen_turned(degrees)
                display = self.show(screen, self.uri, "--rotate", degrees, "--hub", f"unix:{self.link}", "--input", "hub")
                self.see(screen, degrees)
                frames = []
                for number, point in enumerate(self.POINTS):
                    frames += self.tap(0.2 + 0.1 * number, number + 1, point, degrees)
                hub = self.hub(f"evemu:{write(self.folder / 'taps.evemu', TOUCHSCREEN, frames)}", once=True)
                server.until(lambda: len(server.clicks()) >= len(self.POINTS))
                self.assertEqual(server.clicks(), [(*point, 1) for point in self.POINTS], display.story())
                self.assertEqual(hub.wait(), 0)
                display.end()
                server.stop()

    def test_keys_are_codes_and_are_let_go(self):
        server, screen = self.serve(), self.screen_turned()
        self.show(screen, self.uri)
        self.see(screen)
        self.xdotool(screen, "mousemove", 50, 50)
        server.until(lambda: server.pointers)
        # The prefix goes first on the wire: right Control is e0 1d, and up it is e0 9d.
        for key, code in (("a", 0x1E), ("F12", 0x58), ("Left", 0x4BE0), (105, 0x1DE0), ("KP_Enter", 0x1CE0),
                          ("Delete", 0x53E0), ("Super_L", 0x5BE0), ("less", None)):
            server.keys.clear()
            self.xdotool(screen, "key", key)
            self.assertTrue(server.until(lambda: len(server.keys) >= 2 and not server.keys[-1][1]), key)
            if code is not None:
                up = code | (0x8000 if code > 0xFF else 0x80)
                self.assertEqual(server.keys, [(code, True), (up, False)], key)
        server.keys.clear()
        self.xdotool(screen, "keydown", "b")
        self.assertTrue(server.until(lambda: len(server.keys) >= 4), "the key repeats")
        # Whoever looks at another server holds nothing here: the window loses the keyboard.
        self.assertTrue(all(down for _, down in server.keys))
        self.chord(screen, "r")
        self.assertTrue(server.until(lambda: (0x30 | 0x80, False) in server.keys), "a turn lets go of it")
        self.xdotool(screen, "keyup", "b")

    def test_the_wheel(self):
        server, screen = self.serve(), self.screen_turned()
        self.show(screen, self.uri)
        self.see(screen)
        self.xdotool(screen, "mousemove", 50, 50, "click", 4, "click", 5, "click", 5)
        self.assertTrue(server.until(lambda: len(server.clicks()) == 3))
        self.assertEqual([button for _, _, button in server.clicks()], [4, 5, 5])

    def test_relative_pointer(self):
        server = self.serve(start=False)
        server.mode = spice.SERVER_MODE
        server.start()
        screen = self.screen_turned()
        self.show(screen, self.uri)
        self.see(screen)
        # Going full-screen, SDL puts the pointer into the middle.
        time.sleep(1)
        self.xdotool(screen, "mousemove", 50, 50)
        time.sleep(0.2)
        server.pointers.clear()
        self.xdotool(screen, "mousemove", 60, 45, "click", 1)
        self.assertTrue(server.until(lambda: any(e[0] == "up" for e in server.pointers)))
        # With a press the library tells of a position that nobody set; servers in this mode pay no attention to it.
        self.assertEqual([e for e in server.pointers if e[0] == "at" and e[1:3] != (0, 0)], [])
        moves = [e for e in server.pointers if e[0] == "moved"]
        self.assertEqual((sum(e[1] for e in moves), sum(e[2] for e in moves)), (10, -5), server.pointers)
        self.assertEqual([e[:2] for e in server.pointers if e[0] in ("down", "up")], [("down", 1), ("up", 1)])
        # The guest loads its tablet's driver.
        server.pointers.clear()
        server.say(MAIN, message(105, struct.pack("<HH", 3, spice.CLIENT_MODE)))
        time.sleep(0.2)
        self.xdotool(screen, "mousemove", 20, 30)
        self.assertTrue(server.until(lambda: ("at", 20, 30, 0) in server.pointers), f"{server.pointers}")

    def test_lock_keys(self):
        """The server is told once, is believed, and is never answered: nothing chases anything."""
        server, screen = self.serve(), self.screen_turned()
        server.modifiers = 4
        shot = self.folder / "shot.bmp"
        display = self.show(screen, self.uri, "--screenshot", shot)
        self.see(screen)
        self.assertTrue(server.until(lambda: server.locks), "it is told of our locks")
        time.sleep(0.7)
        told = len(server.locks)
        self.assertLessEqual(told, 4, "at the connection's beginning, and whenever the window gets the keyboard")
        self.assertEqual(server.locks[-1] & 4, 0)
        wait_until(lambda: screen.row(2, 0, WIDTH) != [picture(x, 2) for x in range(WIDTH)] or
                   any(screen.row(y, 0, WIDTH) != [picture(x, y) for x in range(WIDTH)] for y in range(HEIGHT)),
                   "caps is indicated")
        for value in (0, 4, 0, 4, 7, 0):
            server.say(INPUTS, message(102, struct.pack("<H", value)))
            time.sleep(0.05)
        time.sleep(0.5)
        self.assertEqual(len(server.locks), told, display.story())
        # 1 is nobody's window: whatever is pressed meanwhile, the server is told when the keyboard is ours again.
        self.xdotool(screen, "windowfocus", 1)
        self.xdotool(screen, "search", "--name", "xenhub-display", "windowfocus")
        self.assertTrue(server.until(lambda: len(server.locks) > told), display.story())

    def test_the_hubs_keyboards_show_the_servers_locks(self):
        server, screen, hub = self.serve(), self.screen_turned(), Hub(self.link)
        self.addCleanup(hub.end)
        display = self.show(screen, self.uri, "--hub", f"unix:{self.link}", "--input", "hub")
        hub.accept()
        add = bytearray(wire.device_add(65, KEYBOARD))
        struct.pack_into("<Q", add, 8, 3)
        hub.client.sendall(add)
        self.see(screen)
        self.assertTrue(server.until(lambda: INPUTS in server.channels))
        for value, want in ((4, (65, 1, 1)), (6, (65, 0, 1))):
            server.say(INPUTS, message(102, struct.pack("<H", value)))
            asked = []
            while want not in asked:
                size, kind = struct.unpack("<IHxx", hub.client.recv(8, socket.MSG_WAITALL))
                body = hub.client.recv(size - 8, socket.MSG_WAITALL)
                if kind == wire.LED:
                    asked.append(struct.unpack("<IHH", body))
        # One word at the beginning, and none in answer; who comes back takes the locks over that there were.
        self.assertEqual(server.locks, [0], display.story())
        server.stop()
        server.start()
        self.assertTrue(server.until(lambda: server.connects >= 2 and len(server.locks) >= 2))
        self.assertEqual(server.locks[1:], [6], display.story())

    def test_view_only_sends_nothing(self):
        server, screen = self.serve(), self.screen_turned()
        self.show(screen, self.uri, "--view-only")
        self.see(screen)
        self.xdotool(screen, "mousemove", 50, 50, "click", 1, "key", "a")
        time.sleep(0.5)
        self.assertEqual((server.pointers, server.keys, server.locks), ([], [], []))


class Agent(Spice):
    CAPABILITIES = struct.pack("<II", 1, 0xFFFF)

    def serve_agent(self):
        server = self.serve(start=False)
        server.has_agent = True
        server.start()
        return server

    def test_the_size_is_asked_for(self):
        server, screen = self.serve_agent(), self.screen_of(300, 200)
        config = self.configuration(f"[display]\nresize-remote = yes\nrotate = 90\n[connection guest]\nuri = {self.uri}\n")
        self.show_config(screen, config)
        server.until(lambda: MAIN in server.channels and server.agent)
        server.say(MAIN, spice.agent(spice.AGENT_CAPABILITIES, self.CAPABILITIES))
        self.assertTrue(server.until(lambda: any(kind == spice.AGENT_MONITORS for kind, _ in server.agent)), f"{server.agent}")
        body = [body for kind, body in server.agent if kind == spice.AGENT_MONITORS][-1]
        height, width = struct.unpack("<8x2I", body[:16])
        self.assertEqual((width, height), (200, 300), "as the tablet is held")
        self.assertEqual(body[28:].strip(b"\0"), b"", "and there are no other screens")

    @need("xclip")
    def test_an_agent_that_begins_anew_is_told_again(self):
        """As when the guest reboots: of the size and of the clipboard; and not before it has said what it can."""
        server, screen = self.serve_agent(), self.screen_turned()
        config = self.configuration(f"[display]\nresize-remote = yes\n[connection guest]\nuri = {self.uri}\nclipboard = yes\n")
        subprocess.run(["xclip", "-display", screen.name, "-i", "-selection", "clipboard"], input="von hier".encode(), check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        display = self.show_config(screen, config)
        self.see(screen)
        for _ in range(3):
            time.sleep(0.5)
            self.assertFalse([k for k, _ in server.agent if k in (spice.AGENT_GRAB, spice.AGENT_MONITORS)], "too soon")
            server.say(MAIN, spice.agent(spice.AGENT_CAPABILITIES, self.CAPABILITIES))
            self.assertTrue(server.until(lambda: {spice.AGENT_GRAB, spice.AGENT_MONITORS} <= {k for k, _ in server.agent}),
                            f"{server.agent}\n{display.story()}")
            # It goes, and comes back with so many tokens.
            server.say(MAIN, message(108, struct.pack("<I", 0)))
            server.agent.clear()
            server.say(MAIN, message(115, struct.pack("<I", 10)))
        self.assertNotIn("assertion", display.errors)

    @need("xclip")
    def test_clipboard_by_policy(self):
        for allowed in (True, False):
            with self.subTest(allowed=allowed):
                server, screen = self.serve_agent(), self.screen_turned()
                display = self.show_config(screen, self.config_of(self.uri, f"clipboard = {'yes' if allowed else 'no'}\n"))
                self.see(screen)
                server.say(MAIN, spice.agent(spice.AGENT_CAPABILITIES, self.CAPABILITIES))
                server.say(MAIN, spice.agent(spice.AGENT_GRAB, struct.pack("<B3xI", 0, spice.TEXT)))
                asked = server.until(lambda: any(k == spice.AGENT_REQUEST for k, _ in server.agent), 10 if allowed else 1)
                self.assertEqual(asked, allowed)
                text = "grüß\n\tdich\x07\x1b".encode()
                server.say(MAIN, spice.agent(spice.AGENT_CLIPBOARD, struct.pack("<B3xI", 0, spice.TEXT) + text))
                if allowed:
                    def ours():
                        return subprocess.run(["timeout", "2", "xclip", "-display", screen.name, "-o", "-selection", "clipboard"],
                                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
                    wait_until(lambda: ours() == "grüß\n\tdich".encode(), "the guest's text, without controls")
                server.agent.clear()
                subprocess.run(["xclip", "-display", screen.name, "-i", "-selection", "clipboard"], input="von hier".encode(), check=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                grabbed = server.until(lambda: any(k == spice.AGENT_GRAB for k, _ in server.agent), 10 if allowed else 1)
                self.assertEqual(grabbed, allowed)
                if allowed:
                    server.say(MAIN, spice.agent(spice.AGENT_REQUEST, struct.pack("<B3xI", 0, spice.TEXT)))
                    self.assertTrue(server.until(lambda: any(k == spice.AGENT_CLIPBOARD and b[8:] == b"von hier" for k, b in server.agent)),
                                    f"{server.agent}")
                display.end()
                server.stop()


if __name__ == "__main__":
    main()
