# SPDX-License-Identifier: GPL-2.0-or-later
"""Each guest reads its own view of the hub's states, and nothing else, and changes none of it: held keys with focus alone."""

import json

from labkit.common import BIN
from labkit.devices import KEYBOARD
from labkit.events import EV_KEY, KEY_A, line
from labkit.hub import CONTROL, Hub
from labkit.links import denied

NEEDS = "xenhubd xenhub"
CONFIGURATION = """
[guest gui]
link = vchan
classes = all
publish_keys = yes
[guest app]
link = vchan
classes = keyboard
[guest {app_uuid}]
link = vchan
classes = all
publish_keys = yes
"""
READ = "xenstore-ls -f xenhub 2>/dev/null || true"


def held(guest):
    """How many keys are held as the guest itself reads it, in its view; None when that says nothing of keys."""
    counts = [each.rsplit('"', 2)[1] for each in str(guest.run(READ)).splitlines() if "/keys-held = " in each]
    return sum(map(int, counts)) if counts else None


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    uuid = str(lab.guest.run(f"xenstore-read /local/domain/{app.domid}/vm")).removeprefix("/vm/")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION.format(app_uuid=uuid)}END")
    keyboard = lab.uinput(KEYBOARD)
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
    # One domain, two sections: the first holds, for its link as for its view.
    hub.process.expect(f"vchan:{uuid}: is domain 'app' .*, which vchan:app serves already")
    hub.process.expect(rf"\[guest {uuid}\]: is domain {app.domid}, which has another")
    hub.device(keyboard.name)
    keyboard.play("KEY_A 1")
    lab.until(lambda: held(gui) == 1, "the guest with focus does not read that a key is held")
    assert "KEY_A" in str(gui.run(READ)), "publish_keys shows no key code"
    assert held(app) is None, "the other one reads it, too"

    lab.guest.run("xenstore-write /local/domain/0/xenhub/focus-request app")
    lab.until(lambda: held(app) == 1, "focus did not go to who was asked for in XenStore")
    assert held(gui) is None, "who lost focus still reads what is held"
    assert "KEY_A" not in str(app.run(READ)), "key codes without publish_keys"

    mine, other, dom0 = gui.view("xenhub"), app.view("xenhub"), "/local/domain/0/xenhub"
    node = str(gui.run("xenstore-list xenhub/device")).splitlines()[0]
    refused = denied(gui, f"write {mine}/serial 2", f"write {mine}/focus 1", f"write {mine}/new 1", f"write {mine}/device/{node}/name x",
                     f"remove {mine}", f"remove {mine}/focus", f"open {mine} {gui.domid}", f"write {mine}/link/path x", f"read {other}/serial",
                     f"list {other}", f"list {other}/device", f"write {other}/focus 1", f"list {dom0}", f"write {dom0}/focus-request gui")
    assert str(gui.run("xenstore-read xenhub/focus")) == "0" and "/new" not in str(gui.run(READ)), "something was changed"
    assert json.loads(lab.call("xenhub", "--control", CONTROL, "state", "focus", "--json").text)["focus"]["value"] == "app"

    # The same as a person reads it there, and the events by the link that is found there.
    gui.install_whole(BIN / "xenhub")
    assert str(gui.run("xenhub state --xenstore focus")).split() == ["focus", "0"]
    watcher = gui.spawn("exec xenhub watch --link auto --format evemu --keys")
    hub.process.expect("'gui' is connected", 30)
    hub.ctl("focus", "gui")
    watcher.expect(line(EV_KEY, KEY_A, 1))
    watcher.kill()

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
