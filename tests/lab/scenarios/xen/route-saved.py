# SPDX-License-Identifier: GPL-2.0-or-later
"""Both ends of a route between guests are saved and restored, one after the other: `xenhub quiesce` takes the route back meanwhile."""

from labkit.common import BIN, TOP
from labkit.hub import CONTROL, Hub

NEEDS = "xenhubd xenhub link_echo"
CONFIGURATION = """
[route keys]
server = app
client = gui
"""
SAVE = TOP / "configs/xenhub-save"
PATIENCE = 60


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    lab.guest.run(f"printf '#!/bin/sh\\nexec inhost {BIN / 'xenhub'} --control {CONTROL} \"$@\"\\n' > /run/lab/xenhub && "
                  "chmod +x /run/lab/xenhub")
    for guest in (gui, app):
        guest.install(BIN / "link_echo")
    # What they say is kept in the guests: the talk with their agents does not go on across a restore.
    app.run("link_echo serve vchan:@keys > /run/said 2>&1 &")
    gui.run("link_echo ask vchan:@keys 65536 > /run/said 2>&1 &")
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")

    def count(guest, what):
        return int(str(guest.run(f"grep -c '^# {what}' /run/said || true")))

    lab.until(lambda: count(gui, "echoed") == 1, "nothing passes", PATIENCE)
    ids = [f"{gui.domid} and {app.domid}"]
    for number, guest in enumerate((app, gui), 2):
        lab.guest.run(f"PATH=/run/lab:$PATH sh /host{SAVE} {guest.name} /run/lab/saved", timeout=90)
        assert not guest.exists()
        hub.process.expect("route 'keys': taken back")
        lab.guest.run("inhost; xl restore /run/lab/saved && rm /run/lab/saved", timeout=90)
        guest.connect()
        lab.until(lambda: count(gui, "echoed") == number, f"nothing passes after {guest.name} was restored", PATIENCE)  # pylint: disable=W0640
        assert count(gui, "lost") == number - 1 and count(app, "gone") == number - 1
        ids.append(f"{gui.domid} and {app.domid}")
    assert hub.process.status is None
    return f"domains {', then '.join(ids)}: bytes passed each time"
