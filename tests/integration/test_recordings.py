# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes in comes out: each recording through xenhubd and `xenhub watch`, frame by frame, with its own times."""

import concurrent.futures
import os
import pathlib
import tempfile
import unittest

from kit import recording, wire
from kit.programs import BIN, SOURCE, Case, Program

SHIPPED = SOURCE / "tests" / "recordings"
CORPUS = pathlib.Path(os.environ.get("XENHUB_CORPUS", SOURCE.parent / "shared" / "corpus" / "evemu"))
SUFFIXES = (".evemu", ".events", ".device", ".desc", ".yml")
AT_ONCE = 3


def recordings_below(folder):
    """Every one, descriptions without events too: they bring a device and no frame."""
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def expected(path):
    frames = recording.by_device(path.read_text(errors="replace").splitlines())
    return {name: recording.without_repeats(part) for name, part in frames.items()}


def play(path):
    """Plays one recording; returns a sentence when what comes out is not what went in."""
    with tempfile.TemporaryDirectory(prefix="xenhub-") as folder:
        folder = pathlib.Path(folder)
        (folder / "conf").write_text("")
        link = f"unix:{folder}/link"
        hub = Program(BIN / "xenhubd", "-c", folder / "conf", "--foreground", "--no-grab", "--once", "--listen", link,
                      "--control", folder / "control", "--source", f"evemu:{path},fast")
        watch = None
        try:
            hub.until((folder / "link").is_socket, "xenhubd listens")
            watch = Program(BIN / "xenhub", "watch", "--link", link, "--format", "evemu")
            status = hub.wait(60)
            if status:
                return f"xenhubd ends with {status}: {hub.errors}"
            watch.wait()
            return compare(recording.by_device(watch.lines), expected(path))
        except AssertionError as reason:
            return str(reason)
        finally:
            for program in filter(None, (watch, hub)):
                program.end()


def compare(got, wanted):
    """One that is only described brings no frames, but may begin with a switch that is on, which comes as state."""
    if not wanted:
        return None
    if None in wanted:
        got = {None: [frame for part in got.values() for frame in part]}
    for name in {*got, *wanted}:
        wrong = difference(got.get(name, []), wanted.get(name, []))
        if wrong:
            return f"{name}: {wrong}"
    return None


def difference(got, wanted):
    for number, (one, other) in enumerate(zip(got, wanted)):
        if one != other:
            return f"frame {number} is {one}, not {other}"
    if len(got) != len(wanted):
        return f"{len(got)} frames of {len(wanted)}"
    return None


class RoundTrip(unittest.TestCase):
    def check(self, paths):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for path, wrong in zip(paths, pool.map(play, paths)):
                with self.subTest(recording=path.name):
                    self.assertIsNone(wrong, path)

    def test_shipped(self):
        paths = recordings_below(SHIPPED)
        self.assertTrue(paths, f"no recordings in {SHIPPED}")
        self.check(paths)

    def test_corpus(self):
        if not CORPUS.is_dir():
            self.skipTest(f"no recordings in {CORPUS}; set XENHUB_CORPUS")
        paths = recordings_below(CORPUS)
        self.assertTrue(paths, f"no recordings in {CORPUS}")
        self.check(paths)
        print(f"{len(paths)} recordings", end=" ", flush=True)


