# SPDX-License-Identifier: GPL-2.0-or-later
"""An ACPI battery and charger: percent, mains and warnings follow the kernel's events, though nobody claims; then the action."""

from labkit.hub import Hub
from labkit.sensors import states

NEEDS = "xenhubd xenhub"


def run(lab):
    lab.guest.run("printf '[sensors]\\naction = /bin/touch /run/lab/acted\\n' > /run/lab/xenhub.conf; charge 80 ac charging")
    hub = Hub(lab, "-c", "/run/lab/xenhub.conf")

    def until(**wanted):
        def there():
            power = states(hub, "power")
            return all(power.get(f"power/{name.replace('_', '-')}") == value for name, value in wanted.items())
        lab.until(there, f"power does not become {wanted}")

    until(percent=80, on_ac=1, status="charging", warning="none")
    lab.guest.run("charge 79")
    until(percent=79, on_ac=0, status="discharging")
    lab.guest.run("charge 15")
    until(percent=15, warning="low")
    assert lab.guest.run("test -e /run/lab/acted", check=False).status != 0, "the action came too early"
    lab.guest.run("charge 1")
    until(warning="action")
    lab.guest.until("test -e /run/lab/acted")
    lab.guest.run("charge 2 ac charging")
    until(on_ac=1, warning="none")
    return "80 % on mains, 79, 15 low, 1 acted"
