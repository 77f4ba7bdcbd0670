# SPDX-License-Identifier: GPL-2.0-or-later
"""libxenvchan from Dom0 to a guest and from guest to guest, with the numbers of a bare echo."""


def echo(server_side, client_side, server_domid, client_domid, path):
    server = server_side.spawn(f"vchan-echo server {client_domid} {path}")
    server.expect("listening")
    report = str(client_side.run(f"vchan-echo client {server_domid} {path}", timeout=90))
    assert report.startswith("round trip p50"), report
    assert server.wait().status == 0
    return report


def run(lab):
    gui, app = lab.domain("gui"), lab.domain("app")
    from_dom0 = echo(lab.guest, gui, 0, gui.domid, "/local/domain/0/lab/vchan")

    # A guest may serve another one where Dom0 made a node that the server owns and the client may read.
    route = app.view("route")
    lab.guest.run(f"xenstore-write {route} ''; xenstore-chmod {route} n{app.domid} r{gui.domid}")
    between = echo(app, gui, app.domid, gui.domid, route)
    return f"from Dom0: {from_dom0}; between guests: {between}"
