# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-relay over real vchan, from guest to guest and from Dom0: every byte, at the rate of a bare libxenvchan copy.

And a key beside a picture on one link, next to a bare libxenvchan echo beside a bare copy; and a route to a guest that is not there.
"""

import re

from labkit.common import BIN
from labkit.hub import Hub

NEEDS = "xenhubd xenhub-relay relay_load"
CONFIGURATION = """
[route pictures]
server = app
client = gui
"""
BYTES = 2 << 20
RATE_BYTES = 12 << 20
TURNS = 3
KEYS = 200  # of each measurement beside a picture
PATIENCE = 60
RATE_MIN = 0.8  # of a bare copy from pipe to pipe
NOISE = 1.25  # the machine is emulated, and seldom alone


def median(values):
    return sorted(values)[len(values) // 2]


def prepare(guest):
    guest.install_whole(BIN / "xenhub-relay", BIN / "relay_load")
    guest.run("mkdir -p /run/lab")


def relay(guest, *words):
    return guest.spawn(f"exec xenhub-relay --log-level debug {' '.join(words)}")


def ask(guest, path, count=BYTES):
    """Says a pattern to an echo at the other end, which has to come back as it went. False: the stream was reset."""
    return guest.run(f"relay_load ask {path} {count}", timeout=PATIENCE, check=False)


def until_asked(lab, guest, path):
    lab.until(lambda: ask(guest, path, 10000).status == 0, f"{path}: no echo", PATIENCE)


def guest_to_guest(lab, gui, app):
    """The app guest serves its route; either end is killed, and then its domain is destroyed."""
    server = app.spawn("exec relay_load echo /run/lab/echo")
    app.agent.until("test -S /run/lab/echo")
    there = relay(app, "vchan:@pictures", "unix:/run/lab/echo")
    here = relay(gui, "--control /run/lab/control", "unix:/run/lab/near", "vchan:@pictures")
    until_asked(lab, gui, "/run/lab/near")
    result = ask(gui, "/run/lab/near")
    assert result.status == 0, result.text
    for _ in range(2):
        waiting = gui.spawn("exec relay_load ping /run/lab/near 60 100000")
        there.kill()
        waiting.wait(PATIENCE)  # reset, not left to wait for its 60 seconds
        there = relay(app, "vchan:@pictures", "unix:/run/lab/echo")
        until_asked(lab, gui, "/run/lab/near")
        here.kill()
        here = relay(gui, "--control /run/lab/control", "unix:/run/lab/near", "vchan:@pictures")
        until_asked(lab, gui, "/run/lab/near")
    app.destroy()
    here.expect("the link has ended", PATIENCE)
    told = gui.run("xenhub-relay status --control /run/lab/control").text
    assert "vchan:@pictures  joins" in told, told
    app.create()
    prepare(app)
    server = app.spawn("exec relay_load echo /run/lab/echo")
    there = relay(app, "vchan:@pictures", "unix:/run/lab/echo")
    until_asked(lab, gui, "/run/lab/near")
    for process in (here, there, server):
        process.kill()
    return str(told)


def from_dom0(lab, gui):
    """Dom0 opens the streams and serves the link; the guest joins it, and takes them."""
    sink = gui.spawn("exec relay_load sink /run/lab/sink")
    gui.agent.until("test -S /run/lab/sink")
    there = relay(gui, "--listen-link join", "vchan:@screen", "unix:/run/lab/sink")
    here = lab.start("xenhub-relay", "unix:/run/lab/screen", "vchan:gui/screen")
    here.expect("up, with", PATIENCE)
    path = "/local/domain/0/lab/bare"
    ratios, bare_rates = [], []
    for _ in range(TURNS):
        seconds = float(str(lab.call("relay_load", "send", "/run/lab/screen", RATE_BYTES, timeout=PATIENCE)).strip())
        receiver = gui.spawn(f"vchan-pipe receive 0 {path} | relay_load drain")
        lab.guest.run(f"inhost {BIN / 'relay_load'} pour {RATE_BYTES} | vchan-pipe send {gui.domid} {path}", timeout=PATIENCE)
        bare_seconds = float(receiver.wait(PATIENCE).text.split()[-1])
        ratios.append(bare_seconds / seconds)
        bare_rates.append(RATE_BYTES / bare_seconds / 1e6)
    for process in (here, there, sink):
        process.kill()
    return median(ratios), median(bare_rates)


def to_nobody(lab):
    """A route that names a guest nobody knows: one line, a state, and it waits."""
    process = lab.start("xenhub-relay", "--control", "/run/lab/nobody", "unix:/run/lab/to-nobody", "vchan:nobody/screen")
    process.expect("vchan:nobody/screen: waits for domain 'nobody'", PATIENCE)
    lab.guest.until("test -S /run/lab/nobody")
    told = str(lab.call("xenhub-relay", "status", "--control", "/run/lab/nobody"))
    assert re.search(r"vchan:nobody/screen +serves +waiting", told), told
    assert "waits for domain 'nobody', which is not there" in told, told
    process.kill()
    assert process.text.count("'nobody'") == 1, process.text


def beside_picture(lab, gui):
    """A key there and back while a picture takes all there is, from Dom0 to the guest: p50 and p99 in us, ours and a bare echo's."""
    for name in ("sink", "echo"):
        gui.spawn(f"exec relay_load {name} /run/lab/{name}-far")
        gui.agent.until(f"test -S /run/lab/{name}-far")
    there, here = "[relay]\ncontrol = /run/lab/there\n", "[relay]\ncontrol = /run/lab/here\n"
    for name in ("sink", "echo"):
        there += f"[route {name}]\nlisten = vchan:@both\nlisten-link = join\nconnect = unix:/run/lab/{name}-far\nservice = {name}\n"
        here += f"[route {name}]\nlisten = unix:/run/lab/{name}-near\nconnect = vchan:gui/both\nservice = {name}\n"
    gui.run(f"cat > /run/lab/relay.conf <<'END'\n{there}END")
    lab.guest.run(f"cat > /run/lab/relay.conf <<'END'\n{here}END")
    relays = [gui.spawn("exec xenhub-relay -c /run/lab/relay.conf"), lab.start("xenhub-relay", "-c", "/run/lab/relay.conf")]
    relays[1].expect("up, with", PATIENCE)
    picture = lab.start("relay_load", "send", "/run/lab/sink-near", 1 << 60)
    ours = [float(word) for word in str(lab.call("relay_load", "ping", "/run/lab/echo-near", KEYS / 100, 10000,
                                                 timeout=PATIENCE)).split()[:2]]
    picture.kill()
    for process in relays:
        process.kill()

    path = "/local/domain/0/lab/beside"
    copy = gui.spawn(f"vchan-pipe receive 0 {path}-copy > /dev/null")
    pours = lab.guest.spawn(f"vchan-pipe send {gui.domid} {path}-copy < /dev/zero")
    server = lab.guest.spawn(f"vchan-echo server {gui.domid} {path}")
    server.expect("listening")
    report = str(gui.run(f"vchan-echo client 0 {path} {KEYS} 1", timeout=PATIENCE))
    for process in (pours, copy, server):
        process.kill()
    bare = [float(number) for number in re.findall(r"(?:p50|p99) ([0-9.]+)", report)]
    return ours, bare


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    Hub(lab, "-c", "/run/lab/xenhub.conf")
    prepare(gui)
    prepare(app)
    guest_to_guest(lab, gui, app)
    to_nobody(lab)
    ratio, bare = from_dom0(lab, gui)
    ours, echo = beside_picture(lab, gui)
    told = (f"guest to guest every byte, both ends killed and the domain destroyed; from Dom0 {ratio:.2f} x a bare copy's {bare:.1f} MB/s; "
            f"a key beside a picture p50 {ours[0] / 1000:.1f} ms, p99 {ours[1] / 1000:.1f} ms, {ours[0] / echo[0]:.2f} x and "
            f"{ours[1] / echo[1]:.2f} x a bare echo's beside a bare copy")
    assert ratio >= RATE_MIN / NOISE, told
    return told
