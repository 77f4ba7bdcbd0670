# SPDX-License-Identifier: GPL-2.0-or-later
"""Serial lines between a hub and a consumer: two terminals, and a wire between them that this test may spoil."""

import os
import random
import select
import signal
import threading
import time
import tty
import unittest

from kit import recording
from kit.programs import PATIENCE, Case
from kit.recording import KEY_A, REL_X

EV_REL, EV_KEY = 2, 1


class Wire:
    """Carries bytes from one terminal to the other; spoil(data) may change those that go to the consumer."""

    def __init__(self):
        self.spoil = lambda data: data
        self.carried = 0
        self.ends = []
        for _ in range(2):
            master, slave = os.openpty()
            tty.setraw(slave)
            os.set_blocking(master, True)
            self.ends.append((master, slave, os.ttyname(slave)))
        self.stop_read, self.stop_write = os.pipe()
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()

    @property
    def hub(self):
        return f"tty:{self.ends[0][2]}"

    @property
    def consumer(self):
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
                    self.carried += len(data)
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


def steps(frames):
    """The REL_X of each frame: the recordings here count with it."""
    return [value for frame in frames for _, kind, code, value in frame if (kind, code) == (EV_REL, REL_X)]


class Lines(Case):
    def setUp(self):
        super().setUp()
        self.wire = Wire()
        self.addCleanup(self.wire.close)

    def counted(self, count, per_second=500):
        frames = [(1 + n / per_second, [(EV_REL, REL_X, n)]) for n in range(1, count + 1)]
        return f"evemu:{recording.write(self.folder / 'counted.evemu', recording.MOUSE, frames)}"

    def held_key(self):
        frames = [(1, [(EV_KEY, KEY_A, 1)]), (120, [(EV_KEY, KEY_A, 0)])]
        return f"evemu:{recording.write(self.folder / 'held.evemu', recording.KEYBOARD, frames)}"

    def watch_on(self, watches):
        """`xenhub watch` ends with its link: another one takes its place, as a twin would go on."""
        if not watches or watches[-1].process.poll() is not None:
            watches.append(self.watch_line())
        return watches

    def seen_by(self, watches):
        return [step for watch in watches for step in steps(watch.frames())]

    def watch_line(self):
        return self.start("xenhub", "watch", "--link", self.wire.consumer, "--format", "evemu", "--keys")

    def test_clean_line(self):
        hub = self.hub(self.counted(3000) + ",fast", once=True, options=("--listen", self.wire.hub))
        watch = self.watch_line()
        self.assertEqual(hub.wait(60), 0, hub.story())
        watch.until(lambda: len(steps(watch.frames())) >= 3000, "all frames")
        self.assertEqual(steps(watch.frames()), list(range(1, 3001)))

    def test_spoiled_line(self):
        """Bytes lost, changed and injected: no wrong event, and the link comes back each time."""
        dice = random.Random(1)
        harm = [0]

        def spoil(data):
            if dice.random() > 0.01 or len(data) < 3:
                return data
            harm[0] += 1
            at = dice.randrange(len(data))
            kind = dice.randrange(3)
            if kind == 0:
                return data[:at] + data[at + 1:]
            if kind == 1:
                return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1:]
            return data[:at] + dice.randbytes(5) + data[at:]

        count = 2000
        hub = self.hub(self.counted(count, 250), once=True, options=("--listen", self.wire.hub))
        watches = self.watch_on([])
        watches[0].until(lambda: steps(watches[0].frames()), "the first frame")
        self.wire.spoil = spoil
        deadline = time.monotonic() + 60
        while count not in self.seen_by(self.watch_on(watches)):
            self.assertLess(time.monotonic(), deadline, hub.story())
            if harm[0] >= 5:
                self.wire.spoil = lambda data: data
            time.sleep(0.05)
        self.assertEqual(hub.wait(), 0, hub.story())
        self.assertGreaterEqual(harm[0], 5)
        self.assertGreaterEqual(len(watches), 2)
        seen = self.seen_by(watches)
        self.assertEqual(seen, sorted(set(seen)), "an event came twice or was made up")
        self.assertLess(len(seen), count, "nothing was lost, so nothing was tested")

    def test_key_is_released_and_held_again(self):
        """A line that breaks under a held key: released at once, held again with the next session's snapshot."""
        self.hub(self.held_key(), options=("--listen", self.wire.hub))
        watch = self.watch_line()
        watch.until_event(EV_KEY, KEY_A, 1)
        spoilt = []

        def spoil_one(data):
            spoilt.append(data[0])
            return data[1:] if len(spoilt) == 1 else data

        self.wire.spoil = spoil_one
        watch.until_event(EV_KEY, KEY_A, 0)
        self.assertEqual(watch.wait(), 1)
        self.assertIn("was lost on the line", watch.errors)
        self.watch_line().until_event(EV_KEY, KEY_A, 1)

    def test_hub_is_killed(self):
        """The consumer lets go, and one that has called all along gets the next hub's answer."""
        hub = self.hub(self.held_key(), options=("--listen", self.wire.hub))
        watch = self.watch_line()
        watch.until_event(EV_KEY, KEY_A, 1)
        hub.signal(signal.SIGKILL)
        hub.wait()
        watch.until_event(EV_KEY, KEY_A, 0)
        self.link.unlink()
        self.control.unlink()
        again = self.watch_line()
        self.hub(self.held_key(), options=("--listen", self.wire.hub))
        again.until_event(EV_KEY, KEY_A, 1)

    def test_second_consumer_in_turn(self):
        """A consumer that goes makes room for the next one on the same line."""
        self.hub(self.held_key(), options=("--listen", self.wire.hub))
        for _ in range(3):
            watch = self.watch_line()
            watch.until_event(EV_KEY, KEY_A, 1)
            watch.end()

    def test_no_such_line(self):
        hub = self.hub(self.held_key(), options=("--listen", f"tty:{self.folder}/none"))
        hub.until(lambda: "it is tried again" in hub.errors, "a line about the terminal")
        self.assertIn(f"tty:{self.folder}/none: no link: {self.folder}/none: No such file or directory", hub.errors)


if __name__ == "__main__":
    unittest.main()
