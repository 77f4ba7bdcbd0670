#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sensors that umockdev pretends, from sysfs to states, the table, calibration and the action of an empty battery."""

import json
import pathlib
import shutil
import struct
import subprocess
import threading
import time
import unittest

from kit.programs import BIN, PATIENCE, Case, Program
from kit.wire import SCREEN, STATE, message, wishes

MACHINE = r"""
P: /devices/platform/battery/power_supply/BAT0
E: SUBSYSTEM=power_supply
E: POWER_SUPPLY_NAME=BAT0
A: type=Battery\n
A: present=1\n
A: status=Discharging\n
A: capacity=62\n
A: energy_now=11900000\n
A: energy_full=38000000\n
A: power_now=7300000\n

P: /devices/platform/charger/power_supply/AC
E: SUBSYSTEM=power_supply
A: type=Mains\n
A: online=0\n

P: /devices/platform/i2c-1/iio:device0
E: SUBSYSTEM=iio
E: DEVTYPE=iio_device
E: DEVNAME=/dev/iio:device0
A: name=lab-accel\n
A: in_accel_x_raw=0\n
A: in_accel_y_raw=-9807\n
A: in_accel_z_raw=0\n
A: in_accel_scale=0.001\n

P: /devices/platform/i2c-2/iio:device1
E: SUBSYSTEM=iio
E: DEVTYPE=iio_device
E: DEVNAME=/dev/iio:device1
A: name=lab-als\n
A: in_illuminance_raw=200\n
A: in_illuminance_scale=1\n
"""
ACCEL = "devices/platform/i2c-1/iio:device0"
LIGHT = "devices/platform/i2c-2/iio:device1"
BATTERY = "devices/platform/battery/power_supply/BAT0"
FAST = "poll-min-ms = 50\nstream-interval-ms = 50\npower-interval-ms = 1000\n"


def until(ready, what, timeout=PATIENCE):
    deadline = time.monotonic() + timeout
    while not ready():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout} s")
        time.sleep(0.05)


