# SPDX-License-Identifier: GPL-2.0-or-later
"""A route from guest to guest carries bytes; a third guest sees nothing of it; either end dies, and it comes back."""

import re
import time

from labkit.common import BIN
from labkit.hub import Hub
from labkit.links import denied

NEEDS = "xenhubd link_echo"
CONFIGURATION = """
[route keys]
server = app
client = gui
[route later]
server = gui
client = nowhere
"""
BYTES = 4 << 20
PATIENCE = 60
LIMIT = "/sys/module/xen_gntalloc/parameters/limit"


def serve(guest):
    guest.install(BIN / "link_echo")
    return guest.spawn("exec link_echo serve vchan:@keys 2>&1")


def ask(guest):
    guest.install(BIN / "link_echo")
    return guest.spawn(f"exec link_echo ask vchan:@keys {BYTES}")


def nodes(lab):
    """Of routes, all that there are."""
    listed = str(lab.guest.run("xenstore-ls -f /local/domain | grep -E '/xenhub/(route|serve|svc)/[a-z]' || true"))
    return [re.sub(r" = .*", "", line) for line in listed.splitlines()]


def run(lab):
    gui, app, third = lab.domain("gui"), lab.domain("app"), lab.domain("channels")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    app.run(f"echo 100 > {LIMIT}")
    server, client = serve(app), ask(gui)
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf", "--source", "evdev")
    hub.process.expect("route 'later': waits for domain 'nowhere'")
    server.expect(r"needs 129 pages to grant, but xen_gntalloc.limit \(100\) is reached", PATIENCE)
    app.run(f"echo 1024 > {LIMIT}")
    server.expect(r"^# peer route 'keys'", PATIENCE)
    took = int(client.expect(r"^# echoed \d+ bytes in (\d+) ms", PATIENCE).group(1))
    base = app.view("xenhub/svc/keys")
    rights = str(lab.guest.run(f"xenstore-ls -fp {app.view('xenhub/svc')}"))
    assert f"(n{app.domid},r{gui.domid})" in rights, rights

    refused = denied(third, f"list {base}", f"read {base}/v/ring-ref", f"list {gui.view('xenhub/route')}", f"list {app.view('xenhub/serve')}",
                     f"write {base}/v/ring-ref 8", f"write {third.view('xenhub/route/keys/domid')} {app.domid}")
    refused += denied(gui, f"write {gui.view('xenhub/route/keys/domid')} 0", f"write {base}/v/ring-ref 8")

    done = []
    # The server's domain dies without a word.
    began = time.monotonic()
    app.destroy()
    client.expect("^# lost Dom0 has taken the route back", PATIENCE)
    noticed = time.monotonic() - began
    lab.until(lambda: not nodes(lab), f"stale: {nodes(lab)}")
    app.create()
    server = serve(app)
    client.expect(r"^# echoed", PATIENCE)
    done.append(f"server re-created (noticed after {noticed:.1f} s)")

    # The client's, too.
    began = time.monotonic()
    gui.destroy()
    server.expect("^# gone", PATIENCE)
    noticed = time.monotonic() - began
    lab.until(lambda: not nodes(lab), f"stale: {nodes(lab)}")
    gui.create()
    client = ask(gui)
    client.expect(r"^# echoed", PATIENCE)
    done.append(f"client re-created (noticed after {noticed:.1f} s)")

    # Peers without their domains: the server makes the next vchan by itself.
    client.kill()
    server.expect("^# gone")
    client = gui.spawn(f"exec link_echo ask vchan:@keys {BYTES}")
    client.expect("^# echoed", PATIENCE)
    server.kill()
    client.expect("^# lost", PATIENCE)
    server = app.spawn("exec link_echo serve vchan:@keys")
    client.expect("^# echoed", PATIENCE)

    # A hub that restarts disturbs nobody; one that has no such route any more takes it back.
    before = str(gui.run("xenstore-read xenhub/route/keys/generation"))
    hub.process.kill()
    hub.process.wait()
    lab.guest.run("rm -f /run/lab/link /run/lab/control")
    hub.start()
    hub.process.expect("route 'keys': from domain")
    assert str(gui.run("xenstore-read xenhub/route/keys/generation")) == before and "# lost" not in client.text.rsplit("# echoed", 1)[1]
    hub.stop()
    lab.guest.run("sed -i s/keys/other/ /run/lab/xenhub.conf")
    hub.start()
    client.expect("^# lost Dom0 has taken the route back", PATIENCE)
    server.expect("^# gone")
    return f"{2 * BYTES / took / 1000:.1f} MB/s both ways together, {refused} attempts refused, {', '.join(done)}"
