# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhubd as a person meets it: options, configuration, limits, exit codes."""

import json
import os
import re
import stat
import time
from pathlib import Path

from kit import recording, wire
from kit.programs import SOURCE, Case

CONSUMERS_MAX = 16
DEVICES_MAX = 64


class Daemon(Case):
    def refuses(self, configuration, *options):
        """xenhubd does not start; returns what it says."""
        daemon = self.start("xenhubd", "-c", self.configuration(configuration), "--foreground", "--no-grab", "--listen",
                            f"unix:{self.link}", "--control", self.control, *options)
        status = daemon.wait()
        self.assertNotEqual(status, 0, daemon.story())
        self.assertFalse(self.link.exists())
        self.assertFalse(self.control.exists())
        return status, daemon.errors

    def filtered(self, configuration=""):
        """Of each of its threads: whether system calls are filtered, and whether privileges can come back."""
        daemon = self.hub("evdev", configuration=self.configuration(configuration))
        pid = daemon.process.pid
        status = [Path(f"/proc/{pid}/task/{task}/status").read_text() for task in os.listdir(f"/proc/{pid}/task")]
        found = {(re.search(r"^Seccomp:\t(\d)", each, re.M).group(1), re.search(r"^NoNewPrivs:\t(\d)", each, re.M).group(1))
                 for each in status}
        daemon.end()
        self.assertEqual(len(found), 1, "threads differ")
        return found.pop(), len(status), daemon.errors

    def test_system_calls_are_filtered(self):
        found, threads, errors = self.filtered()
        if "built without a filter" in errors:
            self.skipTest("built without libseccomp, or with a sanitizer")
        self.assertEqual(found, ("2", "1"), errors)
        self.assertGreater(threads, 1)

    def test_system_calls_are_not_filtered_when_the_configuration_says_so(self):
        self.assertEqual(self.filtered("[daemon]\nsandbox = no\n")[0], ("0", "0"))

    def test_commands_have_helpers_outside_the_filter(self):
        daemon = self.hub("evdev", configuration=self.configuration(
            "[chord away]\nkeys = KEY_POWER+KEY_VOLUMEUP\naction = run true\n[sensors]\naction = true\n"))
        if "built without a filter" in daemon.errors:
            self.skipTest("built without libseccomp, or with a sanitizer")
        pid = daemon.process.pid
        helpers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self.assertEqual(len(helpers), 2)
        for helper in helpers:
            self.assertRegex(Path(f"/proc/{helper}/status").read_text(), r"(?m)^Seccomp:\t0$")
            self.assertEqual(len(os.listdir(f"/proc/{helper}/fd")), 4, "it holds more than its own socket")
        self.assertRegex(Path(f"/proc/{pid}/status").read_text(), r"(?m)^Seccomp:\t2$")
        daemon.end()
        deadline = time.monotonic() + 20
        while any(os.path.exists(f"/proc/{helper}") for helper in helpers):
            self.assertLess(time.monotonic(), deadline, "a helper outlives its daemon")
            time.sleep(0.05)

    def test_bad_lines(self):
        """file:line, the section and the key, what was expected; and nothing starts."""
        path = self.folder / "xenhub.conf"
        cases = (
            ("[input]\ngrab = perhaps\n", f"{path}:2: [input] grab: ", "yes or no"),
            ("\n\n[screen]\nwidth = wide\n", f"{path}:4: [screen] width: ", "1 to 65535"),
            ("[screen]\nheight = 0\n", f"{path}:2: [screen] height: ", "1 to 65535"),
            ("[screen]\ndepth = 24\n", f"{path}:2: [screen] depth: ", "no such option"),
            ("[scren]\nwidth = 24\n", f"{path}:2: [scren] width: ", "no such section"),
            ("[daemon]\nlisten = /run/x\n", f"{path}:2: [daemon] listen: ", "unix:PATH"),
            ("[input]\nsource = evemu:\n", f"{path}:2: [input] source: ", "evemu:FILE"),
            ("[screen]\nwidth = 800\nwidth = 900\n", f"{path}:3: [screen] width: ", "line 2"),
            ("[input]\nnonsense\n", f"{path}:2: ", "expected"),
            ("[input\ngrab = yes\n", f"{path}:1: ", "expected"),
        )
        for words, place, wanted in cases:
            with self.subTest(words):
                status, errors = self.refuses(words)
                line = next((line for line in errors.splitlines() if place in line), None)
                self.assertIsNotNone(line, errors)
                self.assertIn(wanted, line)
                self.assertEqual(status, 2)

    def test_every_error_is_told(self):
        _, errors = self.refuses("[screen]\nwidth = wide\nheight = tall\n[input]\ngrab = perhaps\n")
        for number in (2, 3, 5):
            self.assertIn(f"xenhub.conf:{number}:", errors)

    def test_check_config(self):
        good = self.start("xenhubd", "--check-config", "-c", self.configuration("[screen]\nwidth = 1920\n"))
        self.assertEqual(good.wait(), 0, good.story())
        bad = self.start("xenhubd", "--check-config", "-c", self.configuration("[screen]\nwidth = wide\n"))
        self.assertEqual(bad.wait(), 2, bad.story())
        self.assertIn("xenhub.conf:2:", bad.errors)

    def test_shipped_configuration(self):
        """The file that is installed is right, changes nothing, and names every option there is."""
        shipped = SOURCE / "configs" / "xenhub.conf"
        checked = self.start("xenhubd", "--check-config", "-c", shipped)
        self.assertEqual(checked.wait(), 0, checked.story())
        helped = self.start("xenhubd", "--help-config")
        self.assertEqual(helped.wait(), 0)
        words = shipped.read_text()
        manual = (SOURCE / "docs" / "xenhub.conf.5.scd").read_text()
        options, section = [], ""
        for line in helped.lines:
            if found := re.match(r"#?\[(.*)\]", line):
                section = found[1]
            elif found := re.match(r"#([a-z][a-z_-]*) =(.*)", line):
                options.append((section, found[1], found[2].strip()))
        self.assertGreater(len(options), 8)
        for section, key, value in options:
            with self.subTest(f"[{section}] {key}"):
                part = re.split(r"\n#?\[", words.split(f"[{section}]\n", 1)[1], maxsplit=1)[0]
                self.assertRegex(part, rf"(?m)^#?{key} =\s*{re.escape(value)}\s*$")
                self.assertIn(f"*{key}*", manual)

    def test_examples(self):
        """Those for Dom0 and for a USB domain are right, where this build has what they use; guests' files are xl's."""
        folder = SOURCE / "configs" / "examples"
        self.assertEqual({path.name for path in folder.glob("*.conf")}, {"dom0.conf", "usb.conf"})
        for path in folder.glob("*.conf"):
            checked = self.start("xenhubd", "--check-config", "-c", path)
            if checked.wait():
                self.assertIn("built without", checked.errors)
        dom0 = (folder / "dom0.conf").read_text()
        for path in folder.glob("*.cfg"):
            read = {}
            exec(compile(path.read_text(), str(path), "exec"), read)  # xl's files are assignments that Python reads as well
            self.assertEqual(read["name"], path.stem)
            self.assertRegex(dom0, rf"(?m)^\[guest {path.stem}\]$|channel:{path.stem}/xenhub")

    def test_usage(self):
        for words in (["--nonsense"], ["--source", "tape:x"], ["--listen", "pigeon:x"]):
            with self.subTest(words):
                daemon = self.start("xenhubd", *words)
                self.assertEqual(daemon.wait(), 2, daemon.story())
                self.assertTrue(daemon.errors)

    def test_version_and_help(self):
        for program in ("xenhubd", "xenhub"):
            for option, wanted in (("--version", r"\d+\.\d+\.\d+"), ("--help", "(?i)usage")):
                with self.subTest(f"{program} {option}"):
                    shown = self.start(program, option)
                    self.assertEqual(shown.wait(), 0, shown.story())
                    self.assertRegex("\n".join(shown.lines), wanted)

    def test_second_daemon(self):
        """The socket is taken: refused, naming the process that has it, which goes on."""
        source = f"evemu:{recording.write(self.folder / 'r.evemu', recording.MOUSE, [(1, [(2, 0, 1)]), (60, [(2, 0, 1)])])}"
        first = self.hub(source)
        second = self.start("xenhubd", "-c", self.configuration(), "--foreground", "--no-grab", "--listen",
                            f"unix:{self.link}", "--control", self.folder / "other", "--source", source)
        self.assertEqual(second.wait(), 1, second.story())
        self.assertIn(str(first.process.pid), second.errors)
        self.peer()

    def test_a_file_is_no_socket(self):
        """A path that is somebody's file is left alone."""
        self.link.write_text("mine")
        daemon = self.start("xenhubd", "-c", self.configuration(), "--foreground", "--no-grab", "--listen",
                            f"unix:{self.link}", "--control", self.control, "--source", "evemu:/dev/null")
        self.assertNotEqual(daemon.wait(), 0)
        self.assertEqual(self.link.read_text(), "mine")

    def test_not_loopback(self):
        daemon = self.start("xenhubd", "-c", self.configuration(), "--foreground", "--no-grab", "--listen",
                            "tcp:192.0.2.1:4711", "--control", self.control)
        self.assertNotEqual(daemon.wait(), 0)
        self.assertIn("loopback", daemon.errors)

    def idle(self):
        path = recording.write(self.folder / "idle.evemu", recording.MOUSE, [(1, [(2, 0, 1)]), (600, [(2, 0, 1)])])
        return self.hub(f"evemu:{path}")

    def test_too_many_consumers(self):
        """The 17th is refused with a line that names the limit; when one goes, the next may come."""
        self.idle()
        peers = [self.peer(name=f"consumer {number}") for number in range(CONSUMERS_MAX)]
        late = self.peer(greet=False)
        late.send(wire.hello("one too many"))
        said = late.bye()
        self.assertEqual(said.reason, wire.BYE_LIMIT)
        self.assertIn(str(CONSUMERS_MAX), said.words)
        peers.pop().close()
        self.peer(name="the next")

    def test_socket_modes(self):
        self.idle()
        for path in (self.link, self.control):
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o660)

    def test_devices(self):
        self.idle()
        self.peer()
        status, words, errors = self.ctl("devices")
        self.assertEqual(status, 0, errors)
        self.assertIn(recording.MOUSE.name, words)
        self.assertIn("mouse", words)
        status, words, errors = self.ctl("devices", "--json")
        self.assertEqual(status, 0, errors)
        told = json.loads(words)
        [device] = told["devices"] if isinstance(told, dict) else told
        self.assertEqual(device["name"], recording.MOUSE.name)
        self.assertIn("mouse", device["classes"])
        self.assertIn("REL_X", device["reason"])

    def test_state(self):
        self.idle()
        status, words, errors = self.ctl("state", "--json")
        self.assertEqual(status, 0, errors)
        json.loads(words)
        status, words, errors = self.ctl("state")
        self.assertEqual(status, 0, errors)
        self.assertIn(f"{recording.MOUSE.name}", words)
        deadline = time.monotonic() + 5
        while True:
            status, words, errors = self.ctl("state", "pointer")
            self.assertEqual(status, 0, errors)
            place = [line.split()[:2] for line in words.splitlines()]
            if place == [["pointer/x", "641"], ["pointer/y", "400"]]:
                break
            self.assertLess(time.monotonic(), deadline, place)

    def test_no_hub(self):
        """Without a hub the command line says so, and what to do, and fails."""
        for words in (["devices"], ["state"], ["focus"]):
            with self.subTest(words):
                status, _, errors = self.ctl(*words)
                self.assertNotEqual(status, 0)
                self.assertIn(str(self.control), errors)

    def test_too_many_devices(self):
        """The 65th device is refused with a line that names the limit; the 64 go on."""
        path = recording.write(self.folder / "many.evemu", recording.MOUSE, [(1, [(2, 0, 1)]), (600, [(2, 0, 1)])])
        refused = self.start("xenhubd", "-c", self.configuration(), "--foreground", "--listen", f"unix:{self.link}",
                             "--control", self.control, *["--source", f"evemu:{path}"] * (DEVICES_MAX + 1))
        self.assertEqual(refused.wait(), 1, refused.story())
        self.assertIn(str(DEVICES_MAX), refused.errors)

        daemon = self.hub(*[f"evemu:{path}"] * DEVICES_MAX)
        peer = self.peer()
        self.assertEqual(len({device.id for device in peer.devices.values()}), DEVICES_MAX)
        one_more = wire.Peer(self.control)
        self.addCleanup(one_more.close)
        one_more.greet(role=wire.ROLE_CONTROL)
        one_more.send(wire.device_add(1, recording.MOUSE))
        said = one_more.bye()
        self.assertEqual(said.reason, wire.BYE_LIMIT)
        self.assertIn(str(DEVICES_MAX), said.words)
        peer.send(wire.ping(1))
        peer.until(wire.PONG)
        self.assertIsNone(daemon.process.poll())


if __name__ == "__main__":
    import unittest
    unittest.main()
