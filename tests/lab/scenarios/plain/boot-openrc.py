# SPDX-License-Identifier: GPL-2.0-or-later
"""OpenRC starts xenhubd with its runlevel, as configs/openrc say it: as its user, grabbing; again each time it is killed; stopped, it lets go."""

from labkit import boot
from labkit.devices import KEYBOARD

NEEDS = "xenhubd xenhub xenhub-relay"
ON_REQUEST = "forty seconds"
PACKAGES = "openrc librc1 libeinfo1"
SERVICES = ("xenhubd", "xenhub-relay")
DEATHS = 11  # a second each; OpenRC by itself gives up after the tenth
ROUTE = "[route echo]\nlisten = unix:/run/xenhub/a\nconnect = unix:/run/xenhub/b\n"


def prepare(lab):
    boot.make_root(lab, boot.unpacked("openrc", PACKAGES))
    boot.install(lab, *NEEDS.split())
    for name in SERVICES:
        lab.guest.write_file(f"{boot.ROOT}/etc/init.d/{name}", boot.shipped(f"openrc/{name}.in"), mode="755")
    # What Alpine has of its own; and Debian's OpenRC asks for the other init system's files.
    lab.guest.run(f"""cd {boot.ROOT}/etc && touch insserv.conf && mkdir -p insserv.conf.d xenhub conf.d &&
        printf '#!/sbin/openrc-run\\nstart() {{ :; }}\\n' > init.d/localmount && chmod 755 init.d/localmount &&
        mkdir -p /run/openrc && : > /run/openrc/softlevel""")
    lab.guest.write_file(f"{boot.ROOT}/etc/xenhub/xenhub.conf", boot.shipped("xenhub.conf"))
    lab.guest.write_file(f"{boot.ROOT}/etc/xenhub/relay.conf", boot.shipped("relay.conf"))


def status(lab, name):
    return boot.run(lab, f"rc-service {name} status", check=False).text


def run(lab):
    prepare(lab)
    lab.uinput(KEYBOARD)
    boot.run(lab, "rc-update add localmount boot && rc-update add xenhubd default && rc-update add xenhub-relay default", timeout=60)
    said = boot.run(lab, "openrc default", timeout=90).text
    assert "started" in status(lab, "xenhubd"), said
    lab.until(lambda: boot.hub_grabs(lab), "what OpenRC started grabs nothing")
    boot.check_confined(lab)
    # The relay's configuration names no route as it is shipped: refused, with the reason, and everything else is started.
    assert "there is no [route NAME]" in said and "started" not in status(lab, "xenhub-relay"), said
    lab.guest.write_file(f"{boot.ROOT}/etc/xenhub/relay.conf", ROUTE)
    boot.run(lab, "rc-service xenhub-relay start")
    lab.until(lambda: "unix:/run/xenhub/a" in boot.run(lab, "xenhub-relay status", check=False).text, "the relay does not run")

    boot.die(lab, DEATHS)
    assert "started" in status(lab, "xenhubd")
    before = boot.hub_pid(lab)
    boot.run(lab, "rc-service xenhubd restart", timeout=60)
    lab.until(lambda: boot.hub_pid(lab) != before and boot.hub_grabs(lab), "after a restart nothing is grabbed")
    boot.run(lab, "rc-service xenhubd stop && rc-service xenhub-relay stop", timeout=60)
    assert boot.hub_pid(lab) == "" and "stopped" in status(lab, "xenhubd"), status(lab, "xenhubd")
    left = str(lab.guest.run("ls /run/xenhub"))
    assert not left, f"left behind: {left}"

    lab.guest.run(f"echo nonsense > {boot.ROOT}/etc/xenhub/xenhub.conf")
    refused = boot.run(lab, "rc-service xenhubd start", check=False, timeout=60)
    assert refused.status != 0 and "xenhub.conf:1: " in refused.text and boot.hub_pid(lab) == "", refused.text
    return f"started by its runlevel without root, again after each of {DEATHS} deaths, restarted, stopped without a trace; a wrong line refused"
