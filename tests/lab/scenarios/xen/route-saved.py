# SPDX-License-Identifier: GPL-2.0-or-later
"""Both ends of routes between guests are saved and restored, one after the other: `xenhub quiesce` takes the routes back meanwhile.

Relays are left running, with a stream open: they let go by themselves, and carry again afterwards.
"""

from labkit.common import BIN, TOP
from labkit.hub import CONTROL, Hub

NEEDS = "xenhubd xenhub xenhub-relay link_echo relay_load"
CONFIGURATION = """
[route keys]
server = app
client = gui
[route pictures]
server = app
client = gui
"""
ASKED_BYTES = 100000
SAVE = TOP / "configs/xenhub-save"
PATIENCE = 60


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    lab.guest.run(f"printf '#!/bin/sh\\nexec inhost {BIN / 'xenhub'} --control {CONTROL} \"$@\"\\n' > /run/lab/xenhub && "
                  "chmod +x /run/lab/xenhub")
    for guest in (gui, app):
        guest.install(BIN / "link_echo")
        guest.install_whole(BIN / "xenhub-relay", BIN / "relay_load")
    # What they say is kept in the guests: the talk with their agents does not go on across a restore.
    app.run("link_echo serve vchan:@keys > /run/said 2>&1 &")
    gui.run("link_echo ask vchan:@keys 65536 > /run/said 2>&1 &")
    app.run("relay_load echo /run/echo > /dev/null 2>&1 & xenhub-relay vchan:@pictures unix:/run/echo > /run/relay 2>&1 &")
    gui.run("xenhub-relay unix:/run/near vchan:@pictures > /run/relay 2>&1 &")
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")

    def carries():
        return gui.run(f"relay_load ask /run/near {ASKED_BYTES}", check=False, timeout=PATIENCE).status == 0

    def hold_a_stream():
        """One that is open, and says something ten times a second, when the route goes; `reset` tells how it ended."""
        gui.run("(relay_load ping /run/near 3600 100000 || echo reset) > /run/held 2>&1 &")

    def count(guest, what):
        return int(str(guest.run(f"grep -c '^# {what}' /run/said || true")))

    lab.until(lambda: count(gui, "echoed") == 1, "nothing passes", PATIENCE)
    lab.until(carries, "no relay carries", PATIENCE)
    ids = [f"{gui.domid} and {app.domid}"]
    for number, guest in enumerate((app, gui), 2):
        hold_a_stream()
        lab.guest.run(f"PATH=/run/lab:$PATH sh /host{SAVE} {guest.name} /run/lab/saved", timeout=90)
        assert not guest.exists()
        for name in ("keys", "pictures"):
            hub.process.expect(f"route '{name}': taken back")
        lab.guest.run("inhost; xl restore /run/lab/saved && rm /run/lab/saved", timeout=90)
        guest.connect()
        lab.until(lambda: count(gui, "echoed") == number, f"nothing passes after {guest.name} was restored", PATIENCE)  # pylint: disable=W0640
        lab.until(carries, f"no relay carries after {guest.name} was restored", PATIENCE)
        assert "reset" in str(gui.run("cat /run/held")), "a stream outlived the route it went by"
        for each in (app, gui):
            assert "the link has ended" in str(each.run("cat /run/relay")), f"{each.name}'s relay has not let go"
            each.run(": > /run/relay")
        assert count(gui, "lost") == number - 1 and count(app, "gone") == number - 1
        ids.append(f"{gui.domid} and {app.domid}")
    assert hub.process.status is None
    return f"domains {', then '.join(ids)}: bytes passed each time, and relays that were left running carried them"
