# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-relay as processes, servers for it to reach, and its multiplexer's bytes, written from docs/mux.md."""

import json
import os
import select
import socket
import struct
import threading
import time
import tty

from .programs import PATIENCE, Case

MAGIC, VERSION = 0x584D4858, 1
OPEN, ACCEPT, DATA, CREDIT, FIN, RESET, PING, PONG, BYE = range(1, 10)
YOURS = 0x100
END_DONE, END_VERSION, END_MALFORMED, END_CREDIT, END_FLOOD = range(1, 6)


def preamble(version=VERSION, magic=MAGIC, frame=65536, window=65536, streams=16):
    return struct.pack("<IHHIIII", magic, version, 24, frame, window, streams, 0)


def frame(kind, number=0, payload=b"", size=None):
    return struct.pack("<IHHI", len(payload) if size is None else size, kind, 0, number) + payload


class Server:
    """A listener on a unix socket that gives each connection to `serve`, in a thread of its own."""

    def __init__(self, path, serve):
        self.path, self.serve = str(path), serve
        self.sockets = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(128)
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            self.sockets.append(client)
            threading.Thread(target=self.run, args=(client,), daemon=True).start()

    def run(self, client):
        try:
            with client:
                self.serve(client)
        except OSError:
            pass

    def end(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        os.unlink(self.path)
        for client in self.sockets:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def echo(client):
    while data := client.recv(65536):
        client.sendall(data)


def dial(path, timeout=PATIENCE):
    """Who has just begun may not listen yet."""
    deadline = time.monotonic() + timeout
    while True:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(str(path))  # blocking: a full backlog is waited for
            client.settimeout(timeout)
            return client
        except (ConnectionRefusedError, FileNotFoundError):
            client.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def read_all(client):
    parts = []
    while data := client.recv(1 << 20):
        parts.append(data)
    return b"".join(parts)


def read_exactly(client, size):
    data = b""
    while len(data) < size:
        more = client.recv(size - len(data))
        if not more:
            raise EOFError(f"{len(data)} of {size} bytes")
        data += more
    return data


def ended(client):
    """Waits for the end; what came before it does not matter."""
    try:
        read_all(client)
    except ConnectionResetError:
        pass


def exchange(client, data):
    """Says data and the end, and returns what comes back until the end."""
    def say():
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    talker = threading.Thread(target=say, daemon=True)
    talker.start()
    try:
        return read_all(client)
    finally:
        talker.join(PATIENCE)


class Wire:
    """Two terminals, and between them bytes that this test may spoil: spoil(data) for those that go from a to b."""

    def __init__(self):
        self.spoil = lambda data: data
        self.ends = []
        for _ in range(2):
            master, slave = os.openpty()
            tty.setraw(slave)
            self.ends.append((master, slave, os.ttyname(slave)))
        self.stop_read, self.stop_write = os.pipe()
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()

    @property
    def a(self):
        return f"tty:{self.ends[0][2]}"

    @property
    def b(self):
        return f"tty:{self.ends[1][2]}"

    def carry(self):
        masters = [end[0] for end in self.ends]
        while True:
            ready = select.select([*masters, self.stop_read], [], [])[0]
            if self.stop_read in ready:
                return
            for master in ready:
                data = os.read(master, 4096)
                if master == masters[0]:
                    data = self.spoil(data)
                if data:
                    os.write(masters[1] if master == masters[0] else masters[0], data)

    def close(self):
        os.write(self.stop_write, b"x")
        self.thread.join(PATIENCE)
        for master, slave, _ in self.ends:
            os.close(master)
            os.close(slave)
        os.close(self.stop_read)
        os.close(self.stop_write)


class Peer:
    """One end of a link on mux+unix:PATH, that does as it is told."""

    def __init__(self, path):
        self.socket = dial(path)
        self.buffer = b""

    def say(self, *parts):
        self.socket.sendall(b"".join(parts))

    def greet(self, **options):
        self.say(preamble(**options))
        return struct.unpack("<IHHIIII", self.take(24))

    def take(self, size):
        while len(self.buffer) < size:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError
            self.buffer += data
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def frame(self):
        size, kind, _, number = struct.unpack("<IHHI", self.take(12))
        return kind, number, self.take(size)

    def until(self, kind):
        while True:
            found = self.frame()
            if found[0] & ~YOURS == kind:
                return found

    def farewell(self):
        """(reason, words) of the BYE that ends it."""
        payload = self.until(BYE)[2]
        return struct.unpack("<I", payload[:4])[0], payload[4:].decode()

    def close(self):
        self.socket.close()


class RelayCase(Case):
    def relay(self, listen, connect, *options, control=None, wait=None):
        """A relay on the command line; wait: a path that is there once it listens."""
        words = ["--control", control] if control else []
        program = self.start("xenhub-relay", *words, *options, listen, connect)
        path = wait or (listen.split(":", 1)[1] if listen.startswith(("unix:", "mux+unix:")) else None)
        if path:
            program.until(lambda: os.path.exists(path), "the relay listens")
        if control:
            program.until(lambda: os.path.exists(control), "the relay can be asked")
        return program

    def said(self, program, words):
        program.until(lambda: words in program.errors, f"it says {words!r}")

    def server(self, name, serve=echo):
        server = Server(self.folder / name, serve)
        self.addCleanup(lambda: os.path.exists(server.path) and server.end())
        return server

    def dial(self, name):
        client = dial(self.folder / name)
        self.addCleanup(client.close)
        return client

    def working_stream(self, name="near"):
        """To an echo. A stream waits a few seconds for its link, and on a loaded machine that may not be enough."""
        def attempt():
            client = self.dial(name)
            try:
                client.sendall(b"ping")
                return client if read_exactly(client, 4) == b"ping" else None
            except (EOFError, OSError):
                return None

        return self.eventually(attempt, f"{name}: a stream works", 3 * PATIENCE)

    def peer(self, path):
        peer = Peer(path)
        self.addCleanup(peer.close)
        return peer

    def status(self, control=None):
        def ask():
            program = self.start("xenhub-relay", "status", "--json", "--control", control or self.control)
            return program if program.wait() != 3 else None

        program = self.eventually(ask, "the relay can be asked")
        self.assertEqual(program.wait(), 0, program.story())
        return json.loads("\n".join(program.lines))

    def route(self, control=None, number=0):
        return self.status(control)["routes"][number]

    def link_of(self, control=None, number=0):
        return self.status(control)["links"][number]

    def eventually(self, look, what, timeout=PATIENCE):
        deadline = time.monotonic() + timeout
        while True:
            found = look()
            if found:
                return found
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.05)
