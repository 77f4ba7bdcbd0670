# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that has a relay's link from Dom0 mapped is saved and restored: `xenhub-save` has the relay let go before, and serve it again."""

from labkit.common import BIN, TOP
from labkit.hub import CONTROL, Hub

NEEDS = "xenhubd xenhub xenhub-relay relay_load"
RELAY = "/run/lab/relay"
ASKED_BYTES = 100000
SAVE = TOP / "configs/xenhub-save"
PATIENCE = 60


def run(lab):
    gui = lab.domain("gui")
    hub = Hub(lab)  # which serves the guest nothing
    lab.guest.run("".join(f"printf '#!/bin/sh\\nexec inhost {BIN / name} {more} \"$@\"\\n' > /run/lab/{name} && chmod +x /run/lab/{name};"
                          for name, more in (("xenhub", f"--control {CONTROL}"), ("xenhub-relay", ""))))
    gui.install_whole(BIN / "xenhub-relay", BIN / "relay_load")
    # What they say is kept in the guest: the talk with its agent does not go on across a restore.
    gui.run("relay_load echo /run/echo > /dev/null 2>&1 & xenhub-relay --listen-link join vchan:@screen unix:/run/echo > /run/relay 2>&1 &")
    here = lab.start("xenhub-relay", "--control", RELAY, "unix:/run/lab/near", "vchan:gui/screen")

    def carries():
        return lab.call("relay_load", "ask", "/run/lab/near", ASKED_BYTES, check=False, timeout=PATIENCE).status == 0

    def state():
        return str(lab.call("xenhub-relay", "status", "--control", RELAY))

    lab.until(carries, "no relay carries", PATIENCE)
    held = lab.start("relay_load", "ping", "/run/lab/near", 3600, 100000)
    ids = [gui.domid]
    lab.guest.run(f"PATH=/run/lab:$PATH XENHUB_RELAYS={RELAY} sh /host{SAVE} gui /run/lab/saved", timeout=90)
    assert not gui.exists()
    held.wait(PATIENCE)  # reset, not left to wait
    here.expect("asked to let go of the link for a while")
    assert "quiet" not in state(), "it is not resumed"
    lab.guest.run("inhost; xl restore /run/lab/saved && rm /run/lab/saved", timeout=90)
    gui.connect()
    ids.append(gui.domid)
    lab.until(carries, "no relay carries after the restore", PATIENCE)
    assert "the link has ended" in str(gui.run("cat /run/relay"))

    # While it is quiet nothing is served, and a save that comes to nothing leaves it as it was.
    lab.call("xenhub-relay", "quiesce", "gui", "--control", RELAY)
    assert "quiet" in state() and not carries()
    lab.guest.run(f"PATH=/run/lab:$PATH XENHUB_RELAYS={RELAY} sh /host{SAVE} gui /nowhere/saved", check=False, timeout=90)
    lab.until(carries, "no relay carries after a save that failed", PATIENCE)
    assert hub.process.status is None and here.status is None
    return f"domains {ids[0]} and {ids[1]}: the relay let go, was resumed, and carried again"
