# SPDX-License-Identifier: GPL-2.0-or-later
"""A real xenstored of one's own, on a machine without Xen (tests/tools/xenstored_host.c)."""

import glob
import os
import pathlib
import shutil
import subprocess
import time

from .programs import BIN, SOURCE

SHIM = pathlib.Path(os.environ.get("XENHUB_BUILD", BIN.parent)) / "tests/tools/libxenstored_host.so"
BASE = "/local/domain/0/xenhub"


def find_xenstored():
    cache = os.environ.get("XENHUB_LAB_CACHE", SOURCE / "tests/lab/cache")
    places = [os.environ.get("XENSTORED", "")] + sorted(
        glob.glob("/usr/lib/xen-*/bin/xenstored") + glob.glob(os.path.join(cache, "root", "usr/lib/xen-*/bin/xenstored")))
    return next((place for place in places if place and os.access(place, os.X_OK)), None)


class Store:
    """Its folder goes into XENSTORED_RUNDIR of whoever is to find it."""

    def __init__(self, folder):
        self.env = dict(os.environ, XENSTORED_RUNDIR=folder)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [find_xenstored(), "-N"], env=dict(self.env, LD_PRELOAD=str(SHIM)),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: self.run("xenstore-exists", "/tool").returncode == 0, "xenstored answers")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def run(self, *words):
        return subprocess.run(words, env=self.env, capture_output=True, text=True, timeout=10, check=False)

    def read(self, path):
        done = self.run("xenstore-read", f"{BASE}/{path}")
        return done.stdout.rstrip("\n") if done.returncode == 0 else None

    def tree(self):
        """Nodes that go while it is listed leave lines without a value."""
        lines = (line.split(" = ", 1) for line in self.run("xenstore-ls", "-f", BASE).stdout.splitlines())
        return {words[0][len(BASE) + 1:]: words[1].strip('"') for words in lines if len(words) == 2}


def missing():
    """What these tests need and this machine lacks, in words; None when all is there."""
    if find_xenstored() and SHIM.exists() and shutil.which("xenstore-ls"):
        return None
    return "no xenstored (tests/lab/lab fetch brings one), no xenstore-utils, or no libxen-dev at build time"


def until(ready, what, timeout=10):
    deadline = time.monotonic() + timeout
    while not ready():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout} s")
        time.sleep(0.02)
