# SPDX-License-Identifier: GPL-2.0-or-later
"""Too few pages to grant: the hub says which limit it is, goes on, and serves the guest once the limit is raised."""

from labkit.devices import KEYBOARD
from labkit.hub import Hub
from labkit.links import twin_in

NEEDS = "xenhubd xenhub xenhub-twin"
LIMIT = "/sys/module/xen_gntalloc/parameters/limit"


def run(lab):
    before = str(lab.guest.run(f"cat {LIMIT}"))
    gui = lab.domain("gui")
    keyboard = lab.uinput(KEYBOARD)
    lab.guest.run(f"echo 12 > {LIMIT}")
    hub = Hub(lab, "--listen", "vchan:app", "--listen", "vchan:gui")
    said = hub.process.expect(r"needs \d+ pages to grant, but xen_gntalloc\.limit \(12\) is reached").group(0)
    assert hub.devices(), "the hub does not go on"
    lab.guest.run(f"echo {before} > {LIMIT}")
    twin_in(lab, gui, keyboard.name)
    return f"refused with 12 pages, served with {before}: {said}"
