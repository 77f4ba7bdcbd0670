# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-relay over real vchan, from guest to guest and from Dom0: every byte, at the rate of a bare libxenvchan copy."""

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
PATIENCE = 60
RATE_MIN = 0.8  # of a bare copy from pipe to pipe
NOISE = 1.25  # the machine is emulated, and seldom alone


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
    return sorted(ratios)[TURNS // 2], sorted(bare_rates)[TURNS // 2]


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    Hub(lab, "-c", "/run/lab/xenhub.conf")
    prepare(gui)
    prepare(app)
    guest_to_guest(lab, gui, app)
    ratio, bare = from_dom0(lab, gui)
    told = f"guest to guest every byte, both ends killed and the domain destroyed; from Dom0 {ratio:.2f} x a bare copy's {bare:.1f} MB/s"
    assert ratio >= RATE_MIN / NOISE, told
    return told
