# SPDX-License-Identifier: GPL-2.0-or-later
"""The hub's connection to XenStore is cut: links stay and the key stays held, and all states are written anew once it is back."""

from labkit.common import TOP
from labkit.devices import KEYBOARD
from labkit.events import EV_KEY, KEY_A, KEY_B, line
from labkit.hub import CONTROL, Hub
from labkit.links import twin_in

NEEDS = "xenhubd xenhub xenhub-twin python3"
CONFIGURATION = """
[guest gui]
link = vchan
classes = all
publish_keys = yes
[guest app]
link = vchan
classes = all
"""
STORE, REAL = "/run/lab/store", "/run/xenstored/socket"
PROXY = f"exec inhost python3 -B {TOP}/tests/integration/kit/storeproxy.py {STORE} {REAL}"
MINE, VIEW = "/local/domain/0/xenhub", "xenhub"


def proxy(lab):
    process = lab.guest.spawn(f"rm -f {STORE}; {PROXY}")
    process.expect("listening", 60)
    return process


def doctor(lab):
    told = lab.call("xenhub", "--control", CONTROL, "doctor", check=False)
    return next((each for each in told.lines if " states " in each), "")


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    keyboard = lab.uinput(KEYBOARD)
    connection = proxy(lab)
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf", wrapper=f"/usr/bin/env XENSTORED_PATH={STORE}")
    _, node = twin_in(lab, gui, keyboard.name)
    reader = lab.read(node, agent=gui.agent)
    keyboard.play("KEY_A 1")
    reader.expect(line(EV_KEY, KEY_A, 1))
    view = f"xenstore-ls -f {VIEW} 2> /dev/null || true"
    lab.until(lambda: "KEY_A" in str(gui.run(view)), "the view does not say what is held")

    connection.kill()
    connection.wait()
    hub.process.expect("the connection to XenStore is lost")
    keyboard.tap("KEY_B")
    reader.expect(line(EV_KEY, KEY_B, 0))
    assert "FAIL" in doctor(lab), doctor(lab)
    # What is written anew can only be seen where something is missing; nothing changes from here on.
    lab.guest.run(f"xenstore-rm {MINE}; xenstore-rm {gui.view(VIEW)}/device; xenstore-rm {gui.view(VIEW)}/focus")
    proxy(lab)
    lab.until(lambda: "KEY_A" in str(gui.run(view)), "the view is not written anew", 40)
    lab.until(lambda: keyboard.name in str(lab.guest.run(f"xenstore-ls -f {MINE} 2> /dev/null || true")),
              "the hub's own tree is not written anew")
    assert "ok" in doctor(lab), doctor(lab)
    lab.guest.run(f"xenstore-write {MINE}/focus-request app")
    lab.until(lambda: str(app.run(f"xenstore-read {VIEW}/focus")) == "1", "focus cannot be asked for any more")
    reader.expect(line(EV_KEY, KEY_A, 0))
    twin_in(lab, app, keyboard.name)
    assert "link ended" not in hub.process.text, "a link did not survive"
    return "links stayed, the view and the hub's tree came back, focus can be asked for, a further guest joins"
