# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's own VNC socket in Dom0, seen in a guest to the pixel: over vchan, and over a PV channel beside an echo."""

from labkit.common import BIN
from labkit.xen import CHANNEL

NEEDS = "xenhub-relay relay_load rfb_dump qemu-system-x86_64"
ECHO_BYTES = 50000
PATIENCE = 90


def routes(*all_of_them):
    return "[relay]\ncontrol = /run/lab/relay.sock\n" + "".join(
        f"[route {name}]\nlisten = {listen}\nconnect = {connect}\nservice = {service}\n"
        for name, listen, connect, service in all_of_them)


def picture(run, dump, path):
    """A hash of what the server shows."""
    # Packed, and with patience: a PV channel has its own speed.
    result = run(f"{dump} -e zrle -s 3000 -l {1000 * PATIENCE} {path} /run/lab/picture.ppm && "
                 "sha256sum < /run/lab/picture.ppm && wc -c < /run/lab/picture.ppm", timeout=2 * PATIENCE)
    digest, size = str(result).split()[-3], int(str(result).split()[-1])
    return digest, size


def run(lab):
    guest = lab.domain("channels")
    guest.install_whole(BIN / "xenhub-relay", BIN / "relay_load", BIN / "rfb_dump")
    lab.guest.run("mkdir -p /run/lab")
    guest.run("mkdir -p /run/lab")
    lab.guest.spawn("exec inhost qemu-system-x86_64 -S -m 16 -nodefaults -vga std -display none -vnc unix:/run/lab/screen")
    lab.start("relay_load", "echo", "/run/lab/echo")
    lab.guest.until("test -S /run/lab/screen -a -S /run/lab/echo", PATIENCE)

    channel = f"channel:channels/{CHANNEL}"
    lab.guest.write_file("/run/lab/relay.conf", routes(
        ("vchan", "vchan:channels/screen", "unix:/run/lab/screen", "vnc"),
        ("channel", channel, "unix:/run/lab/screen", "vnc"),
        ("echo", channel, "unix:/run/lab/echo", "echo")))
    guest.agent.write_file("/run/lab/relay.conf", routes(
        ("vchan", "unix:/run/lab/over-vchan", "vchan:@screen", "vnc"),
        ("channel", "unix:/run/lab/over-channel", f"channel:{CHANNEL}", "vnc"),
        ("echo", "unix:/run/lab/echo", f"channel:{CHANNEL}", "echo")))
    here = lab.start("xenhub-relay", "-c", "/run/lab/relay.conf")
    there = guest.spawn("exec xenhub-relay -c /run/lab/relay.conf")
    lab.until(lambda: there.text.count(": up, with") == 2, "both links are up", PATIENCE)

    original = picture(lab.guest.run, f"inhost {BIN / 'rfb_dump'}", "/run/lab/screen")
    echo = guest.spawn(f"relay_load ask /run/lab/echo {ECHO_BYTES}")
    seen = {kind: picture(guest.run, "rfb_dump", f"/run/lab/over-{kind}") for kind in ("vchan", "channel")}
    result = echo.wait(PATIENCE)
    assert result.status == 0, result.text
    for kind, found in seen.items():
        assert found == original, f"over {kind}: {found}, and in Dom0 {original}"
    seconds = float(result.text.split()[-1])
    told = lab.call("xenhub-relay", "status", "--control", "/run/lab/relay.sock").text
    assert "serves  up" in told, told
    here.kill()
    there.kill()
    return (f"{original[1]} bytes of picture alike over both; the channel took {ECHO_BYTES} bytes there and back in {seconds:.1f} s "
            "beside it")
