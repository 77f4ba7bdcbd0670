#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The policy with real processes: who is let in, who gets what, and focus that moves under held keys and moving fingers."""

import threading
import time
import unittest

from kit import recording, wire
from kit.programs import Case
from kit.recording import EV_ABS, EV_KEY, KEY_A, KEYBOARD, TOUCHSCREEN
from kit.wire import BYE, BYE_POLICY, FOCUS, FRAME, LEASE, SNAPSHOT_END, Peer, ack, device_add, frame, hello

TRACKING_ID = 0x39
GUESTS = """
[guest gui]
link = unix
classes = all
[guest app]
link = unix
classes = keyboard touchscreen
"""


class Guest(threading.Thread):
    """A consumer that keeps what it holds from what it was told, and all that it was told while it had no focus."""

    def __init__(self, path, name):
        super().__init__(daemon=True)
        self.peer = Peer(path)
        self.peer.greet(name)
        self.changed = threading.Condition()
        self.focused, self.focuses, self.frames = None, 0, 0
        self.held, self.wrong, self.error = set(), [], None
        self.start()

    def run(self):
        try:
            while True:
                got = self.peer.receive(60)
                with self.changed:
                    self.take(got)
                    self.changed.notify_all()
        except (wire.Closed, OSError):
            pass
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def take(self, got):
        if got.kind in (FRAME, LEASE, SNAPSHOT_END):
            self.peer.send(ack(self.peer.seq))
        if got.kind == FOCUS:
            self.focused = bool(got.focused)
            self.focuses += self.focused
            if not self.focused and self.held:
                self.wrong.append(f"still holds {self.held} when told that focus is gone")
        elif got.kind == wire.DEVICE_STATE:
            self.held = {key for key in self.held if key[0] != got.handle}
            self.held |= {(got.handle, code) for code in got.keys}
            if self.focused is False and any(slot[TRACKING_ID - 0x30] >= 0 for slot in got.slots):
                self.wrong.append("without focus: a contact in a state")
            self.check("a state")
        elif got.kind == FRAME:
            self.frames += 1
            for kind, code, value in got.events:
                if kind == EV_KEY:
                    (self.held.add if value else self.held.discard)((got.handle, code))
            if not got.reason:
                self.check(got)

    def check(self, what):
        if self.focused is False and (self.held or not isinstance(what, str)):
            self.wrong.append(f"without focus: {what}")

    def until(self, ready, what, timeout=20):
        with self.changed:
            if not self.changed.wait_for(ready, timeout):
                raise AssertionError(f"{what}: not within {timeout} s ({self.error})")


class Policy(Case):
    def start_hub(self):
        quiet = recording.write(self.folder / "quiet.evemu", recording.MOUSE, [(60, [(EV_KEY, 0x110, 1)])])
        return self.hub(f"evemu:{quiet}", configuration=self.configuration(GUESTS))

    def test_strangers_are_not_let_in(self):
        self.start_hub()
        for name in ("stranger", "", "gu"):
            peer = self.peer(greet=False)
            peer.send(hello(name))
            said = peer.until(BYE)
            self.assertEqual(said.reason, BYE_POLICY, said)
            self.assertIn("[guest NAME]", said.words)
        self.peer(name="gui")

    def test_who_may_have_focus(self):
        self.start_hub()
        self.assertEqual(self.ctl("focus")[1].splitlines()[0], "gui")
        status, _, errors = self.ctl("focus", "stranger")
        self.assertEqual(status, 1)
        self.assertIn("[guest NAME]", errors)
        status, _, errors = self.ctl("focus", "all")
        self.assertEqual(status, 1)
        self.assertIn("one guest at a time", errors)
        status, _, errors = self.ctl("focus", "next")
        self.assertEqual(status, 1)
        app = self.peer(name="app")
        self.assertEqual(self.ctl("focus", "next")[:2], (0, "app"))
        app.until(FOCUS, ready=lambda m: m.focused)

    def test_focus_moves_200_times_under_a_held_key_and_a_moving_finger(self):
        hub = self.start_hub()
        guests = [Guest(self.link, "gui"), Guest(self.link, "app")]
        for guest in guests:
            self.addCleanup(guest.peer.close)
        player = Peer(self.control)
        self.addCleanup(player.close)
        player.greet("player", role=wire.ROLE_CONTROL, wish=wire.wishes(classes=0))
        player.send(device_add(1, KEYBOARD))
        player.send(device_add(2, TOUCHSCREEN))
        player.send(frame(0, 1, [(EV_KEY, KEY_A, 1), (0, 0, 0)]))
        player.send(frame(0, 2, [(EV_KEY, 0x14A, 1), (EV_ABS, 0x2F, 0), (EV_ABS, TRACKING_ID, 7), (EV_ABS, 0x35, 5),
                                 (EV_ABS, 0x36, 5), (0, 0, 0)]))
        guests[0].until(lambda: len(guests[0].held) == 2, "the first guest holds key and finger")
        for turn in range(200):
            winner, loser = guests[(turn + 1) % 2], guests[turn % 2]
            player.send(wire.message(wire.REQUEST, b"\0\0\0\0" + wire.text(f"focus set {('gui', 'app')[(turn + 1) % 2]}")))
            for step in range(3):
                player.send(frame(0, 2, [(EV_ABS, 0x35, 10 + turn + step), (0, 0, 0)]))
            winner.until(lambda: winner.focused and len(winner.held) == 2, f"turn {turn}: it comes")  # pylint: disable=W0640
            loser.until(lambda: loser.focused is False and not loser.held, f"turn {turn}: it goes")  # pylint: disable=W0640
        player.send(frame(0, 1, [(EV_KEY, KEY_A, 0), (0, 0, 0)]))
        player.send(frame(0, 2, [(EV_ABS, TRACKING_ID, -1), (EV_KEY, 0x14A, 0), (0, 0, 0)]))
        for guest in guests:
            guest.until(lambda: not guest.held, "nothing is stuck")  # pylint: disable=W0640
            self.assertEqual(guest.wrong, [])
            self.assertIsNone(guest.error)
            self.assertGreaterEqual(guest.focuses, 100)
            self.assertGreater(guest.frames, 100)
        time.sleep(0.6)
        self.assertEqual([guest.held for guest in guests], [set(), set()])
        self.assertIsNone(hub.process.poll())


if __name__ == "__main__":
    unittest.main()
