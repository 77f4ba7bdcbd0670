# SPDX-License-Identifier: GPL-2.0-or-later
"""Each guest reads its own view of the hub's states, and nothing else, and changes none of it: held keys with focus alone."""

import json

from labkit.devices import KEYBOARD
from labkit.hub import CONTROL, Hub

NEEDS = "xenhubd xenhub"
CONFIGURATION = """
[guest gui]
link = vchan
classes = all
publish_keys = yes
[guest app]
link = vchan
classes = keyboard
"""
READ = "xenstore-ls -f xenhub 2>/dev/null || true"


def held(guest):
    """How many keys are held as the guest itself reads it, in its view; None when that says nothing of keys."""
    counts = [line.rsplit('"', 2)[1] for line in str(guest.run(READ)).splitlines() if "/keys-held = " in line]
    return sum(map(int, counts)) if counts else None


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    keyboard = lab.uinput(KEYBOARD)
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
    hub.device(keyboard.name)
    keyboard.play("KEY_A 1")
    lab.until(lambda: held(gui) == 1, "the guest with focus does not read that a key is held")
    assert "KEY_A" in str(gui.run(READ)), "publish_keys shows no key code"
    assert held(app) is None, "the other one reads it, too"

    lab.guest.run("xenstore-write /local/domain/0/xenhub/focus-request app")
    lab.until(lambda: held(app) == 1, "focus did not go to who was asked for in XenStore")
    assert held(gui) is None, "who lost focus still reads what is held"
    assert "KEY_A" not in str(app.run(READ)), "key codes without publish_keys"

    refused = 0
    mine, other = gui.view("xenhub"), app.view("xenhub")
    node = str(gui.run("xenstore-list xenhub/device")).splitlines()[0]
    for command in (f"xenstore-write {mine}/serial 2", f"xenstore-write {mine}/focus 1", f"xenstore-write {mine}/new 1",
                    f"xenstore-write {mine}/device/{node}/name x", f"xenstore-rm {mine}", f"xenstore-rm {mine}/focus",
                    f"xenstore-chmod {mine} w{gui.domid}", f"xenstore-read {other}/serial", f"xenstore-ls {other}",
                    "xenstore-ls /local/domain/0/xenhub", "xenstore-write /local/domain/0/xenhub/focus-request gui"):
        result = gui.run(command, check=False)
        assert result.status != 0, f"{command} was allowed"
        refused += 1
    assert str(gui.run("xenstore-read xenhub/focus")) == "0" and "/new" not in str(gui.run(READ)), "something was changed"
    assert json.loads(lab.call("xenhub", "--control", CONTROL, "state", "focus", "--json").text)["focus"]["value"] == "app"

    # Its domain ends, and comes back with another number: the view begins anew, and nothing is left of the old one.
    before = gui.domid
    gui.destroy()
    hub.ctl("focus", "none")
    lab.until(lambda: lab.guest.run(f"xenstore-exists /local/domain/{before}", check=False).status == 1,
              "the view of a domain that is gone was raised from the dead")
    gui.create()
    lab.until(lambda: "/focus = " in str(gui.run(READ)), "the new domain has no view")
    keyboard.play("KEY_A 0")
    hub.stop()
    left = str(gui.run(READ)) + str(lab.guest.run("xenstore-ls -f /local/domain/0/xenhub 2>/dev/null || true"))
    assert not left, f"left standing by a hub that has ended: {left}"
    return f"{refused} attempts refused, domain {before} became {gui.domid}"
