# SPDX-License-Identifier: GPL-2.0-or-later
"""`xenhub` as a person or a script uses it: on a control socket, on a link, into a pipe nobody reads, without a daemon."""

import json
import os
import signal
import stat
import subprocess
import time
import unittest

from kit import recording
from kit.programs import BIN, SOURCE, Case

KEYBOARD = SOURCE / "tests/recordings/keyboard.evemu"
MOUSE = SOURCE / "tests/recordings/mouse.evemu"
EV_KEY, EV_MSC, MSC_SCAN, KEY_UNKNOWN = 1, 4, 4, 0xf0
MODIFIERS = {29, 42, 54, 56, 97, 100, 125, 126}


def source_frames(path):
    """What a consumer must get of a recording with one device."""
    lines = path.read_text().splitlines()
    return recording.without_repeats([frame for part in recording.by_device(lines).values() for frame in part])


class Asked(Case):
    """One question, one answer."""

    def test_no_daemon_is_said_with_the_socket_and_what_starts_it(self):
        for command in ("devices", "state", "watch", "record", "focus"):
            status, out, errors = self.ctl(command)
            self.assertEqual((status, out), (3, ""), errors)
            self.assertIn(str(self.control), errors)
            self.assertIn("start it with", errors)
            self.assertEqual(len(errors.splitlines()), 1, errors)

    def test_a_command_line_that_makes_no_sense_is_refused(self):
        for words in (["frobnicate"], [], ["devices", "--frobnicate"], ["devices", "one"], ["state", "a", "b"],
                      ["watch", "--format", "xml"], ["watch", "--seconds", "0"], ["watch", "--link", "pigeon:post"],
                      ["replay"], ["focus", "a", "b"], ["grab"], ["grab", "maybe"]):
            status, out, errors = self.ctl(*words)
            self.assertEqual((status, out), (2, ""), f"{words}: {errors}")
            self.assertTrue(errors.startswith("xenhub"), errors)

    def test_help_fits_a_screen(self):
        for words in (["--help"], *([command, "--help"] for command in
                      ("devices", "state", "watch", "record", "replay", "focus", "grab", "doctor"))):
            program = self.start("xenhub", *words)
            self.assertEqual(program.wait(), 0)
            self.assertLessEqual(len(program.lines), 24)
            self.assertLessEqual(max(len(line) for line in program.lines), 88)
            self.assertEqual(program.errors, "")

    def test_devices_and_states_tell_the_same(self):
        self.hub(f"evemu:{KEYBOARD}", f"evemu:{MOUSE}", once=True)
        devices = json.loads(self.ctl("devices", "--json")[1])["devices"]
        states = json.loads(self.ctl("state", "--json")[1])
        self.assertEqual(len(devices), 2)
        for device in devices:
            self.assertEqual(states[f"device/{device['id']}/name"]["value"], device["name"])
            self.assertEqual(states[f"device/{device['id']}/reason"]["value"], device["reason"])
            self.assertEqual(states[f"device/{device['id']}/classes"]["value"], ",".join(device["classes"]))
        table = self.ctl("devices")[1]
        for device in devices:
            row = next(line for line in table.splitlines() if line.startswith(device["id"] + " "))
            for part in (device["name"], ",".join(device["classes"]), device["origin"], device["reason"]):
                self.assertIn(part, row)
        below = self.ctl("state", f"/device/{devices[0]['id']}/")[1]
        self.assertTrue(below and all(line.startswith(f"device/{devices[0]['id']}/") for line in below.splitlines()))
        status, out, errors = self.ctl("state", "device/none-such")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("device/none-such", errors)

    def test_focus_moves_and_is_told(self):
        self.hub()
        self.assertEqual(json.loads(self.ctl("focus", "--json")[1]), {"focus": "all", "consumers": []})
        self.assertEqual(self.ctl("focus", "none")[0], 0)
        self.assertEqual(self.ctl("focus")[1], "none")
        watch = self.watch()
        self.ctl_until(lambda: json.loads(self.ctl("focus", "--json")[1])["consumers"] == ["xenhub-watch"])
        self.assertEqual(self.ctl("focus", "xenhub-watch")[0], 0)
        self.assertEqual(self.ctl("focus")[1].splitlines(), ["xenhub-watch", "xenhub-watch"])
        self.assertIsNone(watch.process.poll())

    def ctl_until(self, ready):
        deadline = time.monotonic() + 10
        while not ready():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_doctor_finds_the_daemon(self):
        status, out, _ = self.ctl("doctor", "--json")
        found = {check["name"]: check for check in json.loads(out)["checks"]}
        self.assertEqual(status, 1)
        self.assertEqual(found["control"]["level"], "fail")
        self.assertIn("mend", found["control"])
        hub = self.hub()
        found = {check["name"]: check for check in json.loads(self.ctl("doctor", "--json")[1])["checks"]}
        self.assertEqual((found["control"]["level"], found["daemon"]["level"]), ("ok", "ok"))
        # The file is left behind, and nobody serves it.
        hub.signal(signal.SIGKILL)
        hub.wait()
        status, out, _ = self.ctl("doctor", "--json")
        found = {check["name"]: check for check in json.loads(out)["checks"]}
        self.assertEqual((status, found["daemon"]["level"]), (1, "fail"))
        self.assertIn("refused", found["daemon"]["text"])


