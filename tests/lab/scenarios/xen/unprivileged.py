# SPDX-License-Identifier: GPL-2.0-or-later
"""The udev rules of configs/ under a real udevd: with them, and without root, the hub of Dom0 serves a guest and writes its states."""

from labkit.common import TOP
from labkit.devices import KEYBOARD
from labkit.events import EV_KEY, KEY_A, line
from labkit.hub import Hub
from labkit.links import twin_in

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
    _, node = twin_in(lab, gui, keyboard.name)
    reader = lab.read(node, agent=gui.agent)
    keyboard.play("KEY_A 1")
    reader.expect(line(EV_KEY, KEY_A, 1))
    lab.until(lambda: "KEY_A" in str(gui.run("xenstore-ls -f xenhub 2> /dev/null || true")), "the guest's view does not say what is held")
    lab.guest.run("xenstore-write /local/domain/0/xenhub/focus-request none")
    reader.expect(line(EV_KEY, KEY_A, 0))
    warned = [each for each in hub.process.lines if "cannot" in each or "ermission" in each]
    assert not warned, warned
    hub.stop()
    return "4 nodes given to the group, privcmd not; a hub of uid 777 without capabilities grabbed, served vchan, wrote and was asked"
