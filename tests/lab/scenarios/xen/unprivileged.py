# SPDX-License-Identifier: GPL-2.0-or-later
"""The udev rules of configs/ under a real udevd, in Dom0 and in a guest: with them, and without root, a hub here serves a twin there."""

import shutil
from pathlib import Path

from labkit.common import BIN, TOP
from labkit.devices import KEYBOARD
from labkit.events import EV_KEY, KEY_A, line
from labkit.hub import Hub
from labkit.packages import ROOT

NEEDS = "xenhubd xenhub xenhub-twin setpriv"
RULES = TOP / "configs/udev/70-xenhub.rules"
INPUT, XENHUB, USER = 3, 777, 777  # input's number is that of the lab's /etc/group
AS_XENHUB = f"/usr/bin/setpriv --reuid {USER} --regid {XENHUB} --groups {INPUT} --no-new-privs --bounding-set=-all --inh-caps=-all"
NODES = "/dev/xen/xenbus /dev/xen/evtchn /dev/xen/gntalloc /dev/xen/gntdev"


def install(agent, rules=RULES):
    """The group, and the rules as a package would bring them."""
    agent.run(f"grep -q '^xenhub:' /etc/group || echo 'xenhub:x:{XENHUB}:' >> /etc/group; mkdir -p /run/udev/rules.d && "
              f"cp /host{rules} /run/udev/rules.d/ && udevadm control --reload && "
              "udevadm trigger --action=add --subsystem-match=misc --subsystem-match=input --subsystem-match=tty && udevadm settle")


def mode(agent, node):
    return str(agent.run(f"stat -c '%a %g' {node}"))


def prepare_guest(guest):
    """udevd, the user, and a twin's program, in a guest that has none of them."""
    guest.run("modprobe -a uinput evdev")
    guest.install_whole(BIN / "xenhub-twin", ROOT / "bin/udevadm", Path(shutil.which("setpriv")))
    guest.run("mkdir -p /run/udev/rules.d")
    guest.agent.write_file("/run/udev/rules.d/70-xenhub.rules", RULES.read_text())
    guest.run(f"echo 'xenhub:x:{USER}:{XENHUB}::/:/bin/false' >> /etc/passwd && echo 'xenhub:x:{XENHUB}:' >> /etc/group && "
              "ln -s /usr/bin/udevadm /run/systemd-udevd && /run/systemd-udevd --daemon && "
              "udevadm trigger --action=add && udevadm settle")
    for node in (*NODES.split(), "/dev/uinput", "/dev/hvc1"):
        assert mode(guest.agent, node) == f"660 {XENHUB}", f"{node} in the guest: {mode(guest.agent, node)}"
    assert mode(guest.agent, "/dev/hvc0") != f"660 {XENHUB}", "hvc0 is the console"


def twin_as_user(lab, guest, name):
    """xenhub-twin as that user, and the node of its twin."""
    process = guest.spawn(f"exec {AS_XENHUB} xenhub-twin auto 2>&1")
    node = lab.input_named(name, agent=guest.agent)
    status = str(guest.run("grep -E '^(Uid|CapEff)' /proc/$(pidof xenhub-twin)/status"))
    assert f"Uid:\t{USER}" in status and "CapEff:\t0000000000000000" in status, status
    return process, node


def run(lab):
    gui = lab.domain("gui")
    before = {node: mode(lab.guest, node) for node in NODES.split()}
    assert f"660 {XENHUB}" not in before.values(), before
    lab.guest.run("inhost")
    install(lab.guest)
    after = {node: mode(lab.guest, node) for node in NODES.split()}
    assert set(after.values()) == {f"660 {XENHUB}"}, after
    assert mode(lab.guest, "/dev/xen/privcmd").startswith("600"), "privcmd is Dom0's whole power"

    lab.guest.run(f"mkdir -p /run/lab && chgrp {XENHUB} /run/lab && chmod 2775 /run/lab")
    lab.guest.run("cat > /run/lab/xenhub.conf <<'END'\n[guest gui]\nlink = vchan\nclasses = all\npublish_keys = yes\nEND")
    keyboard = lab.uinput(KEYBOARD)
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf", grab=True, wrapper=AS_XENHUB)
    status = str(lab.guest.run(f"grep -E '^(Uid|CapEff|NoNewPrivs)' /proc/{hub.pid}/status"))
    assert f"Uid:\t{USER}" in status and "CapEff:\t0000000000000000" in status, status
    lab.until(lambda: hub.is_grabbed(keyboard.name), "the keyboard is not grabbed")
    prepare_guest(gui)
    _, node = twin_as_user(lab, gui, keyboard.name)
    reader = lab.read(node, agent=gui.agent)
    keyboard.play("KEY_A 1")
    reader.expect(line(EV_KEY, KEY_A, 1))
    lab.until(lambda: "KEY_A" in str(gui.run("xenstore-ls -f xenhub 2> /dev/null || true")), "the guest's view does not say what is held")
    lab.guest.run("xenstore-write /local/domain/0/xenhub/focus-request none")
    reader.expect(line(EV_KEY, KEY_A, 0))
    warned = [each for each in hub.process.lines if "cannot" in each or "ermission" in each]
    assert not warned, warned
    hub.stop()
    return ("4 nodes given to the group here, 6 in the guest, privcmd and the console not; without capabilities a hub grabbed, served, wrote "
            "and was asked, and a twin there was made")
