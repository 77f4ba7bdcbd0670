# SPDX-License-Identifier: GPL-2.0-or-later
"""XenStore's permissions are real: a guest reads what Dom0 shows it and changes none of it, nor sees another's."""

from labkit.links import denied


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    mine, other = gui.view("xenhub"), app.view("xenhub")
    for path, domid in ((mine, gui.domid), (other, app.domid)):
        lab.guest.run(f"xenstore-write {path}/serial 1; xenstore-chmod -r {path} n0 r{domid}")

    assert str(gui.run("xenstore-read xenhub/serial")) == "1"
    refused = denied(gui, f"write {mine}/serial 2", f"write {mine}/new 1", f"remove {mine}", f"open {mine} {gui.domid}",
                     f"read {other}/serial", f"list {other}", "write /local/domain/0/lab 1")
    assert str(lab.guest.run(f"xenstore-read {mine}/serial")) == "1"
    gui.run("xenstore-write data/own 1")
    return f"{refused} attempts refused"