class Rules(Case):
    """The rules of a passage, on recordings small enough to be read here."""

    def passes(self, device, frames):
        path = recording.write(self.folder / "recording.evemu", device, frames)
        hub = self.hub(f"evemu:{path},fast", once=True)
        watch = self.watch()
        self.assertEqual(hub.wait(), 0, hub.story())
        watch.wait()
        return [[event[1:] for event in frame] for frame in watch.frames()]

    def test_repeats_are_dropped(self):
        """A repeat goes, the rest of its frame stays, and a frame of repeats alone is not sent."""
        a, repeat, scan = (1, 30, 1), (1, 30, 2), (4, 4, 30)
        device = recording.Device("Keys", {1: [30], 4: [4]})
        got = self.passes(device, [(1, [a]), (1.5, [repeat]), (1.6, [scan, repeat]), (2, [(1, 30, 0)])])
        end = (0, 0, 0)
        self.assertEqual(got, [[a, end], [scan, end], [(1, 30, 0), end]])

    def test_code_and_value_ten(self):
        """KEY_9 is code 10, a line feed to whoever splits bytes on it."""
        frames = [(1, [(1, 10, 1)]), (1.1, [(1, 10, 0)])]
        self.assertEqual(self.passes(recording.KEYBOARD, frames), [[(1, 10, 1), (0, 0, 0)], [(1, 10, 0), (0, 0, 0)]])

    def test_out_of_range_passes(self):
        frames = [(1, [(3, 0x35, 99999), (3, 0x39, 1)]), (2, [(3, 0x39, -1)])]
        got = self.passes(recording.TOUCHSCREEN, frames)
        self.assertEqual(got[0], [(3, 0x35, 99999), (3, 0x39, 1), (0, 0, 0)])

    def test_report_value_is_kept(self):
        path = self.folder / "recording.evemu"
        lines = [*recording.KEYBOARD.lines(), "E: 1.000000 0001 001e 1", "E: 1.000000 0000 0000 1",
                 "E: 2.000000 0001 001e 0", "E: 2.000000 0000 0000 0"]
        path.write_text("\n".join(lines) + "\n")
        hub = self.hub(f"evemu:{path},fast", once=True)
        watch = self.watch()
        self.assertEqual(hub.wait(), 0, hub.story())
        watch.wait()
        self.assertEqual(watch.frames()[0][-1][1:], (0, 0, 1))

    def test_what_a_recording_leaves_held_is_released(self):
        """By the hub, and so marked: what the recording says ends before it."""
        path = recording.write(self.folder / "held.evemu", recording.KEYBOARD, [(1, [(1, 30, 1)]), (1.1, [(1, 48, 1)])])
        hub = self.hub(f"evemu:{path},fast", once=True)
        peer = self.peer()
        last = peer.until(wire.FRAME, ready=lambda m: m.flags)
        self.assertEqual((wire.REASONS[last.reason], bool(last.flags & wire.SYNTHETIC)), ("end", True))
        self.assertEqual({event[:2] for event in last.events if event[0] == 1 and not event[2]}, {(1, 30), (1, 48)})
        self.assertEqual(wire.REASONS[peer.until(wire.DEVICE_REMOVE).reason], "end")
        self.assertEqual(peer.until(wire.BYE).reason, wire.BYE_DONE)
        self.assertEqual(hub.wait(), 0, hub.story())

    def test_pace(self):
        """Without `fast` a recording takes its own time."""
        path = recording.write(self.folder / "slow.evemu", recording.MOUSE,
                               [(5, [(2, 0, 1)]), (5.4, [(2, 0, 2)]), (5.8, [(2, 0, 3)])])
        hub = self.hub(f"evemu:{path}", once=True)
        watch = self.watch()
        first, last = watch.until_event(2, 0, 1), watch.until_event(2, 0, 3)
        self.assertGreater(last - first, 0.7)
        self.assertEqual(hub.wait(), 0)

    def test_corrupt(self):
        for what, line in (("event", "E: 1.000000 0001 banana 1"), ("axis", "A: 00 1 2"), ("bits", "B: 01 zz")):
            with self.subTest(what):
                path = self.folder / f"{what}.evemu"
                path.write_text("\n".join([*recording.KEYBOARD.lines(), line]) + "\n")
                count = len(path.read_text().splitlines())
                hub = self.start("xenhubd", "-c", self.configuration(), "--foreground", "--listen", f"unix:{self.link}",
                                 "--control", self.control, "--source", f"evemu:{path},fast", "--once")
                self.assertEqual(hub.wait(), 1, hub.story())
                self.assertIn(f"{path}:{count}:", hub.errors)

    def test_missing(self):
        hub = self.start("xenhubd", "-c", self.configuration(), "--foreground", "--listen", f"unix:{self.link}",
                         "--control", self.control, "--source", f"evemu:{self.folder}/none.evemu", "--once")
        self.assertEqual(hub.wait(), 1, hub.story())
        self.assertIn("none.evemu", hub.errors)


if __name__ == "__main__":
    unittest.main()
