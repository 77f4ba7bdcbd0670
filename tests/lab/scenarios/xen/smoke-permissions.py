# SPDX-License-Identifier: GPL-2.0-or-later
"""XenStore's permissions are real: a guest reads what Dom0 shows it and changes none of it, nor sees another's."""


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    mine, other = gui.view("xenhub"), app.view("xenhub")
    for path, domid in ((mine, gui.domid), (other, app.domid)):
        lab.guest.run(f"xenstore-write {path}/serial 1; xenstore-chmod -r {path} n0 r{domid}")

    assert str(gui.run("xenstore-read xenhub/serial")) == "1"
    refused = 0
    for command in (f"xenstore-write {mine}/serial 2", f"xenstore-write {mine}/new 1", f"xenstore-rm {mine}",
                    f"xenstore-chmod {mine} w{gui.domid}", f"xenstore-read {other}/serial", f"xenstore-ls {other}",
                    "xenstore-write /local/domain/0/lab 1"):
        result = gui.run(command, check=False)
        assert result.status != 0, f"{command} was allowed"
        refused += 1
    assert str(lab.guest.run(f"xenstore-read {mine}/serial")) == "1"
    gui.run("xenstore-write data/own 1")
    return f"{refused} attempts refused"
