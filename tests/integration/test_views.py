#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests' views in a real xenstored, on a machine without Xen: who is shown what, and when it goes."""

import ctypes
import ctypes.util
import json
import os
import shutil
import sys
import time
import unittest
from unittest.mock import patch

from kit.programs import BIN, Program
import test_xenstore
from kit.store import missing, until

GUESTS = """
[guest gui]
link = unix
classes = keyboard buttons mouse switch
publish_keys = yes

[guest 6a3f7c1e-0f3b-4d0c-9d7e-1b2a3c4d5e6f]
link = unix
classes = buttons

[guest elsewhere]
link = unix
"""
HELD = "Store test buttons"


class Views(unittest.TestCase):
    setUp, keyboard, proxy = test_xenstore.XenStore.setUp, test_xenstore.XenStore.keyboard, test_xenstore.XenStore.proxy

    def domain(self, number, name, uuid):
        home = f"/local/domain/{number}"
        self.store.run("xenstore-write", f"{home}/vm", f"/vm/{uuid}", f"/vm/{uuid}/uuid", uuid, f"{home}/name", name)
        self.store.run("xenstore-chmod", home, "n0", f"r{number}")
        self.xenstore("xs_introduce_domain", ctypes.c_uint(number), ctypes.c_ulong(1), ctypes.c_uint(number + 2))

    def xenstore(self, call, *words):
        """What xl does when domains come and go, and no tool of XenStore's offers."""
        library = ctypes.CDLL(ctypes.util.find_library("xenstore"))
        library.xs_open.restype = ctypes.c_void_p
        past_the_proxy = os.environ.pop("XENSTORED_PATH", None)
        handle = ctypes.c_void_p(library.xs_open(0))
        if past_the_proxy:
            os.environ["XENSTORED_PATH"] = past_the_proxy
        self.assertTrue(handle)
        getattr(library, call).restype = ctypes.c_bool
        self.assertTrue(getattr(library, call)(handle, *words), call)
        library.xs_close(handle)

    def tree(self, number):
        base = f"/local/domain/{number}/xenhub"
        lines = self.store.run("xenstore-ls", "-f", base).stdout.splitlines()
        pairs = [line.split(" = ", 1) for line in lines if " = " in line]  # without what went while it was listed
        return {path[len(base) + 1:]: value.strip('"') for path, value in pairs}

    def hub(self, *sources):
        configuration = f"{self.folder}/xenhub.conf"
        with open(configuration, "w", encoding="utf-8") as out:
            out.write(GUESTS)
        words = [word for source in sources for word in ("--source", source)]
        hub = Program(BIN / "xenhubd", "-c", configuration, *words, "--listen", f"unix:{self.folder}/hub.sock",
                      "--control", f"{self.folder}/control.sock")
        self.addCleanup(hub.end)
        return hub

    def focus(self, name):
        done = Program(BIN / "xenhub", "--control", f"{self.folder}/control.sock", "focus", name)
        self.assertEqual(done.wait(), 0, done.story())

    def held(self, number):
        """What of what is pressed stands in a view."""
        words = ("/keys", "/keys-held", "/buttons", "/leds", "/contacts")
        return {path.rsplit("/", 1)[1]: value for path, value in self.tree(number).items() if path.endswith(words)}

    def begin(self):
        self.domain(3, "gui", "11111111-2222-3333-4444-555555555555")
        self.domain(4, "renamed", "6a3f7c1e-0f3b-4d0c-9d7e-1b2a3c4d5e6f")
        self.domain(5, "stranger", "99999999-2222-3333-4444-555555555555")
        self.store.run("xenstore-write", "/local/domain/3/xenhub/link/type", "vchan")
        self.store.run("xenstore-write", "/local/domain/3/xenhub/device/ghost/name", "boo")
        hub = self.hub(self.keyboard("held.evemu"))
        until(lambda: HELD in self.tree(3).values() and HELD in self.tree(4).values(), "both guests know the device")
        until(lambda: self.held(3).get("keys-held") == "1", "the one with focus knows that a key is held")
        return hub

    def test_what_is_held_is_for_who_has_focus(self):
        self.begin()
        self.assertEqual(self.tree(3)["focus"], "1")
        self.assertEqual(self.held(3)["keys"], "KEY_VOLUMEDOWN")
        self.assertEqual(self.tree(4)["focus"], "0")
        self.assertEqual(self.held(4), {})
        self.assertEqual(self.tree(5), {})
        self.assertFalse([path for path in self.tree(4) if path.startswith(("pointer", "counter")) or "/origin" in path])
        for _ in range(20):
            self.focus("6a3f7c1e-0f3b-4d0c-9d7e-1b2a3c4d5e6f")
            until(lambda: self.held(4).get("keys-held") == "1", "the other one gets it")
            self.assertEqual(self.held(3), {})
            self.focus("gui")
            until(lambda: self.held(3).get("keys-held") == "1", "and gives it back")
            self.assertEqual(self.held(4), {})

    def test_xenhub_state_reads_the_view_of_where_it_runs(self):
        self.begin()
        def shown():
            program = Program(BIN / "xenhub", "state", "--xenstore", "--json")
            self.assertEqual(program.wait(), 0, program.story())
            return {path: str(node["value"]) for path, node in json.loads("\n".join(program.lines)).items()}

        def stands():
            tree = self.tree(0)
            folders = {path.rsplit("/", n)[0] for path in tree for n in range(1, path.count("/") + 1)}
            return {path: value for path, value in tree.items() if path not in folders}

        until(lambda: shown() == stands(), "both are the same once nothing changes any more")
        self.store.run("xenstore-rm", "/local/domain/0/xenhub")
        self.store.stop()
        lost = Program(BIN / "xenhub", "state", "--xenstore")
        self.assertEqual(lost.wait(), 1, lost.story())
        self.assertIn("XenStore", lost.errors)

    def test_a_view_is_never_half_old_and_half_new(self):
        """Focus moves as fast as it can, and a reader looks in transactions: what it reads belongs together each time."""
        self.begin()
        library = ctypes.CDLL(ctypes.util.find_library("xenstore"), use_errno=True)
        library.xs_open.restype = library.xs_read.restype = ctypes.c_void_p
        library.xs_transaction_start.restype = ctypes.c_uint32
        library.xs_transaction_end.restype = ctypes.c_bool
        handle, libc = ctypes.c_void_p(library.xs_open(0)), ctypes.CDLL(None)
        device = next(path for path in self.tree(3) if path.endswith("/name")).rsplit("/", 1)[0]

        def read(transaction, path):
            size = ctypes.c_uint()
            text = library.xs_read(handle, ctypes.c_uint32(transaction), path.encode(), ctypes.byref(size))
            value = ctypes.string_at(text, size.value).decode() if text else None
            libc.free(ctypes.c_void_p(text))
            return value

        def look():
            """Both views and the hub's own word; None when something changed meanwhile."""
            transaction = library.xs_transaction_start(handle)
            seen = [read(transaction, f"/local/domain/{path}") for number in (3, 4)
                    for path in (f"{number}/xenhub/focus", f"{number}/xenhub/{device}/keys-held", f"{number}/xenhub/serial")]
            seen.append(read(transaction, "/local/domain/0/xenhub/focus"))
            return seen if library.xs_transaction_end(handle, ctypes.c_uint32(transaction), ctypes.c_bool(False)) else None

        names = {"gui": ["1", "0"], "6a3f7c1e-0f3b-4d0c-9d7e-1b2a3c4d5e6f": ["0", "1"]}
        looks, moves, focused, deadline = 0, 0, "gui", time.monotonic() + 60
        while moves < 60:
            self.assertLess(time.monotonic(), deadline, f"{moves} moves, {looks} looks")
            other = next(name for name in names if name != focused)
            request = b"/local/domain/0/xenhub/focus-request"
            library.xs_write(handle, ctypes.c_uint32(0), request, other.encode(), ctypes.c_uint(len(other)))
            while (seen := look()) is None or seen[6] != other:
                looks += seen is not None
                if seen:
                    self.assertEqual([seen[0], seen[3]], names[seen[6]], seen)
                    self.assertEqual([seen[1] is not None, seen[4] is not None], [seen[0] == "1", seen[3] == "1"], seen)
                self.assertLess(time.monotonic(), deadline, f"{moves} moves, {looks} looks: {seen}")
            self.assertEqual([seen[0], seen[3]], names[other], seen)
            self.assertEqual([seen[1], seen[4]], ["1" if has == "1" else None for has in names[other]], seen)
            focused, moves = other, moves + 1
        library.xs_close(handle)
        print(f"{moves} moves of focus, {looks} looks between, none half", file=sys.stderr)

    def test_permissions_and_what_is_others(self):
        self.begin()
        tree = self.tree(3)
        self.assertEqual(tree["link/type"], "vchan", "what belongs to links is left alone")
        self.assertNotIn("device/ghost/name", tree)
        for path in ("", "/serial", "/focus"):
            listed = self.store.run("xenstore-ls", "-p", "-f", f"/local/domain/3/xenhub{path}").stdout
            listed = listed or self.store.run("xenstore-ls", "-p", "-f", "/local/domain/3/xenhub").stdout
            self.assertTrue(listed)
            for line in listed.splitlines():
                if "/link" not in line and line.split(" ")[0].endswith(path):
                    self.assertIn("(n0,r3)", line)

    def test_a_domain_that_is_cleared_is_written_anew(self):
        self.begin()
        self.store.run("xenstore-rm", "/local/domain/3/xenhub")
        self.focus("none")
        until(lambda: self.tree(3).get("focus") == "0" and HELD in self.tree(3).values(), "the view is whole again")

    def test_what_a_killed_hub_said_is_known_for_old_and_goes_when_the_next_one_begins(self):
        hub = self.begin()
        old = [self.tree(number)["hub"] for number in (0, 3, 4)]
        self.assertEqual(len(set(old)), 1)
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as boot:
            self.assertTrue(old[0].startswith(boot.read().strip() + "/"), old[0])
        hub.process.kill()
        hub.wait()
        self.assertEqual(self.tree(4)["hub"], old[0])
        self.assertIn("focus", self.tree(4))
        # Whoever is no guest any more has no view; the others' are another hub's.
        with patch(__name__ + ".GUESTS", "[guest gui]\nlink = unix\nclasses = keyboard buttons\n"):
            self.hub(self.keyboard("again.evemu"))
        until(lambda: self.tree(3).get("hub", old[0]) != old[0], "the view is another hub's")
        new = self.tree(3)["hub"]
        self.assertNotIn(new, old)
        self.assertEqual(self.tree(4), {})
        until(lambda: self.tree(0).get("hub") == new, "the hub's own tree is of the same")

    def test_a_domain_that_is_gone_is_not_raised(self):
        self.begin()
        self.store.run("xenstore-rm", "/local/domain/3")
        self.focus("none")
        until(lambda: self.tree(0).get("focus") == "none", "the hub's own tree says so")
        self.assertEqual(self.store.run("xenstore-exists", "/local/domain/3").returncode, 1)

    def test_nothing_is_left_standing_when_the_hub_ends(self):
        hub = self.begin()
        hub.end()
        self.assertEqual(hub.process.returncode, 0, hub.story())
        for number in (0, 3, 4):
            self.assertEqual([path for path in self.tree(number) if not path.startswith("link")], [], number)
        self.assertEqual(self.tree(3)["link/type"], "vchan", "what belongs to links is left alone")

    def test_domains_come_and_go(self):
        hub = self.begin()
        for number in (6, 7, 8):
            uuid = f"11111111-2222-3333-4444-55555555555{number}"
            self.domain(number, "elsewhere", uuid)
            until(lambda: self.tree(number).get("focus") == "0", "it has a view")  # pylint: disable=W0640
            self.assertEqual(set(self.tree(number)), {"focus", "hub", "serial"}, "and is given nothing")
            self.store.run("xenstore-rm", f"/local/domain/{number}")
            self.xenstore("xs_release_domain", ctypes.c_uint(number))
            self.focus("none")
            self.focus("gui")
            until(lambda: self.tree(0).get("focus") == "gui", "focus moved on")
            self.assertEqual(self.store.run("xenstore-exists", f"/local/domain/{number}").returncode, 1)
        self.assertIsNone(hub.process.poll())

    def test_domains_that_come_and_go_while_the_store_is_cut_off_are_found_afterwards(self):
        proxy = self.proxy()
        hub = self.begin()
        for number in (6, 7):
            proxy.cut()
            hub.until(lambda: hub.errors.count("XenStore does not tell") == number - 5, "the loss is noticed")  # pylint: disable=W0640
            self.store.run("xenstore-rm", "/local/domain/3/xenhub/device")
            if number == 7:
                self.store.run("xenstore-rm", "/local/domain/6")
                self.xenstore("xs_release_domain", ctypes.c_uint(6))
            self.domain(number, "elsewhere", f"11111111-2222-3333-4444-55555555555{number}")
            proxy.join()
            until(lambda: self.tree(number).get("focus") == "0", "it has a view", 30)  # pylint: disable=W0640
            until(lambda: HELD in self.tree(3).values(), "the other's view is whole", 30)
        self.assertEqual(self.store.run("xenstore-exists", "/local/domain/6").returncode, 1)

    def test_focus_is_asked_for_in_xenstore(self):
        hub = self.begin()
        self.store.run("xenstore-chmod", "-r", "/local/domain/0/xenhub", "n0")
        for name in ("6a3f7c1e-0f3b-4d0c-9d7e-1b2a3c4d5e6f", "gui", "none"):
            self.store.run("xenstore-write", "/local/domain/0/xenhub/focus-request", name)
            until(lambda: self.tree(0).get("focus") == name, f"focus goes to {name}")  # pylint: disable=W0640
            until(lambda: "focus-request" not in self.tree(0), "the request is taken away")
        self.store.run("xenstore-write", "/local/domain/0/xenhub/focus-request", "nobody-knows")
        hub.until(lambda: "nobody-knows" in hub.errors, "what cannot be is told")
        self.assertEqual(self.tree(0)["focus"], "none")

    def test_a_request_that_a_guest_may_write_is_not_obeyed(self):
        hub = self.begin()
        path = "/local/domain/0/xenhub/focus-request"
        # Written by Dom0 into a node that it has given away.
        self.store.run("xenstore-write", f"{path}-other", "gui")
        self.store.run("xenstore-chmod", "/local/domain/0/xenhub", "n0", "b4")
        self.store.run("xenstore-write", path, "none")
        hub.until(lambda: "not obeyed" in hub.errors, "it is refused")
        self.assertEqual(self.tree(0)["focus"], "gui")


if __name__ == "__main__":
    if missing():
        print("skipped:", missing())
        sys.exit(77)
    unittest.main()
