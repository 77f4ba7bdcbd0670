# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest is paused, saved and restored: it goes on where it was, under a new domain id."""


def run(lab):
    guest = lab.domain("gui")
    before = guest.domid
    guest.run("echo kept > /tmp/kept")
    lab.guest.run("xl pause gui; xl unpause gui; xl save gui /run/lab/saved", timeout=60)
    assert not guest.exists()
    lab.guest.run("inhost; xl restore /run/lab/saved", timeout=60)
    guest.connect()
    assert str(guest.run("cat /tmp/kept")) == "kept"
    assert guest.domid != before
    return f"domain {before} went on as {guest.domid}"
