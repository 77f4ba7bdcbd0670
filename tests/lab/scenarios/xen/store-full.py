# SPDX-License-Identifier: GPL-2.0-or-later
"""A hub in a guest, which XenStore gives nothing for free: first it may not write, then its quota of nodes is used up, then all is well."""

import re

from labkit.common import BIN
from labkit.devices import KEYBOARD, Uinput
from labkit.events import EV_KEY, KEY_A, KEY_B, line

NEEDS = "xenhubd xenhub"
ROOM = 6  # nodes that the quota leaves: a device alone has more
NAMED = r"(/local/domain/\d+/xenhub\S*): cannot [^:]+: "


def nodes(lab, domid):
    """How many nodes this domain owns, as xenstored counts them."""
    return int(re.search(r"nodes +: +(\d+)", str(lab.guest.run(f"xenstore-control quota {domid}"))).group(1))


def run(lab):
    app = lab.domain("app")
    app.run("modprobe -a uinput evdev")
    app.install_whole(BIN / "xenhubd", BIN / "xenhub")
    keyboard = Uinput(app.agent, KEYBOARD, True)
    app.agent.write_file("/run/xenhub.conf", "[publish]\nxenstore = yes\n")  # a guest's hub does not by itself
    hub = app.spawn("exec xenhubd -c /run/xenhub.conf --foreground --source evdev --no-grab --listen unix:/run/hub --control /run/control 2>&1")

    def doctor():
        told = app.run("xenhub --control /run/control doctor", check=False)
        return next((each for each in told.text.replace("\n ", " ").splitlines() if " states " in each), "")

    refused = hub.expect(f"{NAMED}Permission denied", 30).group(1)
    watcher = app.spawn("exec xenhub watch --link unix:/run/hub --format evemu --keys")
    hub.expect("is connected")
    keyboard.tap("KEY_A")  # who connects late is told what is held, and nothing is
    watcher.expect(line(EV_KEY, KEY_A, 0))
    assert "FAIL" in doctor() and "Dom0 has to give this domain the node" in doctor(), doctor()

    home = app.view("xenhub")
    lab.guest.run(f"xenstore-control quota set nodes {nodes(lab, app.domid) + ROOM} && "
                  f"xenstore-write {home} '' && xenstore-chmod {home} n{app.domid}")
    full = hub.expect(f"{NAMED}No space left on device", 30).group(1)
    keyboard.tap("KEY_B")
    watcher.expect(line(EV_KEY, KEY_B, 0))
    assert "FAIL" in doctor() and "has a quota" in doctor(), doctor()

    lab.guest.run("xenstore-control quota set nodes 1000")
    hub.expect("XenStore is written again", 30)
    lab.until(lambda: keyboard.name in str(app.run("xenstore-ls -f xenhub 2> /dev/null || true")), "the tree is not there")
    assert "ok" in doctor(), doctor()
    assert "cannot be removed" not in hub.text, hub.text
    assert hub.stop().status == 0, hub.text
    left = str(app.run("xenstore-ls -f xenhub 2> /dev/null || true"))
    assert not left, f"left standing: {left}"
    return f"{refused} was named when it was denied, {full} when it was full; events went on, and all was written in the end"
