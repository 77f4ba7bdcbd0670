# SPDX-License-Identifier: GPL-2.0-or-later
"""libxenvchan between Dom0 and a guest: the numbers of a bare echo."""


def run(lab):
    gui = lab.domain("gui")
    path = "/local/domain/0/lab/vchan"
    server = lab.guest.spawn(f"vchan-echo server {gui.domid} {path}")
    server.expect("listening")
    report = str(gui.run(f"vchan-echo client 0 {path}", timeout=90))
    assert report.startswith("round trip p50"), report
    assert server.wait().status == 0
    return report