@unittest.skipUnless(shutil.which("umockdev-run"), "no umockdev-run: package umockdev")
class Sensors(Case):
    def machine(self, sensors="", text=MACHINE):
        """xenhubd on a machine that is made of this text."""
        fixture = self.folder / "machine.umockdev"
        fixture.write_text(text.lstrip())
        conf = self.configuration("[sensors]\n" + FAST + sensors)
        hub = Program("umockdev-run", "-d", fixture, "--", BIN / "xenhubd", "-c", conf, "--no-grab",
                      "--listen", f"unix:{self.link}", "--control", self.control)
        self.addCleanup(hub.end)
        hub.until(lambda: self.link.is_socket() and self.control.is_socket(), "xenhubd listens")
        children = pathlib.Path(f"/proc/{hub.process.pid}/task/{hub.process.pid}/children").read_text().split()
        environment = pathlib.Path(f"/proc/{children[0]}/environ").read_bytes().split(b"\0")
        self.sys = pathlib.Path(next(entry[13:].decode() for entry in environment
                                     if entry.startswith(b"UMOCKDEV_DIR="))) / "sys"
        return hub

    def set(self, device, **attributes):
        for name, value in attributes.items():
            (self.sys / device / name).write_text(f"{value}\n")

    def turn(self, x, y, z=0):
        self.set(ACCEL, in_accel_x_raw=x, in_accel_y_raw=y, in_accel_z_raw=z)

    def states(self, path=""):
        status, out, err = self.ctl("state", *([path] if path else []), "--json")
        return json.loads(out) if status == 0 else {}

    def value(self, path):
        return self.states().get(path, {}).get("value")

    def consumer(self, **options):
        return self.peer(wish=wishes(classes=0, states=True, **options))

    @staticmethod
    def expect(peer, path, value, **more):
        def ready(m):
            said = m.value if isinstance(value, str) else m.integer
            return m.path == path and said == value and all(getattr(m, key) == want for key, want in more.items())
        return peer.until(STATE, timeout=PATIENCE, ready=ready)

    def test_nothing_but_power_is_read_without_a_claim(self):
        self.machine()
        until(lambda: self.value("power/percent") == 62, "power is read")
        self.assertEqual(self.value("power/on-ac"), 0)
        self.assertEqual([path for path in self.states() if path.startswith(("light", "orientation", "accel"))], [])
        self.assertEqual(self.value("sensor/light/0/mode"), "off")

        peer = self.consumer()
        self.expect(peer, "orientation", "normal")
        until(lambda: self.value("sensor/light/0/mode") == "poll", "the table follows")
        peer.close()
        until(lambda: self.states()["orientation"]["stale"], "orientation rests when its only reader has gone")
        until(lambda: self.value("sensor/light/0/mode") == "off", "light rests as well")

    def test_what_the_configuration_claims_is_read_for_everyone(self):
        self.machine("always = light power\n")
        until(lambda: self.value("light/0/illuminance-mlux") == 200000, "light is read")
        self.assertIsNone(self.value("orientation"))

    def test_states_follow_the_kernel(self):
        self.machine()
        peer = self.consumer()
        self.expect(peer, "orientation", "normal", stale=False)
        self.turn(9807, 0)
        self.expect(peer, "orientation", "left-up")
        self.turn(0, 9807)
        self.expect(peer, "orientation", "bottom-up")
        self.set(LIGHT, in_illuminance_raw=5000)
        self.expect(peer, "light/0/illuminance-mlux", 5000000, unit="mlux")
        self.set(BATTERY, capacity=61)
        self.expect(peer, "power/percent", 61, unit="%")

    def test_the_table_is_no_business_of_consumers(self):
        self.machine()
        peer = self.consumer()
        seen = []
        peer.until(STATE, timeout=PATIENCE, ready=lambda m: seen.append(m.path) or m.path == "orientation")
        self.ctl("sensors")
        self.turn(9807, 0)
        peer.until(STATE, timeout=PATIENCE,
                   ready=lambda m: seen.append(m.path) or (m.path == "orientation" and m.value == "left-up"))
        self.assertEqual([path for path in seen if path.startswith("sensor")], [])

    def test_light_and_orientation_rest_while_the_screen_is_off(self):
        self.machine()
        peer = self.consumer()
        other = self.consumer()
        self.expect(peer, "orientation", "normal", stale=False)
        peer.send(message(SCREEN, struct.pack("<I", 0)))
        self.expect(peer, "orientation", "normal", stale=True)
        self.set(BATTERY, capacity=40)
        self.expect(peer, "power/percent", 40)
        self.turn(9807, 0)
        peer.send(message(SCREEN, struct.pack("<I", 1)))
        self.expect(peer, "orientation", "left-up", stale=False)
        other.close()

    def test_a_guest_claims_what_the_policy_gives_it(self):
        self.machine("[guest bright]\nlink = unix\nsensors = light\n[guest blind]\nlink = unix\n")
        blind = self.peer(name="blind", wish=wishes(classes=0, states=True))
        bright = self.peer(name="bright", wish=wishes(classes=0, states=True))
        self.expect(bright, "light/0/illuminance-mlux", 200000)
        until(lambda: self.value("sensor/light/0/mode") == "poll", "the table follows")
        self.assertEqual(self.value("sensor/orientation/0/mode"), "off")
        bright.close()
        until(lambda: self.value("sensor/light/0/mode") == "off", "light rests: the one that is left was given nothing")
        blind.close()

    def test_the_table(self):
        self.machine()
        status, out, err = self.ctl("sensors", "--json")
        self.assertEqual((status, err), (0, ""))
        rows = {row["id"]: row for row in json.loads(out)["sensors"]}
        self.assertEqual(rows["orientation/0"]["driver"], "lab-accel")
        self.assertEqual(rows["orientation/0"]["mode"], "poll")
        self.assertEqual(rows["orientation/0"]["raw"], "0.000 -9.807 0.000")
        self.assertEqual(rows["light/0"]["raw"], "200.000")
        self.assertEqual(rows["power/bat0"]["published"], "62 %, discharging")
        self.assertEqual(rows["power/ac"]["published"], "offline")
        self.assertEqual(rows["power/ac"]["raw"], "online = 0")
        self.assertEqual(rows["power/bat0"]["raw"], "11.90 of 38.00 Wh, 7.30 W")
        self.assertEqual((rows["power/bat0"]["mode"], rows["power/bat0"]["interval-ms"]), ("poll", 1000))
        status, out, err = self.ctl("sensors")
        self.assertEqual(status, 0)
        self.assertRegex(out.splitlines()[0], r"^SENSOR +DRIVER +MODE +RATE +RAW +PUBLISHED$")
        self.assertRegex(out, r"orientation/0 +lab-accel +poll .* 0\.000 -9\.807 0\.000 m/s² +normal")
        self.assertRegex(out, r"power/bat0 +battery +poll +events, every 1\.0 s +11\.90 of 38\.00 Wh, 7\.30 W +62 %, discharging")
        # Nobody looks any more: the last samples are not kept up.
        until(lambda: self.value("sensor/light/0/raw") is None, "samples are told only while somebody looks")

    def test_the_table_says_why_a_sensor_fails(self):
        self.machine(text=MACHINE.replace("in_accel_scale=0.001", "in_accel_scale=nan"))
        status, out, err = self.ctl("sensors", "--json")
        row = next(row for row in json.loads(out)["sensors"] if row["id"] == "orientation/0")
        self.assertEqual(row["mode"], "failed")
        self.assertIn("scale", row["reason"])

    def test_a_sensor_that_cannot_be_read_says_so_until_it_can(self):
        self.machine()
        peer = self.consumer()
        self.expect(peer, "light/0/illuminance-mlux", 200000)
        attribute = self.sys / LIGHT / "in_illuminance_raw"
        attribute.unlink()
        attribute.mkdir()  # whoever reads it gets an error of the kernel's
        self.expect(peer, "light/0/stale", 1)
        self.assertEqual(self.value("sensor/light/0/reason"), "it cannot be read: Is a directory")
        status, out, err = self.ctl("sensors")
        self.assertIn("it cannot be read: Is a directory", out)
        attribute.rmdir()
        attribute.write_text("300\n")
        self.expect(peer, "light/0/stale", 0)
        until(lambda: self.value("sensor/light/0/reason") is None, "the reason goes with the error")

    def test_a_live_table(self):
        self.machine()
        live = self.start("xenhub", "--control", self.control, "sensors", "--watch", "--json")
        live.until_line('"published":"normal"')
        self.turn(-9807, 0)
        live.until_line('"published":"right-up"')
        live.signal(2)
        self.assertEqual(live.wait(), 0)

    def test_without_sensors_the_table_says_so(self):
        self.machine("enable = no\n")
        status, out, err = self.ctl("sensors")
        self.assertEqual(status, 1)
        self.assertIn("[sensors] enable", err)

    def calibrate(self, poses, *options):
        process = subprocess.Popen([str(BIN / "xenhub"), "--control", str(self.control), "sensors", "--calibrate",
                                    *map(str, options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        killer = threading.Timer(60, process.kill)
        killer.start()
        said = ""
        with process:
            for line in process.stdout:
                said += line
                for edge, (x, y) in poses.items():
                    if f"its {edge} edge up" in line:
                        self.turn(x, y)
                        until(lambda raw=f"{x / 1000:.3f} {y / 1000:.3f} 0.000":
                              self.value("sensor/orientation/0/raw") == raw, "the pose is sampled")
                        process.stdin.write("\n")
                        process.stdin.flush()
        killer.cancel()
        return process.returncode, said

    def test_calibration_writes_the_matrix_that_mends_the_orientation(self):
        hub = self.machine()
        conf = self.folder / "own.conf"
        conf.write_text("# mine\n[sensors]\n#mount-matrix =\naction = true\n")
        conf.chmod(0o640)
        (self.folder / "own.conf.new").write_text("of a calibration that was killed")
        # The sensor is mounted a quarter turn off: its x is the device's y.
        poses = {"top": (-9807, 0), "bottom": (9807, 0), "left": (0, 9807), "right": (0, -9807)}
        status, said = self.calibrate(poses, "--config", conf)
        self.assertEqual(status, 0, said)
        lines = conf.read_text().splitlines()
        self.assertEqual(lines[:3], ["# mine", "[sensors]", "#mount-matrix ="])
        self.assertEqual(lines[4], "action = true")
        self.assertEqual(conf.stat().st_mode & 0o777, 0o640)
        self.assertFalse((self.folder / "own.conf.new").exists())
        hub.end()

        self.machine(lines[3] + "\n")
        peer = self.consumer()
        for edge, name in (("top", "normal"), ("bottom", "bottom-up"), ("left", "left-up"), ("right", "right-up")):
            self.turn(*poses[edge])
            self.expect(peer, "orientation", name)
        self.assertEqual(self.value("sensor/orientation/0/matrix"), "configuration")

    def test_calibration_refuses_poses_that_are_none(self):
        self.machine()
        status, said = self.calibrate({edge: (-9807, 0) for edge in ("top", "bottom", "left", "right")})
        self.assertEqual(status, 1)
        self.assertIn("no mount matrix follows", said)

    def test_calibration_prints_the_matrix_where_no_file_is_named(self):
        self.machine()
        poses = {"top": (0, -9807), "bottom": (0, 9807), "left": (9807, 0), "right": (-9807, 0)}
        status, said = self.calibrate(poses)
        self.assertEqual(status, 0, said)
        self.assertEqual(said.splitlines()[-2:], ["[sensors]", "mount-matrix = 1, 0, 0; 0, 1, 0; 0, 0, 1"])

    def test_an_empty_battery_runs_the_action_once(self):
        mark = self.folder / "acted"
        script = self.folder / "act"
        script.write_text(f"#!/bin/sh\necho \"$@\" >> {mark}\n")
        script.chmod(0o755)
        hub = self.machine(f"action = {script} now $HOME\n")
        until(lambda: self.value("power/warning") == "none", "power is read")
        self.set(BATTERY, capacity=15)
        until(lambda: self.value("power/warning") == "low", "a warning")
        self.assertFalse(mark.exists())
        self.set(BATTERY, capacity=1)
        until(mark.exists, "the action")
        until(lambda: "the action is done" in hub.errors, "its end is noticed")
        self.assertEqual(self.value("power/warning"), "action")
        self.assertEqual(mark.read_text(), "now $HOME\n")
        self.assertRegex(hub.errors, r"battery warning: low, 15 %, \d+ min left\n")
        self.assertIn("battery warning: action", hub.errors)


if __name__ == "__main__":
    unittest.main()