class Watched(Case):
    """Frames as they come, live and into files."""

    def connected(self, hub, name, count=1):
        hub.until(lambda: hub.errors.count(f"'{name}' is connected") == count, f"{count} {name} connected")

    def replay(self, path, *options):
        status, _, errors = self.ctl("replay", *options, path)
        self.assertEqual(status, 0, errors)

    def test_what_is_replayed_comes_out(self):
        hub = self.hub()
        watch = self.watch()
        self.connected(hub, "xenhub-watch")
        self.replay(KEYBOARD)
        self.replay(MOUSE, "--fast")
        wanted = source_frames(KEYBOARD) + source_frames(MOUSE)
        watch.until(lambda: len(watch.frames()) >= len(wanted), "all frames")
        watch.signal(signal.SIGINT)
        self.assertEqual(watch.wait(), 0)
        self.assertEqual(watch.frames(), wanted)
        self.assertIn("2 devices", watch.errors)

    def test_keys_are_blurred_unless_asked_for(self):
        hub = self.hub()
        shy, frank = (self.start("xenhub", "--control", self.control, "watch", "--format", "json", *more)
                      for more in ([], ["--keys"]))
        self.connected(hub, "xenhub-watch", 2)
        self.replay(KEYBOARD, "--fast")
        typed = {event["code"] for event in self.events_told(frank) if event["type"] == EV_KEY}
        seen = self.events_told(shy)
        codes = {event["code"] for event in seen if event["type"] == EV_KEY}
        self.assertTrue(typed - MODIFIERS, "the recording types nothing")
        self.assertEqual(codes, {KEY_UNKNOWN} | (typed & MODIFIERS))
        self.assertFalse([event for event in seen if (event["type"], event["code"]) == (EV_MSC, MSC_SCAN)])
        self.assertIn("--keys", shy.errors)
        self.assertNotIn("--keys", frank.errors)

    def events_told(self, watch):
        watch.until(lambda: any('"device-removed"' in line for line in watch.lines), "the device went")
        watch.signal(signal.SIGINT)
        self.assertEqual(watch.wait(), 0)
        told = [json.loads(line) for line in watch.lines]
        frames = [each for each in told if each["kind"] == "frame"]
        self.assertEqual((told[-1]["kind"], told[-1]["frames"]), ("summary", len(frames)))
        return [event for frame in frames for event in frame["events"]]

    def test_a_reader_that_sleeps_stalls_nobody(self):
        hub = self.hub()
        take, give = os.pipe()
        slow = subprocess.Popen([BIN / "xenhub", "watch", "--link", f"unix:{self.link}", "--format", "json"],
                                stdout=give, stderr=subprocess.DEVNULL)
        self.addCleanup(slow.kill)
        os.close(give)
        self.connected(hub, "xenhub-watch")
        rounds, frames = 16, len(source_frames(MOUSE))  # more than pipe, socket and the hub's queue hold
        for _ in range(rounds):
            self.replay(MOUSE, "--fast")
        time.sleep(1.2)  # longer than a hub waits for an acknowledgement
        slow.send_signal(signal.SIGINT)
        with os.fdopen(take) as reader:
            told = [json.loads(line) for line in reader]
        self.assertEqual(slow.wait(), 0)
        self.assertEqual(sum(1 for each in told if each["kind"] == "frame"), rounds * frames)
        self.assertEqual((told[-1]["links"], told[-1]["lost_queue"], told[-1]["output_dropped"]), (1, 0, 0))

    def test_who_reads_no_more_ends_the_watch(self):
        hub = self.hub()
        take, give = os.pipe()
        watch = subprocess.Popen([BIN / "xenhub", "watch", "--link", f"unix:{self.link}"], stdout=give,
                                 stderr=subprocess.DEVNULL)
        self.addCleanup(watch.kill)
        os.close(give)
        self.connected(hub, "xenhub-watch")
        os.close(take)
        self.assertEqual(watch.wait(10), 0)

    def test_a_hub_that_dies_is_a_failure_and_one_that_ends_is_not(self):
        for number, status in ((signal.SIGKILL, 1), (signal.SIGTERM, 0)):
            idle = recording.write(self.folder / "idle.evemu", recording.MOUSE, [(1, [(2, 0, 1)]), (600, [(2, 0, 1)])])
            hub = self.hub(f"evemu:{idle}")
            watch = self.start("xenhub", "watch", "--link", f"unix:{self.link}")
            watch.until_line("+ ")  # a hub that dies before it has greeted is waited for
            hub.signal(number)
            self.assertEqual(watch.wait(), status, watch.errors)
            hub.wait()

    def record(self, *options):
        hub = self.hub(f"evemu:{MOUSE}", once=True)
        record = self.start("xenhub", "--control", self.control, "record", *options)
        record.until(lambda: "recording Plain Mouse" in record.errors, "the recording begins")
        return hub, record

    def test_a_recording_is_what_was_watched(self):
        path = self.folder / "mouse.evemu"
        hub, record = self.record("--output", path)
        watch = self.watch()  # for whom the hub waits before it plays
        self.assertEqual(hub.wait(60), 0)
        self.assertEqual((watch.wait(), record.wait()), (0, 0), record.errors)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        lines = path.read_text().splitlines()
        self.assertEqual(lines[0], "# EVEMU 1.3")
        self.assertEqual(recording.frames_of(lines), source_frames(MOUSE))
        self.assertEqual([line for line in lines if line[:2] in ("N:", "I:", "P:", "A:")],
                         [line for line in MOUSE.read_text().splitlines() if line[:2] in ("N:", "I:", "P:", "A:")])

    def test_a_file_that_is_there_stays_as_it_is(self):
        path = self.folder / "precious"
        path.write_text("do not lose me")
        self.hub(f"evemu:{MOUSE}", once=True)
        status, _, errors = self.ctl("record", "--output", path)
        self.assertEqual(status, 1)
        self.assertIn("--force", errors)
        self.assertEqual(path.read_text(), "do not lose me")
        status, _, errors = self.ctl("record", "--output", path, "--force", "--seconds", "1")
        self.assertEqual(status, 0, errors)
        self.assertTrue(path.read_text().startswith("# EVEMU 1.3"))
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)

    def test_a_recording_that_is_none_is_named_by_line(self):
        path = self.folder / "broken.evemu"
        path.write_text(KEYBOARD.read_text() + "E: 9.000000 0001 zz 0001\n")
        self.hub()
        status, _, errors = self.ctl("replay", path)
        self.assertEqual(status, 1)
        self.assertIn(f"{path}:{len(path.read_text().splitlines())}:", errors)


if __name__ == "__main__":
    unittest.main()
