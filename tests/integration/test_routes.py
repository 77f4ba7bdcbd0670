#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Routes between guests in a real xenstored, on a machine without Xen: who is told what, and what never stands there any more."""

import ctypes
import shutil
import sys
import unittest

from kit.programs import BIN, Program
import test_views
import test_xenstore
from kit.store import missing, until

ROUTES = """
[route pictures]
server = app
client = 6a3f7c1e-0f3b-4d0c-9d7e-1b2a3c4d5e6f

[route later]
server = nowhere
client = app
"""


class Routes(unittest.TestCase):
    setUp = test_xenstore.XenStore.setUp
    domain, xenstore, tree = (test_views.Views.__dict__[name] for name in ("domain", "xenstore", "tree"))

    def hub(self, words=ROUTES):
        configuration = f"{self.folder}/xenhub.conf"
        with open(configuration, "w", encoding="utf-8") as out:
            out.write(words)
        hub = Program(BIN / "xenhubd", "-c", configuration, "--source", self.recording(),
                      "--listen", f"unix:{self.folder}/hub.sock", "--control", f"{self.folder}/control.sock")
        self.addCleanup(hub.end)
        return hub

    def recording(self):
        return test_xenstore.XenStore.keyboard(self, "held.evemu")

    def ctl(self, *words):
        done = Program(BIN / "xenhub", "--control", f"{self.folder}/control.sock", *words)
        done.wait()
        return done

    def release(self, number):
        self.store.run("xenstore-rm", f"/local/domain/{number}")
        self.xenstore("xs_release_domain", ctypes.c_uint(number))

    def permissions(self, number):
        listed = self.store.run("xenstore-ls", "-p", "-f", f"/local/domain/{number}/xenhub").stdout
        return {line.split(" ")[0].split("/xenhub/")[1]: line.rsplit("(", 1)[1].rstrip(")") for line in listed.splitlines()}

    def begin(self):
        self.domain(3, "gui", "6a3f7c1e-0f3b-4d0c-9d7e-1b2a3c4d5e6f")
        self.domain(4, "app", "11111111-2222-3333-4444-555555555555")
        self.domain(5, "stranger", "99999999-2222-3333-4444-555555555555")
        hub = self.hub()
        until(lambda: "route/pictures/generation" in self.tree(3), "the client is told")
        return hub

    def test_both_ends_are_told_and_nobody_else(self):
        hub = self.begin()
        generation = self.tree(3)["route/pictures/generation"]
        path = "/local/domain/4/xenhub/svc/pictures/v"
        self.assertEqual(self.tree(3), {"route": "", "route/pictures": "", "route/pictures/domid": "4", "route/pictures/path": path,
                                        "route/pictures/generation": generation})
        self.assertEqual(self.tree(4), {"serve": "", "serve/pictures": "", "serve/pictures/domid": "3", "serve/pictures/path": path,
                                        "serve/pictures/generation": generation, "svc": "", "svc/pictures": ""})
        self.assertEqual(self.tree(5), {})
        self.assertEqual(self.permissions(4)["svc/pictures"], "n4,r3")
        for number, words in ((3, "route/pictures"), (4, "serve/pictures")):
            for name in ("", "/domid", "/path", "/generation"):
                self.assertEqual(self.permissions(number)[words + name], f"n0,r{number}")
        hub.until(lambda: "route 'later': waits for domain 'nowhere'" in hub.errors, "who is not there is waited for")

    def test_ends_that_go_and_come(self):
        self.begin()
        first = self.tree(3)["route/pictures/generation"]
        self.release(4)
        until(lambda: self.tree(3) == {"route": ""}, "the client is told that the server is gone")
        self.assertEqual(self.store.run("xenstore-exists", "/local/domain/4").returncode, 1)
        self.domain(6, "app", "11111111-2222-3333-4444-555555555555")
        until(lambda: self.tree(3).get("route/pictures/domid") == "6", "it leads to the new one")
        self.assertNotEqual(self.tree(3)["route/pictures/generation"], first)
        self.release(3)
        until(lambda: self.tree(6) == {"serve": "", "svc": ""}, "the server is told that the client is gone")
        self.domain(7, "nowhere", "22222222-2222-3333-4444-555555555555")
        until(lambda: self.tree(6).get("route/later/domid") == "7", "who was waited for is there")

    def test_a_hub_that_begins_leaves_what_is_right_and_clears_what_is_not(self):
        hub = self.begin()
        # The server's own, a route that Dom0 serves, and what a hub with another configuration has left.
        self.store.run("xenstore-write", "/local/domain/4/xenhub/svc/pictures/v/ring-ref", "8")
        for name, domid in (("screen", "0"), ("stale", "9"), ("s" * 100, "9")):
            self.store.run("xenstore-write", f"/local/domain/3/xenhub/route/{name}/domid", domid)
        self.store.run("xenstore-write", "/local/domain/5/xenhub/svc/stale/v", "", "/local/domain/5/xenhub/serve/stale/domid", "3")
        before = self.tree(3)["route/pictures/generation"], self.tree(4)
        hub.process.kill()
        hub.wait()
        hub = self.hub()
        hub.until(lambda: "route 'pictures': from domain 3" in hub.errors, "it has looked")
        self.assertEqual((self.tree(3)["route/pictures/generation"], self.tree(4)), before)
        self.assertEqual(self.tree(3)["route/screen/domid"], "0")
        self.assertEqual({path.split("/")[1] for path in self.tree(3) if "/" in path}, {"pictures", "screen"})
        self.assertEqual(self.tree(5), {"svc": "", "serve": ""})
        hub.end()
        self.assertIn("route/pictures/domid", self.tree(3), "an orderly end disturbs no stream either")
        self.hub(ROUTES.replace("pictures", "others"))
        until(lambda: "route/pictures" not in self.tree(3), "what is in no policy any more goes")
        self.assertEqual(set(self.tree(4)), {"serve", "svc"} | {f"serve/others{name}" for name in ("", "/domid", "/path", "/generation")}
                         | {"svc/others"})

    def test_a_domain_that_is_to_be_saved(self):
        self.begin()
        self.assertEqual(self.ctl("quiesce", "stranger").wait(), 1)
        self.assertEqual(self.ctl("quiesce", "app").wait(), 0)
        self.assertEqual((self.tree(3), self.tree(4)), ({"route": ""}, {"serve": "", "svc": ""}))
        # Another that comes meanwhile changes nothing.
        self.domain(8, "nobody", "33333333-2222-3333-4444-555555555555")
        self.assertEqual(self.ctl("quiesce", "gui").wait(), 0)
        self.assertEqual(self.tree(3), {"route": ""})
        self.assertEqual(self.ctl("resume", "gui").wait(), 0)
        until(lambda: "route/pictures/generation" in self.tree(3), "it is there again")


if __name__ == "__main__":
    if missing():
        print("skipped:", missing())
        sys.exit(77)
    unittest.main()
