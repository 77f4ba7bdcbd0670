#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The state tree in a real xenstored, on a machine without Xen (tests/tools/xenstored_host.c)."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from kit.programs import BIN, Program
from kit.store import BASE, Store, missing, until
from kit.storeproxy import StoreProxy

class XenStore(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="xenhub-store-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.store = Store(self.folder)
        self.store.start()
        self.addCleanup(self.store.stop)
        os.environ["XENSTORED_RUNDIR"] = self.folder
        self.addCleanup(os.environ.pop, "XENSTORED_RUNDIR")

    def hub(self, *sources):
        words = [word for source in sources for word in ("--source", source)]
        hub = Program(BIN / "xenhubd", *words, "--listen", f"unix:{self.folder}/hub.sock",
                      "--control", f"{self.folder}/control.sock")
        self.addCleanup(hub.process.wait)
        self.addCleanup(hub.process.terminate)
        return hub

    def state(self):
        done = subprocess.run([BIN / "xenhub", "--control", f"{self.folder}/control.sock", "state", "--json"],
                              capture_output=True, text=True, timeout=20, check=True)
        return json.loads(done.stdout)

    def keyboard(self, name, last=60):
        """A recording of a keyboard that holds the volume key down until `last`."""
        path = pathlib.Path(self.folder) / name
        path.write_text("# EVEMU 1.3\nN: Store test buttons\nI: 0019 0001 0002 0003\n"
                        "B: 01 00 00 00 00 00 00 00 00\nB: 01 00 00 00 00 00 00 04 00\n"
                        "E: 0.000000 0001 0072 0001\nE: 0.000000 0000 0000 0000\n"
                        f"E: {last}.000000 0001 0072 0000\nE: {last}.000000 0000 0000 0000\n")
        return f"evemu:{path}"

    def test_the_tree_is_what_the_control_socket_says(self):
        self.hub(self.keyboard("held.evemu"))
        until(lambda: any(path.endswith("/keys") and value for path, value in self.store.tree().items()),
              "the held key is published")
        tree = self.store.tree()
        names = [path for path in tree if path.endswith("/name")]
        self.assertEqual([tree[name] for name in names], ["Store test buttons"])
        device = names[0].rsplit("/", 1)[0]
        self.assertEqual(tree[f"{device}/keys"], "KEY_VOLUMEDOWN")
        self.assertEqual(tree[f"{device}/keys-held"], "1")
        self.assertEqual(tree["focus"], "all")
        self.assertIn("serial", tree)
        self.assertFalse([path for path in tree if path.startswith(("counter/", "consumer/"))])
        self.assertIn("KEY_VOLUMEDOWN", json.dumps(self.state()))

    def test_what_is_gone_is_removed(self):
        self.hub(self.keyboard("short.evemu", last=1), self.keyboard("long.evemu"))
        until(lambda: sum(path.endswith("/name") for path in self.store.tree()) == 2, "two devices")
        before = int(self.store.read("serial"))
        until(lambda: sum(path.endswith("/name") for path in self.store.tree()) == 1, "one is gone")
        self.assertGreater(int(self.store.read("serial")), before)

    def test_what_an_earlier_hub_left_is_cleared(self):
        self.store.run("xenstore-write", f"{BASE}/device/ghost/name", "boo")
        long = "long-" * 30
        self.store.run("xenstore-write", f"{BASE}/{long}", "boo")
        self.hub(self.keyboard("held.evemu"))
        until(lambda: self.store.read("serial"), "the tree is written")
        self.assertIsNone(self.store.read("device/ghost/name"))
        self.assertIsNone(self.store.read(long))

    def test_a_store_that_dies_delays_no_event_and_is_written_anew(self):
        hub = self.hub(self.mouse(6), self.keyboard("held.evemu"))
        watch = self.watch()
        until(lambda: self.store.read("pointer/x"), "the pointer is published")
        self.store.stop()
        seen = len(watch.lines)
        watch.until(lambda: len(watch.lines) > seen + 200, "events go on without a store")
        self.store.start()
        until(lambda: "Store test buttons" in self.store.tree().values(), "the whole tree is back", 20)
        self.assertIsNone(hub.process.poll())

    def mouse(self, seconds):
        """A recording of a mouse that moves a hundred times a second."""
        path = pathlib.Path(self.folder) / "mouse.evemu"
        frames = "".join(f"E: {i // 100}.{i % 100:02}0000 0002 0000 0001\nE: {i // 100}.{i % 100:02}0000 0000 0000 0000\n"
                         for i in range(seconds * 100))
        path.write_text("# EVEMU 1.3\nN: Store test mouse\nI: 0003 0001 0002 0003\n"
                        "B: 01 00 00 00 00 00 00 00 00\nB: 02 03 00 00 00 00 00 00 00\n" + frames)
        return f"evemu:{path}"

    def proxy(self):
        """The hub's way to the store from now on; ours stays the straight one."""
        proxy = StoreProxy(f"{self.folder}/proxy", f"{self.folder}/socket")
        os.environ["XENSTORED_PATH"] = proxy.path
        self.addCleanup(os.environ.pop, "XENSTORED_PATH")
        self.store.env.pop("XENSTORED_PATH", None)
        return proxy

    def watch(self):
        watch = Program(BIN / "xenhub", "watch", "--link", f"unix:{self.folder}/hub.sock", "--format", "evemu")
        self.addCleanup(watch.end)
        return watch

    def doctor(self):
        """What it says of the states: level and text."""
        done = subprocess.run([BIN / "xenhub", "--control", f"{self.folder}/control.sock", "doctor", "--json"],
                              capture_output=True, text=True, timeout=20, check=False)
        found = [(check["level"], check["text"]) for check in json.loads(done.stdout)["checks"] if check["name"] == "states"]
        return found[0] if found else ("", "")

    def test_a_cut_connection_is_made_again_and_all_is_written_though_nothing_changed(self):
        proxy = self.proxy()
        hub = self.hub(self.keyboard("held.evemu"))
        until(lambda: self.doctor()[0] == "ok", "all is written")
        until(lambda: self.store.read("focus"), "the tree is written")
        proxy.cut()
        hub.until(lambda: "the connection to XenStore is lost" in hub.errors, "it is told")
        self.assertEqual(self.doctor()[0], "fail")
        self.store.run("xenstore-rm", BASE)
        proxy.join()
        until(lambda: "Store test buttons" in self.store.tree().values(), "the whole tree is back", 30)
        hub.until(lambda: "XenStore is written again" in hub.errors, "that is told, too")
        self.store.run("xenstore-write", f"{BASE}/focus-request", "none")
        until(lambda: self.store.read("focus") == "none", "focus can be asked for again")
        self.assertEqual(self.doctor(), ("ok", "written to XenStore"))

    def refused(self, error, words, below):
        """While it lasts events go on, the first path is named once, and the store is left in peace; then all is written."""
        proxy = self.proxy()
        proxy.refuse(error, below)
        hub = self.hub(self.mouse(60), self.keyboard("held.evemu"))
        watch = self.watch()
        hub.until(lambda: f"{below}" in hub.errors and words in hub.errors, "the line names the path and the reason")
        seen, begun = len(watch.lines), proxy.transactions
        watch.until(lambda: len(watch.lines) > seen + 400, "events go on")
        self.assertLess(proxy.transactions - begun, 16, "the store is hammered")
        self.assertLess(hub.errors.count(words), 4, hub.errors)
        level, text = self.doctor()
        self.assertEqual(level, "fail")
        self.assertIn(words, text)
        proxy.allow()
        until(lambda: "Store test buttons" in self.store.tree().values(), "what waited is written", 30)
        hub.until(lambda: "XenStore is written again" in hub.errors, "that is told")
        until(lambda: self.doctor()[0] == "ok", "the doctor has nothing to say")
        return text

    def test_a_full_store_is_named_and_waited_for(self):
        self.assertIn("no room", self.refused("ENOSPC", "No space left on device", f"{BASE}/device"))

    def test_a_store_that_may_not_be_written(self):
        self.refused("EACCES", "Permission denied", BASE)

    def test_a_read_only_store(self):
        self.refused("EROFS", "Read-only file system", "/")

    def test_a_store_that_is_not_there_yet(self):
        self.store.stop()
        os.unlink(f"{self.folder}/socket")
        hub = self.hub(self.mouse(60), self.keyboard("held.evemu"))
        watch = self.watch()
        watch.until(lambda: len(watch.lines) > 100, "events go without a store")
        hub.until(lambda: "no answer from XenStore" in hub.errors, "it is told")
        self.assertEqual(self.doctor()[0], "fail")
        self.store.start()
        until(lambda: "Store test buttons" in self.store.tree().values(), "the tree is written", 30)
        until(lambda: self.doctor()[0] == "ok", "the doctor has nothing to say")

    def test_a_fast_mouse_writes_at_most_20_times_a_second(self):
        path = pathlib.Path(self.folder) / "fast.evemu"
        with path.open("w") as out:
            out.write("# EVEMU 1.3\nN: Fast mouse\nI: 0003 0001 0002 0003\nB: 02 03 00 00 00 00 00 00 00\n")
            for i in range(8000 * 4):
                when = f"{i // 8000}.{i % 8000 * 125:06}"
                step = 1 if i // 500 % 2 else -1  # to and fro, so that the pointer never rests at an edge
                out.write(f"E: {when} 0002 0000 {step:04}\nE: {when} 0002 0001 {-step:04}\nE: {when} 0000 0000 0000\n")
        self.hub(f"evemu:{path}")
        until(lambda: self.store.read("pointer/x"), "the pointer is published")
        watch = Program("xenstore-watch", f"{BASE}/serial")
        self.addCleanup(watch.process.wait)
        self.addCleanup(watch.process.terminate)
        watch.until(lambda: watch.lines, "the watch stands")
        before, began = len(watch.lines), time.monotonic()
        time.sleep(2)
        rate = (len(watch.lines) - before) / (time.monotonic() - began)
        print(f"24,000 events/s: {rate:.1f} transactions/s", file=sys.stderr)
        self.assertGreater(rate, 2)
        self.assertLessEqual(rate, 21)


if __name__ == "__main__":
    if missing():
        print("skipped:", missing())
        sys.exit(77)
    unittest.main()
