# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's end of tools/agent.c: runs commands in a guest and talks with them.

The stream below may be the virtio port of the machine, or a process in Dom0 that relays a guest's console: a
Process is a stream itself.
"""

import base64
import itertools
import re
import shlex
import signal
import threading
import time

from .common import Failure

MARK = b"\x1e"
PIECE = 2048  # of input at once: the console of a DomU holds little


class Result:
    def __init__(self, status, text):
        self.status, self.text = status, text

    def __str__(self):
        return self.text.strip()

    @property
    def lines(self):
        return self.text.splitlines()


class Process:
    """A command that runs in the guest."""

    def __init__(self, agent, ident, script):
        self.agent, self.ident, self.script = agent, ident, script
        self.status = None
        self.data = bytearray()
        self.seen = 0  # what expect() has consumed
        self.changed = threading.Condition()

    # -- called by the agent's reader

    def _output(self, data):
        with self.changed:
            self.data += data
            self.changed.notify_all()

    def _exit(self, status):
        with self.changed:
            self.status = status
            self.changed.notify_all()

    # -- for scenarios

    @property
    def text(self):
        return self.data.decode(errors="replace")

    @property
    def lines(self):
        return self.text.splitlines()

    def send(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        for start in range(0, len(data), PIECE):
            self.agent._order("in", self.ident, base64.b64encode(data[start:start + PIECE]).decode())

    def say(self, *lines):
        self.send("".join(f"{line}\n" for line in lines))

    def end_input(self):
        self.agent._order("eof", self.ident)

    def kill(self, number=signal.SIGKILL):
        self.agent._order("kill", self.ident, int(number))

    def stop(self, timeout=10):
        """SIGTERM, as an init system would."""
        self.kill(signal.SIGTERM)
        return self.wait(timeout)

    def pause(self):
        self.kill(signal.SIGSTOP)

    def go_on(self):
        self.kill(signal.SIGCONT)

    def wait(self, timeout=20):
        with self.changed:
            if not self.changed.wait_for(lambda: self.status is not None, timeout):
                raise Failure(f"still running after {timeout} s: {self.script}")
        return Result(self.status, self.text)

    def expect(self, pattern, timeout=15):
        """The next match of a regular expression in what follows the last match."""
        compiled = re.compile(pattern, re.MULTILINE)

        def find():
            match = compiled.search(self.text, self.seen)
            if match and match.end() < len(self.text):  # a line may still be growing
                return match
            return match if self.status is not None else None

        with self.changed:
            match = self.changed.wait_for(lambda: find() or self.status is not None, timeout) and find()
            if not match:
                end = f"it ended with {self.status}" if self.status is not None else f"not in {timeout} s"
                tail = self.text[self.seen:][-400:].strip() or "nothing"
                raise Failure(f"no /{pattern}/ from `{self.script}`: {end}; it said: {tail}")
            self.seen = match.end()
            return match

    # -- a stream for another agent

    def receive(self):
        with self.changed:
            self.changed.wait_for(lambda: len(self.data) > self.seen or self.status is not None)
            data = bytes(self.data)
            self.data, self.seen = bytearray(), 0
            return data


class SocketStream:
    def __init__(self, socket):
        self.socket = socket

    def receive(self):
        try:
            return self.socket.recv(65536)
        except OSError:
            return b""

    def send(self, data):
        self.socket.sendall(data)


class Agent:
    def __init__(self, stream, name):
        self.stream, self.name = stream, name
        self.processes = {}
        self.idents = itertools.count(1)
        self.pongs = set()
        self.sending = threading.Lock()
        self.changed = threading.Condition()
        self.gone = False
        threading.Thread(target=self._read, daemon=True).start()

    def _order(self, *words):
        with self.sending:
            self.stream.send((" ".join(map(str, words)) + "\n").encode())

    def _read(self):
        buffer = b""
        while data := self.stream.receive():
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                self._take(line.rpartition(MARK)[2] if MARK in line else b"")
        with self.changed:
            self.gone = True
            self.changed.notify_all()
        for process in self.processes.values():
            if process.status is None:
                process._exit(255)

    def _take(self, line):
        words = line.decode(errors="replace").split(" ")
        if words[0] == "pong":
            with self.changed:
                self.pongs.add(words[1].strip())
                self.changed.notify_all()
        elif words[0] in ("out", "exit") and (process := self.processes.get(int(words[1]))):
            if words[0] == "out":
                process._output(base64.b64decode(words[2]))
            else:
                process._exit(int(words[2]))

    def wait_ready(self, timeout):
        deadline = time.monotonic() + timeout
        for number in itertools.count():
            word = f"{id(self)}-{number}"
            self._order("ping", word)
            with self.changed:
                if self.changed.wait_for(lambda: word in self.pongs or self.gone, 0.5) and not self.gone:
                    return
            if self.gone:
                raise Failure(f"{self.name} cannot be reached: what passes its words on has ended")
            if time.monotonic() > deadline:
                raise Failure(f"{self.name} does not answer ({timeout:.0f} s)")

    def spawn(self, script, *arguments):
        """Start a command; further arguments are quoted."""
        script = " ".join([script, *map(shlex.quote, map(str, arguments))])
        process = Process(self, next(self.idents), script)
        self.processes[process.ident] = process
        self._order("run", process.ident, base64.b64encode(script.encode()).decode())
        return process

    def run(self, script, *arguments, timeout=30, check=True):
        process = self.spawn(script, *arguments)
        process.end_input()
        result = process.wait(timeout)
        if check and result.status != 0:
            raise Failure(f"`{process.script}` ended with {result.status}: {result.text[-400:].strip()}")
        return result

    def write_file(self, path, data, mode="644"):
        process = self.spawn(f"cat > {path} && chmod {mode} {path}")
        process.send(data)
        process.end_input()
        if process.wait(60).status != 0:
            raise Failure(f"cannot write {path}: {process.text}")

    def until(self, script, timeout=15):
        """Repeat a command until it succeeds."""
        deadline = time.monotonic() + timeout
        while (result := self.run(script, check=False)).status != 0:
            if time.monotonic() > deadline:
                raise Failure(f"not in {timeout} s: {script}: {result.text.strip()}")
            time.sleep(0.1)
        return result
