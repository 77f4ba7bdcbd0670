# SPDX-License-Identifier: GPL-2.0-or-later
"""`xenhub doctor` finds what is wrong in a machine and names the command that mends it."""

from labkit.hub import CONTROL

NEEDS = "xenhub"


def run(lab):
    def doctor():
        return lab.call("xenhub", "--control", CONTROL, "doctor", check=False)

    healthy = doctor()
    assert "uinput" in healthy.text, healthy.text
    lab.guest.run("mv /dev/uinput /dev/hidden")
    broken = doctor()
    assert broken.status != 0 and "modprobe uinput" in broken.text, broken.text
    lab.guest.run("mv /dev/hidden /dev/uinput; mv /run/udev /run/udev-away")
    broken = doctor()
    assert "udev" in broken.text and broken.text != healthy.text, broken.text
    return f"{len(healthy.lines)} findings, uinput and udev missed when gone"
