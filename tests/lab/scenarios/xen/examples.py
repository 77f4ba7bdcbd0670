# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of configs/examples as they stand, kernel and disk lines aside: three domains by xl, and Dom0's hub, and all links work."""

import re

from labkit.common import BIN, TOP
from labkit.devices import KEYBOARD, MOUSE, TOUCHSCREEN, Uinput, lift, touch
from labkit.events import ABS_MT_POSITION_X, EV_ABS, EV_KEY, EV_REL, KEY_A, REL_X, line
from labkit.links import prepare_guest
from labkit.machine import LINUX_ARGUMENTS

NEEDS = "xenhubd xenhub xenhub-twin"
EXAMPLES = TOP / "configs/examples"
MACHINES_OWN = re.compile(r"^(kernel|ramdisk|extra|disk)\s*=")
CONTROL = "/run/xenhub/control.sock"
PATIENCE = 60


def create(lab, name):
    """The domain of NAME.cfg."""
    domain, images = lab.domain(name), lab.machine.images
    stands = [text for text in (EXAMPLES / f"{name}.cfg").read_text().splitlines() if not MACHINES_OWN.match(text)]
    own = [f'kernel = "/host{images["vmlinux"]}"', f'ramdisk = "/host{images["domu"]}"',
           f'extra = "console=hvc0 loglevel=1 {LINUX_ARGUMENTS.replace("loglevel=4", "")}"']
    lab.guest.write_file(f"/run/lab/{name}.cfg", "".join(f"{text}\n" for text in stands + own))
    lab.guest.run(f"inhost && xl create -q /run/lab/{name}.cfg", timeout=60)
    domain.connect()
    return domain


def run(lab):
    for name in ("gui", "app"):  # the snapshot's, which are called the same
        lab.domain(name).destroy()
    # The group that dom0.conf names is the package's to make; this root is read-only.
    lab.guest.run("inhost && cp /host/etc/group /run/lab/group && (grep -q ^xenhub: /run/lab/group || echo xenhub:x:777: >> /run/lab/group) && "
                  "mount --bind /run/lab/group /host/etc/group")
    keyboard, finger = lab.uinput(KEYBOARD.replace("Lab Keyboard", "Dom0 Keyboard")), lab.uinput(TOUCHSCREEN)
    hub = lab.start("xenhubd", "--foreground", "-c", str(EXAMPLES / "dom0.conf"))
    lab.guest.until(f"test -S {CONTROL}")
    ctl = lambda *words: lab.call("xenhub", "--control", CONTROL, *words)

    gui, app, usb = (create(lab, name) for name in ("gui", "app", "usb"))
    usb.run("modprobe -a uinput evdev")
    usb.install_whole(BIN / "xenhubd")
    usb.agent.write_file("/etc/xenhub.conf", (EXAMPLES / "usb.conf").read_text())
    mouse = Uinput(usb.agent, MOUSE, True)
    usb.spawn("mkdir -p /run/xenhub; exec xenhubd --foreground -c /etc/xenhub.conf 2>&1")

    # The GUI domain has focus, since it comes first: Dom0's own devices over vchan, and the USB domain's mouse over its channel.
    readers = {}
    for guest, link in ((gui, "auto"), (app, "channel:xenhub")):
        prepare_guest(guest)
        guest.spawn(f"exec xenhub-twin {link}")
    for guest, device in ((gui, keyboard), (gui, mouse), (app, finger)):
        readers[device] = lab.read(lab.input_named(device.name, PATIENCE, agent=guest.agent), agent=guest.agent)
    keyboard.play("KEY_A 1", "KEY_A 0")
    readers[keyboard].expect(line(EV_KEY, KEY_A, 0))
    mouse.play("REL_X 5")
    readers[mouse].expect(line(EV_REL, REL_X, 5))

    # The app domain gets the panel when it has focus, and nothing else at any time.
    ctl("focus", "app")
    finger.play(touch(0, 101, 321, 20, "BTN_TOUCH 1"), lift(0, "BTN_TOUCH 0"))
    readers[finger].expect(line(EV_ABS, ABS_MT_POSITION_X, 321))
    listed = str(app.run("cat /proc/bus/input/devices"))
    assert keyboard.name not in listed and mouse.name not in listed, listed
    assert str(app.run("xenstore-read xenhub/focus")) == "1" and str(gui.run("xenstore-read xenhub/focus")) == "0"
    hub.stop()
    return "gui by vchan, app by its PV channel, usb as a source: frames came through all three"
