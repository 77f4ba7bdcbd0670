# SPDX-License-Identifier: GPL-2.0-or-later
"""Dom0 with xl, two guests that are up, and one more that comes, reboots and goes."""


def run(lab):
    for name in ("gui", "app"):
        guest = lab.domain(name)
        assert int(str(guest.run("xenstore-read domid"))) == guest.domid
        guest.run("ls /dev/xen/evtchn /dev/xen/gntdev /dev/xen/gntalloc /dev/xen/xenbus /dev/uinput || "
                  "modprobe -a uinput && ls /dev/uinput")
    new = lab.domain("new")
    new.create()
    before = new.domid
    new.destroy()
    assert not new.exists()
    new.create()
    assert new.domid > before
    return f"domains {[lab.domain(name).domid for name in ('gui', 'app', 'new')]}"
