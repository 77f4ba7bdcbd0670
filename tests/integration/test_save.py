# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-save: who is asked, in which order, and what comes of it when somebody cannot. The programs it calls are stand-ins here."""

import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

SAVE = pathlib.Path(__file__).resolve().parents[2] / "configs/xenhub-save"
STAND_IN = """#!/bin/sh
echo "${{0##*/}} $*" >> "{log}"
[ ! -f "{folder}/${{0##*/}}-$1" ] || exit "$(cat "{folder}/${{0##*/}}-$1")"
"""


class Save(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="xenhub-save-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.log = self.folder / "log"
        for name in ("xenhub", "xenhub-relay", "xl"):
            path = self.folder / name
            path.write_text(STAND_IN.format(log=self.log, folder=self.folder))
            path.chmod(0o755)
        self.relay = self.folder / "relay.sock"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.relay))

    def answers(self, program, word, status):
        (self.folder / f"{program}-{word}").write_text(str(status))

    def save(self, *words, relays=None):
        """(exit status, what was called)"""
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}",
                       "XENHUB_RELAYS": str(self.relay) if relays is None else relays}
        self.log.write_text("")
        done = subprocess.run(["sh", SAVE, *(words or ("gui", "/saved", "-c"))], env=environment, check=False, capture_output=True)
        return done.returncode, self.log.read_text().splitlines()

    def calls(self, word, relay=True):
        return ([f"xenhub-relay {word} --if-served gui --control {self.relay}"] if relay else []) + [f"xenhub {word} --if-served gui"]

    def test_all_let_go_and_are_resumed(self):
        self.assertEqual(self.save(), (0, [*self.calls("quiesce"), "xl save -c gui /saved", *self.calls("resume")]))

    def test_a_save_that_fails_leaves_everything_as_it_was(self):
        self.answers("xl", "save", 7)
        self.assertEqual(self.save(), (7, [*self.calls("quiesce"), "xl save -c gui /saved", *self.calls("resume")]))

    def test_who_does_not_let_go_stops_it(self):
        self.answers("xenhub-relay", "quiesce", 1)
        self.assertEqual(self.save(), (1, [self.calls("quiesce")[0], *self.calls("resume")]))
        self.answers("xenhub-relay", "quiesce", 0)
        self.answers("xenhub", "quiesce", 1)
        self.assertEqual(self.save(), (1, [*self.calls("quiesce"), *self.calls("resume")]))

    def test_who_is_not_there_has_nothing_mapped(self):
        for program in ("xenhub", "xenhub-relay"):
            for word in ("quiesce", "resume"):
                self.answers(program, word, 3)
        self.assertEqual(self.save(), (0, [*self.calls("quiesce"), "xl save -c gui /saved", *self.calls("resume")]))
        self.relay.unlink()
        self.assertEqual(self.save(), (0, [*self.calls("quiesce", False), "xl save -c gui /saved", *self.calls("resume", False)]))

    def test_many_relays(self):
        status, called = self.save(relays=f"{self.relay} /nowhere {self.relay}")
        self.assertEqual((status, called.count(self.calls("quiesce")[0]), called.count(self.calls("resume")[0])), (0, 2, 2))

    def test_usage(self):
        self.assertEqual(self.save("gui"), (2, []))


if __name__ == "__main__":
    unittest.main()
