# SPDX-License-Identifier: GPL-2.0-or-later
"""Peers that break the rules: each loses its link, with a BYE that says why, and nothing else happens."""

import random
import struct

from kit import recording, wire
from kit.programs import Case
from kit.wire import Closed, Peer, message


class Hostile(Case):
    """A hub that plays a mouse for a minute, and a bystander who must go on getting its frames."""

    def setUp(self):
        super().setUp()
        frames = [(n / 20, [(1, recording.BTN_LEFT, n % 2)]) for n in range(1200)]
        path = recording.write(self.folder / "mouse.evemu", recording.MOUSE, frames)
        self.daemon = self.hub(f"evemu:{path}")
        self.bystander = self.peer(name="bystander")

    def tearDown(self):
        self.bystander.until(wire.FRAME, ready=lambda m: not m.flags)
        self.assertIsNone(self.daemon.process.poll(), self.daemon.story())
        with self.peer(name="newcomer") as newcomer:
            newcomer.until(wire.FRAME)

    def refused(self, raw, reason, words="", greet=True):
        """Sends these bytes; the hub must end the link for this reason."""
        peer = self.peer(greet)
        peer.send(raw)
        said = peer.bye()
        self.assertEqual(said.reason, reason, said)
        self.assertIn(words, said.words)
        peer.close()
        return said

    def test_lengths(self):
        for length in (0, 7, wire.MESSAGE_MAX + 1, 0xFFFFFFFF):
            with self.subTest(length):
                self.refused(message(wire.ACK, bytes(8), length=length), wire.BYE_MALFORMED, str(length))

    def test_truncated_fields(self):
        for kind, size in ((wire.ACK, 7), (wire.PING, 0), (wire.LED, 6), (wire.SUBSCRIBE, 3), (wire.SCREEN, 2)):
            with self.subTest(kind):
                self.refused(message(kind, bytes(size)), wire.BYE_MALFORMED, "shorter")

    def test_trailing_bytes(self):
        for kind, size in ((wire.ACK, 9), (wire.PING, 4000), (wire.LED, 9), (wire.SUBSCRIBE, 17)):
            with self.subTest(kind):
                self.refused(message(kind, bytes(size)), wire.BYE_MALFORMED, "longer")

    def test_hello(self):
        good = wire.hello()
        cases = {
            "magic": (wire.hello(magic=0x12345678), wire.BYE_MALFORMED, "magic"),
            "too new": (wire.hello(versions=(2, 9)), wire.BYE_VERSION, "2 to 9"),
            "too old": (wire.hello(versions=(0, 0)), wire.BYE_VERSION, "0 to 0"),
            "short": (message(wire.HELLO, good[8:30]), wire.BYE_MALFORMED, "shorter"),
            "name beyond the end": (message(wire.HELLO, good[8:-6] + struct.pack("<H", 500)), wire.BYE_MALFORMED, "shorter"),
            "name too long": (wire.hello(name="x" * 300), wire.BYE_MALFORMED, ""),
            "a hub's": (wire.hello(role=wire.ROLE_HUB), wire.BYE_POLICY, "role"),
            "control on the link": (wire.hello(role=wire.ROLE_CONTROL), wire.BYE_POLICY, "role"),
            "something else first": (wire.ack(0), wire.BYE_UNEXPECTED, "HELLO"),
        }
        for name, (raw, reason, words) in cases.items():
            with self.subTest(name):
                self.refused(raw, reason, words, greet=False)
        self.refused(good, wire.BYE_UNEXPECTED, "second")

    def test_hello_of_the_future(self):
        """Versions that overlap with ours, and fields that we do not know."""
        peer = self.peer(greet=False)
        peer.greet(versions=(1, 7), more=b"\x01\x02\x03\x04")
        peer.until(wire.FRAME)

    def test_what_only_a_hub_sends(self):
        kinds = [*range(wire.DEVICE_ADD, wire.FOCUS + 1), wire.STATE]
        for kind in kinds:
            with self.subTest(kind):
                self.refused(message(kind, bytes(24)), wire.BYE_UNEXPECTED, "only a hub")
        self.refused(wire.frame(1, 64, [(1, 30, 1), (0, 0, 0)]), wire.BYE_UNEXPECTED, "FRAME")

    def test_control_messages_on_the_link(self):
        peer = self.peer()
        peer.send(message(wire.REQUEST, struct.pack("<I", 0) + wire.text("focus set x")))
        self.assertIn(peer.bye().reason, (wire.BYE_UNEXPECTED, wire.BYE_UNKNOWN))

    def test_unknown_types(self):
        self.refused(message(77), wire.BYE_UNKNOWN, "77")
        peer = self.peer()
        peer.send(message(77 | wire.SKIPPABLE, b"anything at all") + wire.ping(4711))
        self.assertEqual(peer.until(wire.PONG).token, 4711)

    def test_acknowledgements(self):
        self.refused(wire.ack(1 << 40), wire.BYE_UNEXPECTED, "never sent")
        peer = self.peer()
        peer.until(wire.FRAME)
        peer.send(wire.ack(peer.seq) + wire.ack(1))
        said = peer.bye()
        self.assertEqual((said.reason, "goes back" in said.words), (wire.BYE_UNEXPECTED, True), said)

    def test_leds(self):
        peer = self.peer()
        handle = next(iter(peer.devices))
        peer.close()
        self.refused(wire.led(handle, 0, True), wire.BYE_UNEXPECTED, "no such LED")
        self.refused(wire.led(handle, 999, True), wire.BYE_MALFORMED)
        self.refused(wire.led(handle, 0, 2), wire.BYE_MALFORMED)
        peer = self.peer()
        peer.send(wire.led(handle + 64, 0, True) + wire.ping(1))  # a device that is gone: nobody's fault
        peer.until(wire.PONG)

    def test_silence(self):
        """Nothing said, or half a HELLO."""
        for raw in (b"", wire.hello()[:20]):
            with self.subTest(raw):
                self.refused(raw, wire.BYE_TIMEOUT, "HELLO", greet=False)

    def test_closed_inside_a_message(self):
        peer = self.peer()
        peer.send(wire.ack(1)[:9])
        peer.close()
        self.daemon.until(lambda: "inside a message" in self.daemon.errors, "a line about it")

    def test_one_byte_at_a_time(self):
        """Slow is not hostile."""
        peer = self.peer(greet=False)
        for byte in wire.hello("slow") + wire.ping(7):
            peer.send(bytes([byte]))
        self.assertEqual(peer.until(wire.PONG).token, 7)

    def test_noise(self):
        chance = random.Random(1)
        for _ in range(20):
            peer = Peer(self.link)
            if chance.random() < 0.5:
                peer.greet()
            peer.send(chance.randbytes(chance.randrange(8, 20000)))
            try:
                while peer.receive(5).kind != wire.BYE:
                    pass
            except (Closed, TimeoutError):
                pass
            peer.close()

    def test_names_are_cleaned(self):
        """A name with an escape sequence and a line feed reaches no terminal as such."""
        self.peer(name="bad\x1b[2Jname\nhub: all is well")
        self.daemon.until(lambda: "name" in self.daemon.errors and "bad" in self.daemon.errors, "a line about it")
        self.assertNotIn("\x1b", self.daemon.errors)
        self.assertFalse([line for _, line in self.daemon.err if line.startswith("hub: all is well")])


if __name__ == "__main__":
    import unittest
    unittest.main()
