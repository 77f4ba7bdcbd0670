#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""control/laptop-slate-mode of guests follows the tablet-mode switch, in a real xenstored."""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

from kit.programs import BIN, Program
from kit.store import Store, missing, until


class Slate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="xenhub-slate-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.store = Store(self.folder)
        self.store.start()
        self.addCleanup(self.store.stop)
        os.environ["XENSTORED_RUNDIR"] = self.folder
        self.addCleanup(os.environ.pop, "XENSTORED_RUNDIR")

    def guest(self, ident, **control):
        self.store.run("xenstore-write", f"/local/domain/{ident}/name", f"guest{ident}",
                       f"/local/domain/{ident}/domid", str(ident))
        for name, value in control.items():
            self.store.run("xenstore-write", f"/local/domain/{ident}/control/{name.replace('_', '-')}", value)

    def mode(self, ident):
        done = self.store.run("xenstore-read", f"/local/domain/{ident}/control/laptop-slate-mode")
        return done.stdout.rstrip("\n") if done.returncode == 0 else None

    def test_guests_that_can_are_told(self):
        self.guest(3, feature_laptop_slate_mode="1", laptop_slate_mode="")
        self.guest(4, feature_laptop_slate_mode="0", laptop_slate_mode="")
        self.guest(5, feature_laptop_slate_mode="1")
        self.guest(6, laptop_slate_mode="")
        switch = pathlib.Path(self.folder) / "switch.evemu"
        switch.write_text("# EVEMU 1.3\nN: Tablet switch\nI: 0019 0001 0002 0003\n"
                          "B: 05 02 00 00 00 00 00 00 00\n"
                          "E: 0.000000 0005 0001 0000\nE: 0.000000 0000 0000 0000\n"
                          "E: 2.000000 0005 0001 0001\nE: 2.000000 0000 0000 0000\n"
                          "E: 60.000000 0005 0001 0000\nE: 60.000000 0000 0000 0000\n")
        hub = Program(BIN / "xenhubd", "--source", f"evemu:{switch}", "--listen", f"unix:{self.folder}/hub.sock",
                      "--control", f"{self.folder}/control.sock")
        self.addCleanup(hub.process.wait)
        self.addCleanup(hub.process.terminate)
        until(lambda: self.mode(3) == "laptop", "the guest is told what the machine is")
        # It answers so, and is not told again before the next change.
        self.store.run("xenstore-write", "/local/domain/3/control/laptop-slate-mode", "")
        until(lambda: self.mode(3) == "slate", "the guest is told of the change")
        self.assertEqual(self.mode(4), "", "a guest that cannot")
        self.assertIsNone(self.mode(5), "a node that the toolstack did not make")
        self.assertEqual(self.mode(6), "", "a guest that says nothing")


if __name__ == "__main__":
    if missing():
        print("skipped:", missing())
        sys.exit(77)
    unittest.main()
