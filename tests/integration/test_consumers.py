# SPDX-License-Identifier: GPL-2.0-or-later
"""Consumers that come, go, sleep and die, and a hub that does."""

import signal
import socket
import time

from kit import recording, wire
from kit.programs import Case
from kit.recording import BTN_LEFT, KEY_A, KEY_B

LEASE_S = 0.4  # what a consumer holds is let go of after so much silence


class Consumers(Case):
    def recorded(self, device, frames, name="recording.evemu"):
        return f"evemu:{recording.write(self.folder / name, device, frames)}"

    def held_key(self, seconds=60):
        """A source that presses A at once, and lets go of it after so long."""
        return self.recorded(recording.KEYBOARD, [(1, [(1, KEY_A, 1)]), (1 + seconds, [(1, KEY_A, 0)])])

    def test_two_see_the_same(self):
        lead_in = [(1, [(2, 0, 1)])]
        frames = [(2 + n / 500, [(2, 0, n), (1, BTN_LEFT, n % 2)]) for n in range(1, 1001)]
        hub = self.hub(self.recorded(recording.MOUSE, lead_in + frames), once=True)
        watches = [self.watch("--keys") for _ in range(2)]
        self.assertEqual(hub.wait(), 0, hub.story())
        seen = []
        for watch in watches:
            watch.wait()
            seen.append([frame for frame in watch.frames() if len(frame) == 3])
        self.assertEqual(len(seen[0]), 1000)
        self.assertEqual(seen[0], seen[1])

    def test_late_joiner(self):
        """Who comes late is told what is held, as state and not as history."""
        frames = [(1, [(1, KEY_A, 1)]), (1.01, [(1, KEY_B, 1)]), (1.02, [(1, KEY_B, 0)]), (60, [(1, KEY_A, 0)])]
        self.hub(self.recorded(recording.KEYBOARD, frames), once=True)
        first = self.peer(name="first")
        first.until(wire.FRAME, ready=lambda m: (1, KEY_B, 0) in m.events)
        late = self.peer(name="late")
        [state] = late.states.values()
        self.assertEqual(state.keys, {KEY_A})
        self.assertEqual(wire.REASONS[late.snapshot.reason], "connect")
        watch = self.watch("--keys")
        watch.until_event(1, KEY_A, 1)
        self.assertFalse([event for frame in watch.frames() for event in frame if event[1:3] == (1, KEY_B)])

    def test_hub_is_killed(self):
        """kill -9 of the hub with a key held: the consumer lets go."""
        hub = self.hub(self.held_key())
        watch = self.watch("--keys")
        watch.until_event(1, KEY_A, 1)
        killed = time.monotonic()
        hub.signal(signal.SIGKILL)
        released = watch.until_event(1, KEY_A, 0)
        self.assertLess(released - killed, LEASE_S)

    def test_hub_is_stopped(self):
        """A hub that hangs: the lease runs out, and what it released stays released until a fresh press."""
        presses = [(1, [(1, KEY_A, 1)]), (3, [(1, KEY_A, 0)]), (3.2, [(1, KEY_A, 1)]), (3.4, [(1, KEY_A, 0)]),
                   (60, [(1, KEY_B, 0)])]
        hub = self.hub(self.recorded(recording.KEYBOARD, presses), once=True)
        watch = self.watch("--keys")
        watch.until_event(1, KEY_A, 1)
        stopped = time.monotonic()
        hub.signal(signal.SIGSTOP)
        released = watch.until_event(1, KEY_A, 0)
        self.assertLess(released - stopped, 2 * LEASE_S)
        hub.signal(signal.SIGCONT)

        def values():
            return [event[3] for frame in watch.frames() for event in frame if event[1:3] == (1, KEY_A)]

        watch.until(lambda: len(values()) >= 4, "the next press and release")
        self.assertEqual(values(), [1, 0, 1, 0])

    def test_hub_ends_in_good_order(self):
        hub = self.hub(self.held_key())
        watch = self.watch("--keys")
        watch.until_event(1, KEY_A, 1)
        hub.signal(signal.SIGTERM)
        watch.until_line(f"{KEY_A:04x} 0000")
        self.assertEqual(hub.wait(), 0, hub.story())
        self.assertFalse(self.link.exists(), "the socket is left behind")
        self.assertFalse(self.control.exists(), "the control socket is left behind")

    def test_hub_returns(self):
        """After a kill -9, a second hub takes over the stale socket."""
        hub = self.hub(self.held_key())
        hub.signal(signal.SIGKILL)
        hub.wait()
        self.assertTrue(self.link.is_socket())
        self.hub(self.held_key())
        watch = self.watch("--keys")
        watch.until_event(1, KEY_A, 1)

    def test_consumer_is_stopped(self):
        """A consumer that hangs is dropped; the other one loses nothing."""
        frames = [(n / 500, [(2, 0, n), (1, BTN_LEFT, n % 2)]) for n in range(1, 2001)]
        hub = self.hub(self.recorded(recording.MOUSE, [(0, [(2, 0, 1)])] + [(1 + at, e) for at, e in frames]), once=True)
        good, bad = self.watch("--keys"), self.peer(name="sleeper")
        bad.until(wire.FRAME)
        # From here on it neither reads nor answers.
        self.assertEqual(hub.wait(60), 0, hub.story())
        good.wait()
        numbers = [event[3] for frame in good.frames() for event in frame if event[1:3] == (2, 0)]
        self.assertEqual(numbers[-2000:], list(range(1, 2001)))
        self.assertIn("sleeper", hub.errors)
        self.assertIn("timeout", hub.errors)

    def test_consumer_wakes_up(self):
        """Stopped for too long with a key held, a consumer hears why it lost its link, and lets go."""
        hub = self.hub(self.held_key())
        watch = self.watch("--keys")
        watch.until_event(1, KEY_A, 1)
        watch.signal(signal.SIGSTOP)
        hub.until(lambda: "timeout" in hub.errors, "the hub drops it")
        watch.signal(signal.SIGCONT)
        self.assertEqual(watch.wait(), 1)
        self.assertEqual([event[3] for frame in watch.frames() for event in frame if event[1] == 1], [1, 0])
        self.assertIn("nothing was acknowledged", watch.errors)

    def test_tcp(self):
        """The same stream over a loopback address, beside the socket."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.hub(self.held_key(), options=["--listen", f"tcp:127.0.0.1:{port}"])
        watch = self.start("xenhub", "watch", "--link", f"tcp:127.0.0.1:{port}", "--format", "evemu", "--keys")
        watch.until_event(1, KEY_A, 1)
        self.watch("--keys").until_event(1, KEY_A, 1)

    def test_lease(self):
        """While a key is held the hub renews its word, and only then."""
        frames = [(1, [(1, KEY_A, 1)]), (2, [(1, KEY_A, 0)]), (60, [(1, KEY_B, 0)])]
        self.hub(self.recorded(recording.KEYBOARD, frames), once=True)
        peer = self.peer()
        peer.until(wire.FRAME)
        leases = []
        while True:
            got = peer.receive()
            peer.send(wire.ack(peer.seq))
            if got.kind == wire.FRAME:
                break
            if got.kind == wire.LEASE:
                leases.append(got)
        self.assertGreaterEqual(len(leases), 3)
        self.assertEqual({(lease.held, lease.seq) for lease in leases}, {(1, peer.seq - 1)})
        with self.assertRaises(TimeoutError):
            while True:
                self.assertNotEqual(peer.receive(1).kind, wire.LEASE)

    def test_no_acknowledgement(self):
        """A consumer that reads and never answers loses its link while a key is held; another one does not."""
        self.hub(self.held_key())
        good, bad = self.watch("--keys"), self.peer(greet=False)
        bad.send(wire.hello("mute"))
        said = None
        with self.assertRaises(wire.Closed):
            while True:
                got = bad.receive()
                said = got if got.kind == wire.BYE else said
        self.assertEqual(said.reason, wire.BYE_TIMEOUT)
        self.assertEqual([event[3] for frame in good.frames() for event in frame if event[1] == 1], [1])

    def test_focus(self):
        """The one who loses focus gets its releases, the one who wins it a snapshot of what is held."""
        self.hub(self.held_key())
        one, two = self.peer(name="one"), self.peer(name="two")
        for peer in (one, two):
            if not any(state.keys for state in peer.states.values()):
                peer.until(wire.FRAME, ready=lambda m: (1, KEY_A, 1) in m.events)
        status, _, errors = self.ctl("focus", "two")
        self.assertEqual(status, 0, errors)
        lost = one.until(wire.FRAME, ready=lambda m: (1, KEY_A, 0) in m.events)
        self.assertEqual(wire.REASONS[lost.reason], "focus")
        self.assertTrue(lost.flags & wire.SYNTHETIC)
        self.assertEqual(one.until(wire.FOCUS).focused, 0)
        status, _, errors = self.ctl("focus", "one")
        self.assertEqual(status, 0, errors)
        self.assertEqual(one.until(wire.FOCUS).focused, 1)
        self.assertEqual(one.until(wire.DEVICE_STATE).keys, {KEY_A})

    def test_wishes(self):
        """A consumer gets the classes that it asked for, and may change its mind."""
        self.hub(self.recorded(recording.KEYBOARD, [(1, [(1, KEY_A, 1)]), (60, [(1, KEY_A, 0)])], "keyboard.evemu"),
                 self.recorded(recording.MOUSE, [(1, [(2, 0, 1)]), (60, [(2, 0, 1)])], "mouse.evemu"))
        peer = self.peer(wish=wire.wishes(classes=1 << 1))
        self.assertEqual([device.name for device in peer.devices.values()], [recording.MOUSE.name])
        peer.send(wire.subscribe(classes=1 << 0))
        gone = peer.until(wire.DEVICE_REMOVE)
        self.assertIn(gone.handle, peer.devices)
        self.assertEqual(peer.until(wire.DEVICE_ADD).name, recording.KEYBOARD.name)

    def test_snapshot_on_request(self):
        self.hub(self.held_key())
        peer = self.peer()
        peer.send(wire.subscribe(snapshot=True))
        begin = peer.until(wire.SNAPSHOT_BEGIN)
        self.assertEqual(begin.devices, 1)
        peer.until(wire.SNAPSHOT_END)

    def test_generations(self):
        """Each link has its own number; handles belong to the device, not to the link."""
        self.hub(self.held_key())
        one, two = self.peer(greet=False), self.peer(greet=False)
        first, second = one.greet(), two.greet()
        self.assertNotEqual(first.generation, 0)
        self.assertNotEqual(first.generation, second.generation)
        self.assertEqual(first.boot_id, second.boot_id)

    def test_descriptor(self):
        """A device arrives whole: name, ids, properties, bits, axes."""
        self.hub(self.recorded(recording.TOUCHSCREEN, [(1, [(3, 0x39, 5)]), (60, [(3, 0x39, -1)])]))
        [device] = self.peer().devices.values()
        want = recording.TOUCHSCREEN
        self.assertEqual((device.name, device.ids), (want.name, want.ids))
        self.assertEqual(device.bits[0xFF], set(want.properties))
        self.assertEqual(device.bits[1], set(want.codes[1]))
        self.assertEqual({code: tuple(values[1:3]) for code, values in device.absinfo.items()}, want.axes)
        self.assertEqual(device.classes, 1 << 4)
        self.assertIn("touchscreen", device.reason)


if __name__ == "__main__":
    import unittest
    unittest.main()
