# SPDX-License-Identifier: GPL-2.0-or-later
"""Between a program and xenstored: a connection that can be cut, and a store that refuses what the test says.

The requests are xenstored's own (xen/io/xs_wire.h): type, request, transaction and length, 32 bits each, and then a path with what
belongs to it. As a program, `storeproxy.py LISTEN TARGET` passes everything on until it is killed.
"""

import os
import socket
import struct
import sys
import threading

HEADER = struct.Struct("=IIII")
TRANSACTION_START, WRITE, MKDIR, RM, SET_PERMS, ERROR = 6, 11, 12, 13, 14, 16
WRITING = (WRITE, MKDIR, RM, SET_PERMS)


def receive(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            return None
        data += piece
    return data


class Pair:
    """One client and its connection to the real store."""

    def __init__(self, proxy, client):
        self.proxy, self.client = proxy, client
        self.sending = threading.Lock()
        self.store = socket.socket(socket.AF_UNIX)
        self.store.connect(proxy.target)
        for work in (self.to_store, self.to_client):
            threading.Thread(target=self.run, args=(work,), daemon=True).start()

    def run(self, work):
        try:
            work()
        except OSError:
            pass
        self.end()

    def to_store(self):
        while header := receive(self.client, HEADER.size):
            kind, request, transaction, size = HEADER.unpack(header)
            body = receive(self.client, size)
            if body is None:
                return
            error = self.proxy.judge(kind, body.split(b"\0", 1)[0].decode(errors="replace"))
            if not error:
                self.store.sendall(header + body)
                continue
            answer = error.encode() + b"\0"
            with self.sending:
                self.client.sendall(HEADER.pack(ERROR, request, transaction, len(answer)) + answer)

    def to_client(self):
        while header := receive(self.store, HEADER.size):
            body = receive(self.store, HEADER.unpack(header)[3])
            if body is None:
                return
            with self.sending:
                self.client.sendall(header + body)

    def end(self):
        for connection in (self.client, self.store):
            try:
                connection.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
            except OSError:
                pass
            connection.close()


class StoreProxy:
    def __init__(self, path, target):
        self.path, self.target = path, target
        self.error, self.below = None, ""
        self.transactions = 0
        self.pairs = []
        self.join()

    def judge(self, kind, path):
        self.transactions += kind == TRANSACTION_START
        return self.error if self.error and kind in WRITING and path.startswith(self.below) else None

    def refuse(self, error, below="/"):
        """From now on nothing below this path can be changed: ENOSPC, EROFS, EACCES …"""
        self.below, self.error = below, error

    def allow(self):
        self.error = None

    def cut(self):
        """Nobody is connected any more, and nobody can connect."""
        os.unlink(self.path)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.acceptor.join()
        for pair in self.pairs:
            pair.end()
        self.pairs = []

    def join(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        self.acceptor = threading.Thread(target=self.accept, args=(self.listener,), daemon=True)
        self.acceptor.start()

    def accept(self, listener):
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            self.pairs.append(Pair(self, client))


if __name__ == "__main__":
    StoreProxy(*sys.argv[1:])
    print("listening", flush=True)
    threading.Event().wait()
