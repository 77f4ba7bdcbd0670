# SPDX-License-Identifier: GPL-2.0-or-later
"""What several servers share: the clipboard, the keyboard, and who may only look."""

import os
import subprocess
import time

from kit.display import Screen
from kit.easel import BTN_TOUCH, EV_ABS, EV_KEY, HEIGHT, MT_ID, WIDTH, Hands, finger, main
from kit.programs import BIN, Program
from kit.recording import TOUCHSCREEN, Device
from kit.servers import Plain, Xvnc, need, wait_until


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
    main()
