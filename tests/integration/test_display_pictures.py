# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes the pictures of docs/display.md, into the folder that XENHUB_PICTURES names. By hand: somebody has to look at them."""

import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from kit.display import Hub, Screen
from kit.servers import spawn_x
from kit.viewer import Display, main


@unittest.skipUnless(os.environ.get("XENHUB_PICTURES"), "XENHUB_PICTURES names no folder")
class Pictures(Display):
    """Those of docs/display.md: an Xvnc with an xterm and a clock, as it is shown in each scene."""

    def setUp(self):
        super().setUp()
        self.out = pathlib.Path(os.environ["XENHUB_PICTURES"]).resolve()
        # Names without a folder, so that no picture shows one of this machine.
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        self.configuration("[connection office]\nuri = vnc+unix:office.sock\n")
        name, self.xvnc = spawn_x(self, "Xvnc", "-geometry", "640x400", "-depth", "24", "-rfbport", "0", "-rfbunixpath",
                                  self.folder / "office.sock", "-SecurityTypes", "None")
        subprocess.run(["convert", "-size", "640x400", "xc:#204060", self.folder / "ground.png"], check=True)
        subprocess.run(["display", "-display", name, "-window", "root", self.folder / "ground.png"], check=False)
        for words in (["xclock", "-geometry", "110x110+515+20"], ["xeyes", "-geometry", "110x80+515+290"],
                      ["xterm", "-geometry", "62x20+20+20", "-fa", "DejaVu Sans Mono", "-fs", "9", "-e", "sh", "-c",
                       "ls -C /usr/include/linux | head -18; echo; printf 'guest $ '; exec sleep 1000"]):
            process = subprocess.Popen([words[0], "-display", name, *words[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(process.wait)
            self.addCleanup(process.terminate)
        time.sleep(2)

    def shoot(self, screen, name, *options, meanwhile=lambda: time.sleep(1)):
        part = self.folder / f"{name}.png"
        os.environ["DISPLAY"] = screen.name
        display = self.start("xenhub-display", "-c", "xenhub.conf", "--screenshot", part, *options)
        time.sleep(1)
        meanwhile()
        display.signal(signal.SIGTERM)
        self.assertEqual(display.wait(), 0)
        shutil.copyfile(part, self.out / part.name)

    def test_take_them(self):
        for degrees in (0, 90, 180, 270):
            screen = Screen(self.folder, *((400, 640) if degrees % 180 else (640, 400)))
            self.shoot(screen, f"display-{degrees}", "--rotate", degrees)
            screen.end()
        screen = Screen(self.folder, 640, 400)
        self.addCleanup(screen.end)
        hub = Hub(self.folder / "hub")

        def states():
            hub.accept()
            hub.say("power/percent", 62)
            hub.say("power/on-ac", 1)
            self.chord(screen, "l")
            self.xdotool(screen, "mousemove", 300, 350, "key", "Caps_Lock", "key", "x")
            time.sleep(1)

        self.shoot(screen, "display-indicators", "--stats", "--hub", f"unix:{self.folder / 'hub'}", meanwhile=states)
        hub.end()

        self.xdotool(screen, "key", "Caps_Lock")
        # A server that this connection does not trust.
        self.configuration("[connection office]\nuri = vnc+unix:office.sock\ntls = yes\n")
        self.shoot(screen, "display-refused")
        self.configuration("[connection office]\nuri = vnc+unix:office.sock\n")

        def kill():
            self.xvnc.terminate()
            self.xvnc.wait()
            time.sleep(3)

        self.shoot(screen, "display-status", meanwhile=kill)


if __name__ == "__main__":
    main()
