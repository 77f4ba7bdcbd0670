# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhubd and xenhub as processes in a folder of the test's own."""

import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from .recording import events_of, frames_of
from .wire import Peer

SOURCE = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("XENHUB_BIN", SOURCE / "build/release/bin")).resolve()
PATIENCE = 20  # seconds before a thing that must happen is said not to have


class Program:
    """A process whose output is collected while it runs."""

    def __init__(self, *words):
        self.words = [str(word) for word in words]
        self.out, self.err = [], []  # (time, line)
        self.changed = threading.Condition()
        self.process = subprocess.Popen(self.words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, errors="replace")
        self.readers = [threading.Thread(target=self.collect, args=pair, daemon=True)
                        for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))]
        for reader in self.readers:
            reader.start()

    def collect(self, stream, lines):
        for line in stream:
            with self.changed:
                lines.append((time.monotonic(), line.rstrip("\n")))
                self.changed.notify_all()
        stream.close()
        with self.changed:
            self.changed.notify_all()

    @property
    def lines(self):
        return [line for _, line in self.out]

    @property
    def errors(self):
        return "\n".join(line for _, line in self.err)

    def frames(self):
        return frames_of(self.lines)

    def until(self, ready, what, timeout=PATIENCE):
        """Waits for ready(), which looks at what was printed."""
        deadline = time.monotonic() + timeout
        with self.changed:
            while not ready():
                if not self.changed.wait(max(0.0, min(0.2, deadline - time.monotonic()))):
                    if time.monotonic() >= deadline or (self.process.poll() is not None and not ready()):
                        raise AssertionError(f"{what}: not within {timeout} s\n{self.story()}")

    def until_line(self, part, what=None, timeout=PATIENCE):
        """When a line with this in it was printed."""
        self.until(lambda: any(part in line for _, line in self.out), what or f"a line with {part!r}", timeout)
        return next(when for when, line in self.out if part in line)

    def until_event(self, kind, code, value, timeout=PATIENCE):
        """When this event was printed."""
        def times():
            return [when for when, line in self.out if [e[1:] for e in events_of([line])] == [(kind, code, value)]]

        self.until(times, f"an event {kind:04x} {code:04x} {value}", timeout)
        return times()[0]

    def wait(self, timeout=PATIENCE):
        """The exit status, all output collected."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still runs after {timeout} s\n{self.story()}") from None
        for reader in self.readers:
            reader.join(timeout)
        return status

    def signal(self, number):
        self.process.send_signal(number)

    def story(self):
        tail = "\n".join(self.lines[-20:])
        return f"$ {' '.join(self.words)}\n[{self.process.poll()}]\n{tail}\n--\n{self.errors[-3000:]}"

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for reader in self.readers:
            reader.join(PATIENCE)


class Case(unittest.TestCase):
    """A test with a folder, a link and a control socket; every process it starts ends with it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="xenhub-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.link = self.folder / "link"
        self.control = self.folder / "control"

    def start(self, *words):
        program = Program(BIN / words[0], *words[1:])
        self.addCleanup(program.end)
        return program

    def configuration(self, words=""):
        path = self.folder / "xenhub.conf"
        path.write_text(words)
        return path

    def hub(self, *sources, once=False, options=(), configuration=None):
        """xenhubd with these sources, listening when this returns."""
        words = ["xenhubd", "-c", configuration or self.configuration(), "--foreground", "--no-grab",
                 "--listen", f"unix:{self.link}", "--control", self.control]
        for source in sources:
            words += ["--source", source]
        program = self.start(*words, *(["--once"] if once else []), *options)
        program.until(lambda: self.link.is_socket() and self.control.is_socket(), "xenhubd listens")
        return program

    def watch(self, *options):
        return self.start("xenhub", "watch", "--link", f"unix:{self.link}", "--format", "evemu", *options)

    def ctl(self, *words, timeout=PATIENCE):
        """`xenhub WORDS` on the control socket: (status, output, errors)."""
        program = self.start("xenhub", "--control", self.control, *words)
        status = program.wait(timeout)
        return status, "\n".join(program.lines), program.errors

    def peer(self, greet=True, **options):
        peer = Peer(self.link)
        self.addCleanup(peer.close)
        if greet:
            peer.greet(**options)
        return peer
