# SPDX-License-Identifier: GPL-2.0-or-later
"""The example of docs/protocol.md, byte by byte, against a hub."""

import re
import struct

from kit import recording, wire
from kit.programs import SOURCE, Case

EXAMPLE = re.compile(r"^```hex (\w+) (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples():
    page = (SOURCE / "docs" / "protocol.md").read_text()
    return {f"{who} {what}": bytes.fromhex("".join(digits.split())) for who, what, digits in EXAMPLE.findall(page)}


def exactly(peer, kind):
    """The next message of this type as the bytes that came."""
    got = peer.until(kind)
    return wire.message(got.kind, got.body, got.flags), got


class Example(Case):
    def test_link(self):
        page = examples()
        path = self.folder / "nine.evemu"
        events = ["E: 999.999995 0001 000a 1", "E: 1000.000000 0000 0000 0", "E: 1060.000000 0001 000a 0",
                  "E: 1060.000000 0000 0000 0"]
        path.write_text("\n".join([*recording.KEYBOARD.lines(), *events]) + "\n")
        self.hub(f"evemu:{path}", once=True)
        peer = self.peer(greet=False)
        peer.send(page["consumer HELLO"])

        raw, frame = exactly(peer, wire.FRAME)
        wanted = bytearray(page["hub FRAME"])
        struct.pack_into("<Q", wanted, 24, frame.sent_ns)
        struct.pack_into("<I", wanted, 32, frame.age_ns)
        struct.pack_into("<Q", wanted, 8, frame.seq)
        self.assertEqual(frame.handle, 64)
        self.assertEqual(raw.hex(" "), wanted.hex(" "))

        peer.send(page["consumer ACK"][:8] + struct.pack("<Q", frame.seq))
        raw, lease = exactly(peer, wire.LEASE)
        wanted = bytearray(page["hub LEASE"])
        struct.pack_into("<Q", wanted, 8, lease.seq)
        self.assertEqual(lease.seq, frame.seq)
        self.assertEqual(raw.hex(" "), wanted.hex(" "))

    def test_versions(self):
        self.hub("evemu:" + str(recording.write(self.folder / "m.evemu", recording.MOUSE, [(1, [(2, 0, 1)])])))
        peer = self.peer(greet=False)
        peer.send(wire.hello(versions=(2, 9)))
        raw, _ = exactly(peer, wire.BYE)
        self.assertEqual(raw, examples()["hub BYE"])

    def test_own_example_is_what_the_kit_sends(self):
        page = examples()
        self.assertEqual(wire.hello("demo"), page["consumer HELLO"])
        self.assertEqual(wire.ack(5), page["consumer ACK"])


if __name__ == "__main__":
    import unittest
    unittest.main()
