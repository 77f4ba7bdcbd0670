# SPDX-License-Identifier: GPL-2.0-or-later
"""Random drawings of a SPICE server, put together as spice.proto says: most of them are such as a viewer has to draw."""

import struct

from .spice import drawing, image, surface

FIELDS = {  # of a drawing's fixed part, by its number: see field()
    104: "P", 302: "brm", 303: "iabrsm", 304: "iarsm", 305: "iarsm", 306: "m", 307: "m", 308: "m", 309: "iab3sm", 310: "plbrr",
    311: "tabbor", 312: "iacc", 313: "fia", 318: "C"}
SURFACES = {1: 32, 2: 8, 3: 16}  # beside the screen: number, format
BITS = {1: 1, 2: 1, 6: 16, 7: 24, 8: 32, 9: 32, 10: 8}  # of bitmaps, by their format
SURFACE, PUT = 104, 8
BASE = 21


def surfaces():
    return b"".join(surface(64, 64, number, kind) for number, kind in SURFACES.items())


class Drawings:
    def __init__(self, random):
        self.random = random

    def one(self):
        """A message."""
        choose = self.random.choice
        kind = choose(list(FIELDS))
        self.body, self.wanted = bytearray(), []
        box = self.rect()
        for field in FIELDS[kind]:
            self.field(field)
        # What hangs on it follows.
        for at, what in self.wanted:
            struct.pack_into("<I", self.body, at, BASE + len(self.body))
            self.body += what
        whole = bytearray(drawing(kind, bytes(self.body), struct.unpack("<4i", box)))
        struct.pack_into("<I", whole, 6, choose([0, 0, 0, *SURFACES]))
        return bytes(whole)

    def rect(self):
        choose = self.random.choice
        x, y = choose([-5, 0, 0, 3, 50]), choose([-5, 0, 0, 3, 50])
        return struct.pack("<4i", y, x, y + choose([1, 5, 9, 64]), x + choose([1, 7, 33, 64, 100]))

    def point(self, low=-9, high=99):
        return struct.pack("<2i", self.random.randrange(low, high), self.random.randrange(low, high))

    def pointer(self, what):
        self.wanted.append((len(self.body), what))
        self.body += bytes(4)

    def image(self, mask=False):
        choose = self.random.choice
        if not mask and choose(range(6)) == 0:
            return image(SURFACE, 64, 64) + struct.pack("<I", choose([0, *SURFACES]))
        width, height = choose([(1, 1), (7, 5), (64, 64), (33, 9), (100, 3)])
        kind = choose([1, 2] if mask else [6, 7, 8, 8, 8, 9, 10])
        stride = (width * BITS[kind] + 31) // 32 * 4
        return (image(0, width, height, choose(range(6)), choose([0, 0, 0, 1, 2, 4])) +
                struct.pack("<BBIIII", kind, choose([0, 4]), width, height, stride, 0) + self.random.randbytes(stride * height))

    def path(self):
        points = [[self.point(-100, 2000) for _ in range(self.random.choice([1, 2, 5]))] for _ in range(self.random.choice([1, 2, 3]))]
        flags = [1, *self.random.choices([0, 1, 2, 3, 10], k=len(points) - 1)]
        return struct.pack("<I", len(points)) + b"".join(struct.pack("<BI", flag, len(part)) + b"".join(part)
                                                         for flag, part in zip(flags, points))

    def text(self):
        kind, count, glyphs = self.random.choice([1, 2, 4]), self.random.choice([1, 2, 5]), b""
        for _ in range(count):
            width, height = self.random.choice([(0, 0), (3, 5), (9, 7)])
            bits = {1: 1, 2: 4, 4: 8}[kind]
            glyphs += (self.point(-9, 70) + self.point(-3, 3) + struct.pack("<2H", width, height) +
                       self.random.randbytes((width * bits + 7) // 8 * height))
        return struct.pack("<HB", count, kind) + glyphs

    def field(self, field):
        choose, bits = self.random.choice, self.random.getrandbits
        if field == "b":  # brush
            kind = choose([0, 1, 2])
            self.body.append(kind)
            if kind == 1:
                self.body += struct.pack("<I", bits(32))
            elif kind == 2:
                self.pointer(self.image())
                self.body += self.point(-99, 1)
        elif field == "m":  # mask
            self.body += bytes([choose([0, 1])]) + self.point(-3, 9)
            if choose([False, True]):
                self.pointer(self.image(mask=True))
            else:
                self.body += bytes(4)
        elif field == "i":
            self.pointer(self.image())
        elif field == "a":  # area
            self.body += self.rect()
        elif field == "r":  # rop
            self.body += struct.pack("<H", choose([PUT, PUT, 0, 1 << choose(range(11)), bits(11)]))
        elif field == "o":
            self.body += struct.pack("<H", PUT)
        elif field == "s":  # how to scale
            self.body.append(choose([0, 1]))
        elif field == "3":  # rop of three
            self.body.append(bits(8))
        elif field == "c":  # colour
            self.body += struct.pack("<I", bits(24))
        elif field == "f":  # flags of alpha
            self.body += bytes([bits(2), bits(8)])
        elif field == "P":
            self.body += self.point()
        elif field == "l":  # line
            if choose([False, True]):
                dashes = [choose([16, 32, 80]) for _ in range(choose([1, 2, 3]))]
                self.body += bytes([8 | choose([0, 4]), len(dashes)])
                self.pointer(struct.pack(f"<{len(dashes)}I", *dashes))
            else:
                self.body.append(0)
        elif field == "p":
            self.pointer(self.path())
        elif field == "t":
            self.pointer(self.text())
        elif field == "C":
            self.composition()

    def composition(self):
        mask, turned, mask_turned = (self.random.choice([0, 1]) for _ in range(3))
        flags = self.random.choice([0, 1, 3, 5, 12]) | self.random.getrandbits(5) << 14 | mask << 19 | turned << 20 | mask_turned << 21
        self.body += struct.pack("<I", flags)
        for _ in range(1 + mask):
            self.pointer(self.image())
        self.body += struct.pack("<6I", 65536, 0, 0, 0, 65536, 0) * (turned + mask_turned) + bytes(8)
