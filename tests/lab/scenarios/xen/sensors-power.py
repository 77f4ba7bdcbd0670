# SPDX-License-Identifier: GPL-2.0-or-later
"""A battery that QEMU drains: the guest that is given power reads it in its own view, the other one nothing of it. And light is read
as long as the guest lives that is given it."""

from labkit.devices import HID_LIGHT_SENSOR
from labkit.hub import Hub
from labkit.sensors import mode

NEEDS = "xenhubd xenhub"
CONFIGURATION = """
[guest gui]
link = vchan
sensors = power light
[guest app]
link = vchan
"""


def reads(guest, **wanted):
    """Whether all of that stands in the guest's view below power, as it reads it itself."""
    paths = [f"xenhub/power/{name.replace('_', '-')}" for name in wanted]
    told = guest.run("xenstore-read", *paths, check=False)
    return told.status == 0 and told.text.split() == [str(value) for value in wanted.values()]


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    lab.guest.run(f"mkdir -p /run/lab; cat > /run/lab/xenhub.conf <<'END'\n{CONFIGURATION}END")
    lab.guest.run("charge 80 ac charging")
    lab.hid(HID_LIGHT_SENSOR)
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")
    steps = (
        ("80 ac charging", dict(percent=80, on_ac=1, status="charging", warning="none")),
        ("79", dict(percent=79, on_ac=0, status="discharging", warning="none")),
        ("15", dict(percent=15, on_ac=0, status="discharging", warning="low")),
        ("16 ac charging", dict(percent=16, on_ac=1, status="charging", warning="none")),
    )
    for charge, wanted in steps:
        lab.guest.run(f"charge {charge}")
        lab.until(lambda: reads(gui, **wanted), f"gui does not read {wanted}")
    lab.until(lambda: reads(gui, **{"battery/bat0/capacity": 16, "mains/ac00/online": 1}), "the supplies are not in its view")
    # Nobody but the guest asks for light: it has no link, it reads XenStore.
    lab.until(lambda: gui.run("xenstore-read xenhub/light/0/illuminance-mlux", check=False).text.strip() == "100000",
              "gui does not read the light")
    view = str(app.run("xenstore-ls -f xenhub"))
    assert "/serial = " in view, "app has no view at all"
    assert "/power" not in view and "/light" not in view, f"app reads what it is not given: {view}"
    assert app.run(f"xenstore-read {gui.view('xenhub/power/percent')}", check=False).status != 0, "app reads the other's view"
    assert mode(hub, "light/0") in ("buffer", "silent"), mode(hub, "light/0")
    gui.destroy()
    lab.until(lambda: mode(hub, "light/0") == "off", "light is read for a guest that is gone")
    hub.stop()
    return "80 % on mains, 79, 15 low, 16 on mains; 100 lux while it lives; the other guest nothing"
