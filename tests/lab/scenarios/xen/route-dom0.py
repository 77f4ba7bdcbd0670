# SPDX-License-Identifier: GPL-2.0-or-later
"""Dom0 serves a guest's route by itself: bytes pass beside the hub's own link, the guest comes back, and so does the server."""

from labkit.common import BIN
from labkit.devices import KEYBOARD
from labkit.hub import Hub
from labkit.links import twin_in

NEEDS = "xenhubd xenhub-twin link_echo"
CONFIGURATION = """
[guest gui]
link = vchan
classes = all
[route taken]
server = app
client = gui
"""
BYTES = 4 << 20
PATIENCE = 60


def ask(guest):
    guest.install(BIN / "link_echo")
    return guest.spawn(f"exec link_echo ask vchan:@pictures {BYTES}")


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    keyboard = lab.uinput(KEYBOARD)
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
    server = lab.start("link_echo", "serve", "vchan:gui/pictures")
    client = ask(gui)
    server.expect("^# peer route 'pictures'", PATIENCE)
    took = int(client.expect(r"^# echoed \d+ bytes in (\d+) ms", PATIENCE).group(1))
    twin_in(lab, gui, keyboard.name)  # its view and its own link are not disturbed
    assert app.run("xenstore-read xenhub/route/pictures/path", check=False).status != 0, "another guest has it, too"

    # A route that the policy leads elsewhere is not Dom0's to serve.
    other = lab.start("link_echo", "serve", "vchan:gui/taken")
    other.expect("leads to domain")
    other.stop()

    # A hub that restarts leaves it alone.
    hub.stop()
    hub.start()
    hub.process.expect("route 'taken': from domain")
    assert "# lost" not in client.text, client.text

    server.kill()
    server.wait()
    client.expect("^# lost", PATIENCE)
    server = lab.start("link_echo", "serve", "vchan:gui/pictures")
    client.expect("^# echoed", PATIENCE)

    gui.destroy()
    server.expect("^# gone")
    gui.create()
    client = ask(gui)
    client.expect("^# echoed", PATIENCE)
    client.kill()
    server.expect("^# gone")
    return f"{2 * BYTES / took / 1000:.1f} MB/s both ways together, server and guest came back"
