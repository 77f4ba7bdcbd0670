# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes an initramfs: an uncompressed `newc` cpio archive, for decompression is slow in an emulated machine."""

import os
import stat
from pathlib import Path


class Archive:
    def __init__(self):
        self.data = bytearray()
        self.names = set()

    def _entry(self, name, mode, content=b"", major=0, minor=0):
        name = name.strip("/")
        if name in self.names:
            return
        parent = os.path.dirname(name)
        if parent:
            self.directory(parent)
        self.names.add(name)
        links = 1
        fields = (len(self.names), mode, 0, 0, links, 0, len(content), 0, 0, major, minor, len(name) + 1, 0)
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields)
        self._padded(name.encode() + b"\0")
        self._padded(content)

    def _padded(self, content):
        self.data += content
        self.data += bytes(-len(self.data) % 4)

    def directory(self, name):
        self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, content, mode=0o644):
        if isinstance(content, Path):
            content = content.read_bytes()
        self._entry(name, stat.S_IFREG | mode, content)

    def link(self, name, target):
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def device(self, name, major, minor):
        self._entry(name, stat.S_IFCHR | 0o600, b"", major, minor)

    def finish(self):
        self._entry("TRAILER!!!", 0)
        return bytes(self.data)
