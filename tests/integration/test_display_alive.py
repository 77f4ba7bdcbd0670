# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-display and servers that die, stall, starve it or turn it away; and who starts it wrongly."""

import os
import signal
import socket
import subprocess
import sys
import time

from kit.display import Server
from kit.programs import BIN
from kit.viewer import HEIGHT, OPENGL, WIDTH, Display, main, picture, read_bmp, wait_until

KILLS = int(os.environ.get("DISPLAY_KILLS", "25"))


class Alive(Display):
    def test_comes_back_whenever_the_server_does(self):
        shade = [0]
        server = self.serve(lambda x, y: shade[0])
        screen = self.screen_of()
        display = self.show(screen)
        waits, files = [], 0
        for kill in range(KILLS):
            wait_until(lambda: screen.pixel(5, 5) == shade[0], "the picture is back", 5)
            if kill:
                waits.append(time.monotonic() - began)
            if kill == 3:
                files = len(os.listdir(f"/proc/{display.process.pid}/fd"))
            server.stop()
            # A server's restart takes its time, a different one each time.
            time.sleep(0.02 + kill * 0.37 % 0.6)
            shade[0] = 0x010203 * (kill % 50 + 1)
            server.start()
            began = time.monotonic()
        wait_until(lambda: screen.pixel(5, 5) == shade[0], "the picture is back", 5)
        waits.sort()
        print(f"\n{KILLS} kills: picture back after {waits[len(waits) // 2] * 1e3:.0f} ms (median), "
              f"{waits[-1] * 1e3:.0f} ms (worst)", file=sys.stderr)
        self.assertLess(waits[len(waits) // 2], 0.5)
        self.assertEqual(len(os.listdir(f"/proc/{display.process.pid}/fd")), files, "a descriptor was left open")
        self.assertIsNone(display.process.poll())

    def test_a_server_in_a_coma_neither_freezes_nor_blinds(self):
        server, screen = self.serve(), self.screen_of()
        self.show(screen, "--scale", "none")
        wait_until(lambda: screen.pixel(0, 0) == picture(0, 0), "the picture is on the screen")
        self.xdotool(screen, "mousemove", 50, 50)
        server.until(lambda: server.pointers)
        server.mute = True
        self.xdotool(screen, "mousemove", 60, 60)
        corner = screen.pixel(WIDTH - 1, HEIGHT - 1)
        wait_until(lambda: screen.pixel(WIDTH - 1, HEIGHT - 1) != corner, "the picture is dimmed", 6)
        self.chord(screen, "r")
        self.chord(screen, "r")
        wait_until(lambda: screen.pixel(0, 0) != 0 and screen.pixel(WIDTH - 1, HEIGHT - 1) != 0, "turned meanwhile", 3)
        server.mute = False
        server.repaint()
        wait_until(lambda: screen.pixel(WIDTH - 1, HEIGHT - 1) == picture(0, 0), "the picture is back", 6)

    def test_a_server_that_forgets_us_is_told_anew(self):
        """As QEMU does when a mode changes at the wrong moment: it answers, and never sends a pixel again."""
        shade = [0x112233]
        server, screen = self.serve(lambda x, y: shade[0]), self.screen_of()
        display = self.show(screen)
        wait_until(lambda: screen.pixel(5, 5) == shade[0], "the picture is on the screen")
        # What is being drawn just now is to be over.
        time.sleep(0.5)
        server.starve = True
        shade[0] = 0x445566
        self.xdotool(screen, "mousemove", 60, 60)
        wait_until(lambda: screen.pixel(5, 5) == shade[0], "the new picture", 15)
        self.assertIn("sends no picture", display.errors)

    def test_half_an_update_keeps_nobody_out(self):
        server, screen = self.serve(), self.screen_of()
        self.show(screen)
        wait_until(lambda: screen.pixel(0, 0) == picture(0, 0), "the picture is on the screen")
        server.half = True
        server.repaint()
        time.sleep(0.3)
        self.chord(screen, "r")
        self.chord(screen, "r")
        # Where that takes two seconds the server is known to be silent, and the picture is dimmed.
        bright = picture(0, 0)
        either = bright, (bright >> 2 & 0x3F3F3F) + (bright >> 4 & 0x0F0F0F)
        wait_until(lambda: screen.pixel(WIDTH - 1, HEIGHT - 1) in either, "turned all the same")

    def test_several_connections(self):
        first = self.serve(lambda x, y: 0x112233)
        second = Server(self.folder / "vnc2", WIDTH, HEIGHT, lambda x, y: 0x445566)
        second.start()
        self.addCleanup(second.stop)
        config = self.folder / "display.conf"
        config.write_text(f"[connection one]\nuri = vnc+unix:{first.path}\n[connection two]\nuri = vnc+unix:{second.path}\n")
        screen = self.screen_of()
        os.environ["DISPLAY"] = screen.name
        self.start("xenhub-display", "-c", config)
        wait_until(lambda: screen.pixel(0, 0) == 0x112233, "the first one")
        self.chord(screen, "n")
        wait_until(lambda: screen.pixel(0, 0) == 0x445566, "the second one")
        self.xdotool(screen, "mousemove", 9, 9, "click", 1)
        second.until(second.clicks)
        self.assertEqual((first.clicks(), second.clicks()), ([], [(9, 9, 1)]))
        self.chord(screen, "1")
        wait_until(lambda: screen.pixel(0, 0) == 0x112233, "the first one again")


class Refusals(Display):
    def refused(self, status, words, *options, env=None):
        run = subprocess.run([BIN / "xenhub-display", *map(str, options)], stderr=subprocess.PIPE, text=True, timeout=20,
                             env={**os.environ, **(env or {})})
        self.assertEqual(run.returncode, status, run.stderr)
        self.assertIn(words, run.stderr)
        self.assertEqual(len(run.stderr.strip().splitlines()), 1, run.stderr)

    def test_bad_words(self):
        uri = "vnc+unix:/nowhere"
        self.refused(4, "expected vnc://", "guest:5900")
        self.refused(4, "a route's name has", "vnc+vchan:@App!")
        self.refused(4, "only ?service=NAME", "vnc+channel:org.xenhub.vnc?port=1")
        self.refused(2, "--rotate 45", "--rotate", "45", uri)
        self.refused(2, "unrecognized option", "--nonsense", uri)
        self.refused(2, "--windowed", "--windowed", "big", uri)
        self.refused(2, "needs to know the hub", "--input", "hub", uri)
        self.refused(2, "--exit-after", "--exit-after", "soon", uri)
        self.refused(2, "missing: give", "-c", self.configuration("[display]\n"))
        self.refused(2, "xenhub.conf:2: [display] rotate: expected", "-c", self.configuration("[display]\nrotate = up\n"))
        self.refused(2, "xenhub.conf:2: [connection x] uri:", "-c", self.configuration("[connection x]\nuri = ftp://x\n"))
        self.refused(2, "no such option here", "-c", self.configuration("[display]\nrotat = 90\n"))
        self.refused(5, "cannot read", "-c", self.folder / "missing.conf", uri)

    def test_bad_places(self):
        screen = self.screen_of()
        uri = f"vnc+unix:{self.folder / 'nobody'}"
        env = {"DISPLAY": screen.name}
        self.refused(6, "no screen", uri, env={"DISPLAY": ":9999", "SDL_VIDEODRIVER": "x11"})
        self.refused(6, "no output 7", "--output", "7", uri, env=env)
        self.refused(5, "cannot read the password", "--password-file", self.folder / "missing", uri, env=env)
        secret = self.folder / "secret"
        secret.write_text("well known\n")
        secret.chmod(0o640)
        run = subprocess.run([BIN / "xenhub-display", "--exit-after", "1", "--password-file", secret, uri], stderr=subprocess.PIPE,
                             text=True, timeout=20, env={**os.environ, **env})
        self.assertIn(f"others can read this password: chmod 600 {secret}", run.stderr)
        self.refused(7, "software", "--present", "gpu", uri, env={**env, **OPENGL})

    def test_nobody_there(self):
        screen = self.screen_of()
        shot = self.folder / "status.bmp"
        env = {**os.environ, "DISPLAY": screen.name}
        run = subprocess.run([BIN / "xenhub-display", "--exit-after", "1", "--screenshot", shot,
                              f"vnc+unix:{self.folder / 'nobody'}"], stderr=subprocess.PIPE, text=True, env=env, timeout=20)
        self.assertEqual(run.returncode, 8, run.stderr)
        self.assertIn("No such file", run.stderr)
        self.assertGreater(len({pixel for row in read_bmp(shot) for pixel in row}), 3, "there is a status page")

    def test_password(self):
        """A server that wants one, and refuses ours: said once, not tried again all the time, but when a person wants it."""
        path, attempts = self.folder / "vnc", []
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(4)
        listener.settimeout(2)
        self.addCleanup(lambda: [one.close() for one in [listener, *attempts]])
        secret = self.folder / "secret"
        secret.write_text("wrong\n")
        screen = self.screen_of()
        os.environ["DISPLAY"] = screen.name
        display = self.start("xenhub-display", "--password-file", secret, f"vnc+unix:{path}")

        def refuse_all():
            try:
                while True:
                    client, _ = listener.accept()
                    attempts.append(client)
                    client.sendall(b"RFB 003.008\n\x01\x02" + bytes(16))
                    client.recv(12), client.recv(1), client.recv(16)
                    client.sendall(b"\x00\x00\x00\x01\x00\x00\x00\x04nope")
            except (TimeoutError, OSError):
                pass

        refuse_all()
        self.assertEqual(len(attempts), 1)
        # Whoever drums on the page is heard once in a second.
        self.xdotool(screen, "click", "--repeat", 5, "--delay", 20, 1)
        refuse_all()
        self.assertEqual(len(attempts), 2)
        self.xdotool(screen, "click", 1)
        refuse_all()
        self.assertEqual(len(attempts), 3)
        display.signal(signal.SIGTERM)
        self.assertEqual(display.wait(), 0, display.story())
        self.assertIn("nope", display.errors)
        self.assertNotIn("wrong", display.errors)


if __name__ == "__main__":
    main()
