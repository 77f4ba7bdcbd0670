# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest with Xorg and SPICE's agent in it, and on the host a viewer of it: xenhub-display under Xvfb, turned by 90."""

import os
import signal
import subprocess
import time

from . import picture, screen
from .common import BIN, Failure
from .machine import die_with_parent

NEEDS = "xenhub-display xenhub-display-spice.so Xvfb xdotool xclip Xorg xkbcomp spice-vdagentd spice-vdagent xlogo xdpyinfo xrandr"
PATIENCE = 60
WIDTH, HEIGHT = 1200, 720  # of the guest as the viewer wants it: no mode that a guest begins with
XORG = """
Section "Device"
    Identifier "screen"
    Driver "modesetting"
    Option "AccelMethod" "none"
EndSection
Section "ServerFlags"
    Option "DontVTSwitch" "true"
EndSection
"""


class Desktop:
    """In the guest: Xorg on the kernel's driver, the agent's daemon and the agent of the session, something to look at."""

    def __init__(self, lab, driver):
        self.guest = lab.guest
        screen.load_driver(lab, driver, "/dev/dri/card0")
        self.guest.run("mkdir -p /run/spice-vdagentd; chmod 1777 /tmp; mount --bind /tmp /host/tmp")
        self.guest.write_file("/run/lab/xorg.conf", XORG.encode())
        self.guest.spawn("exec inhost Xorg :0 -config /run/lab/xorg.conf -logfile /run/lab/xorg.log -novtswitch -sharevts vt1 "
                         "-nolisten tcp -noreset -retro")
        self.guest.until("inhost env DISPLAY=:0 xdpyinfo > /dev/null", PATIENCE)
        self.start_agent()
        # Nothing in it is like what is beside it, in any direction.
        self.spawn("xlogo -geometry 300x200+37+61")

    def spawn(self, command):
        return self.guest.spawn(f"exec inhost env DISPLAY=:0 {command}")

    def run(self, command):
        return self.guest.run(f"inhost env DISPLAY=:0 {command}", check=False, timeout=PATIENCE).text

    def start_agent(self):
        """Without logind: -X."""
        self.daemon = self.guest.spawn("exec inhost spice-vdagentd -x -X -d -d")
        self.guest.until("test -S /run/spice-vdagentd/spice-vdagent-sock", PATIENCE)
        self.agent = self.spawn("spice-vdagent -x -d")
        self.daemon.expect("is now the active session", PATIENCE)

    def stop_agent(self):
        self.agent.stop(PATIENCE)
        self.daemon.stop(PATIENCE)

    def until_size(self, width, height):
        until(lambda: f"dimensions:    {width}x{height} pixels" in self.run("xdpyinfo"), f"the guest has {width}x{height} pixels")

    def pointer(self):
        words = self.run("xdotool getmouselocation").split()
        return [int(word.split(":")[1]) for word in words[:2]]

    def copy(self, text):
        process = self.spawn("xclip -i -selection clipboard -quiet")
        process.send(text)
        process.end_input()

    def paste(self):
        return self.run("timeout 5 xclip -o -selection clipboard")


class Viewer:
    """On the host. It is ended with `with`."""

    def __init__(self, lab, clipboard):
        self.lab, self.folder = lab, lab.folder
        self.shot = self.folder / "shown.bmp"
        config = self.folder / "display.conf"
        config.write_text("[display]\nrotate = 90\nresize-remote = yes\nindicators = never\n"
                          f"[connection guest]\nuri = spice+unix:{lab.machine.spice}\nclipboard = {clipboard}\n")
        # The number that is free is said through a pipe.
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{HEIGHT}x{WIDTH}x24", "-nolisten", "tcp"], pass_fds=[write],
            stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        os.close(write)
        with os.fdopen(read) as number:
            self.env = {**os.environ, "DISPLAY": f":{number.readline().strip()}", "HOME": str(self.folder)}
        self.log = open(self.folder / f"viewer-{clipboard}.log", "w")
        self.display = subprocess.Popen([BIN / "xenhub-display", "-c", config, "--log-level", "debug", "--screenshot", self.shot],
                                        env=self.env, stdout=self.log, stderr=self.log, preexec_fn=die_with_parent)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in (self.display, self.server):
            process.terminate()
            process.wait()
        self.log.close()

    def run(self, *command, text=""):
        return subprocess.run([str(word) for word in command], env=self.env, input=text, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False).stdout

    def point(self, x, y):
        """At that pixel of the guest."""
        self.run("xdotool", "mousemove", HEIGHT - 1 - y, x)

    def copy(self, text):
        # It goes on in the background, and is not to hold a pipe of ours open.
        subprocess.run(["xclip", "-i", "-selection", "clipboard"], env=self.env, input=text, text=True, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE)

    def paste(self):
        return self.run("timeout", "2", "xclip", "-o", "-selection", "clipboard")

    def shown(self):
        """The rows of what it shows, or None."""
        self.shot.unlink(missing_ok=True)
        self.display.send_signal(signal.SIGUSR1)
        until(lambda: self.shot.exists() and self.shot.stat().st_size > HEIGHT * WIDTH * 3, "the viewer's picture is saved")
        return picture.of_bmp(self.shot.read_bytes())

    def differing(self):
        """How many pixels are not as QEMU has them."""
        path = self.folder / "guest.ppm"
        self.lab.qmp.execute("screendump", filename=str(path))
        drawn, shown = picture.of_ppm(path.read_bytes()), self.shown()
        assert len({pixel for row in drawn for pixel in row}) > 1, "the guest shows nothing that could be compared"
        if (len(drawn[0]), len(drawn)) != (WIDTH, HEIGHT) or (len(shown[0]), len(shown)) != (HEIGHT, WIDTH):
            return WIDTH * HEIGHT
        return sum(shown[x][HEIGHT - 1 - y] != drawn[y][x] for y in range(HEIGHT) for x in range(WIDTH))

    def hit(self, guest, x, y):
        """
        The daemon is told to put the pointer there, to the pixel; X rounds what a tablet says down to the pixel before. The
        daemon makes a new tablet for each size: what the old one is told is lost, and a new one does not know that 0 is news.
        """
        def there():
            self.point(WIDTH // 2, HEIGHT // 2)
            self.point(x, y)
            guest.daemon.expect(rf"mouse-event: mon 0 {x}x{y}$", PATIENCE)
            place = guest.pointer()
            return max(abs(place[0] - x), abs(place[1] - y)) <= 1
        until(there, f"the guest's pointer is at {x},{y}")

    def until_alike(self):
        until(lambda: self.differing() == 0, "what is shown is what QEMU has")


def until(ready, what):
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > deadline:
            raise Failure(f"not in {PATIENCE} s: {what}")
        time.sleep(0.3)
