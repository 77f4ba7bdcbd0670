#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A hub in a USB domain as a source: its devices are claims, its keyboards wait for consent, and a liar loses its link."""

import json
import socket
import struct
import threading
import unittest

from kit import recording, wire
from kit.programs import Case
from kit.recording import BTN_LEFT, EV_KEY, EV_REL, KEY_A, KEY_B, REL_X


class Liar(threading.Thread):
    """Speaks as a hub does, with one mouse, and then sends what it is told to."""

    def __init__(self, path, events):
        super().__init__(daemon=True)
        self.events, self.links, self.ended = events, 0, threading.Event()
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.server.bind(str(path))
        self.server.listen()
        self.start()

    def run(self):
        while True:
            try:
                link, _ = self.server.accept()
            except OSError:
                return
            self.links += 1
            with link:
                self.serve(link)

    def serve(self, link):
        wish = struct.pack("<IBBHI", 0, 0, 0, 0, 0)
        link.sendall(wire.hello("liar", role=wire.ROLE_HUB, generation=1, wish=wish))
        add = bytearray(wire.device_add(77, recording.MOUSE))
        struct.pack_into("<Q", add, 8, 1)
        link.sendall(bytes(add))
        link.sendall(wire.message(wire.SNAPSHOT_BEGIN, struct.pack("<QIIII", 2, 1, 1, 0, 0)))
        link.sendall(wire.message(wire.DEVICE_STATE, struct.pack("<IIHHHHHH", 77, 0, 0, 0, 0, 0, 0, 14)))
        link.sendall(wire.message(wire.SNAPSHOT_END, struct.pack("<Q", 3)))
        try:
            for number, events in enumerate(self.events):
                link.sendall(wire.frame(4 + number, 77, events))
            while link.recv(4096):
                pass
        except OSError:
            pass
        self.ended.set()


class PeerSource(Case):
    def usb_hub(self, *sources):
        program = self.start("xenhubd", "-c", self.configuration(), "--listen", f"unix:{self.folder}/usb", "--control",
                             self.folder / "usb-control", *[word for source in sources for word in ("--source", source)])
        program.until(lambda: (self.folder / "usb").is_socket(), "the USB domain's hub listens")
        return program

    def dom0(self):
        return self.hub(f"peer:unix:{self.folder}/usb")

    def types(self, watch):
        watch.until(lambda: any(e[1] == EV_KEY for f in watch.frames() for e in f), "the keyboard types")

    def devices(self):
        return json.loads(self.ctl("devices", "--json")[1])["devices"]

    def waiting(self):
        return [line.split() for line in self.ctl("consent")[1].splitlines()]

    def recorded(self, name, device, frames):
        return f"evemu:{recording.write(self.folder / name, device, frames)}"

    def until_waiting(self, count):
        hub_waits = [None]

        def look():
            hub_waits[0] = self.waiting()
            return len(hub_waits[0]) == count

        for _ in range(100):
            if look():
                return hub_waits[0]
            threading.Event().wait(0.05)
        raise AssertionError(f"{count} devices wait: {hub_waits[0]}")

    def test_a_mouse_is_taken_and_a_keyboard_waits(self):
        moves = [(1 + n / 100, [(EV_REL, REL_X, 1)]) for n in range(3000)]
        keys = [(1 + n / 10, [(EV_KEY, KEY_A if n < 40 else KEY_B, 1 - n % 2)]) for n in range(300)]
        usb = self.usb_hub(self.recorded("mouse.evemu", recording.MOUSE, moves),
                           self.recorded("keys.evemu", recording.KEYBOARD, keys))
        self.dom0()
        [[name, *_]] = self.until_waiting(1)
        watch = self.watch("--keys")
        watch.until(lambda: len(watch.frames()) > 100, "the mouse moves")
        self.assertFalse([f for f in watch.frames() for e in f if e[1] == EV_KEY])
        shown = {device["name"]: device for device in self.devices()}
        self.assertEqual(set(shown), {"Test Mouse", "Test Keyboard"})
        self.assertTrue(all(device["claimed"] for device in shown.values()))
        self.assertEqual(self.ctl("consent", "usb-0000-0000-00000000")[0], 1)
        self.assertEqual(self.ctl("consent", name)[0], 0)
        watch.until(lambda: any(e[1] == EV_KEY for f in watch.frames() for e in f), "the keyboard types")
        # Consent was given to this one, and holds when it comes back.
        usb.end()
        gone = self.start("xenhub", "--control", self.control, "watch", "--format", "evemu", "--seconds", "1")
        gone.wait()
        self.assertEqual(self.devices(), [])
        usb = self.usb_hub(self.recorded("keys.evemu", recording.KEYBOARD, keys))
        again = self.watch("--keys")
        again.until(lambda: any(e[1] == EV_KEY for f in again.frames() for e in f), "it types again")
        self.assertEqual(self.waiting(), [])

    def test_a_domain_that_is_not_there_is_told_once(self):
        hub = self.dom0()
        hub.until(lambda: "No such file" in hub.errors, "it says why")
        threading.Event().wait(3)  # five tries, at 100 ms, doubling
        self.assertEqual(hub.errors.count("No such file"), 1, hub.story())
        self.usb_hub(self.recorded("mouse.evemu", recording.MOUSE, [(60, [(EV_REL, REL_X, 1)])]))
        hub.until(lambda: "is there" in hub.errors, "it is there")

    def test_consent_outlives_the_daemon_and_not_the_boot(self):
        keys = [(1 + n / 10, [(EV_KEY, KEY_A, 1 - n % 2)]) for n in range(600)]
        self.usb_hub(self.recorded("keys.evemu", recording.KEYBOARD, keys))
        dom0 = self.dom0()
        [[name, *_]] = self.until_waiting(1)
        self.assertEqual(self.ctl("consent", name)[0], 0)
        self.types(self.watch("--keys"))
        kept = self.folder / "consents"
        self.assertEqual(kept.stat().st_mode & 0o7777, 0o600)
        self.assertIn(f"{name} peer:unix:", kept.read_text())

        dom0.end()
        dom0 = self.dom0()
        self.types(self.watch("--keys"))
        self.assertEqual(self.waiting(), [])

        # Another boot's, and one that others could have written, count for nothing.
        for spoil in (lambda: kept.write_text(kept.read_text().replace(" of boot ", " of boot 0", 1)), lambda: kept.chmod(0o666)):
            dom0.end()
            before = kept.read_text()
            spoil()
            dom0 = self.dom0()
            self.until_waiting(1)
            kept.unlink()
            kept.write_text(before)
            kept.chmod(0o600)

    def test_what_is_held_when_the_usb_domain_dies_is_let_go_of(self):
        usb = self.usb_hub(self.recorded("mouse.evemu", recording.MOUSE, [(1, [(EV_KEY, BTN_LEFT, 1)]),
                                                                         (60, [(EV_KEY, BTN_LEFT, 0)])]))
        self.dom0()
        watch = self.watch("--keys")
        watch.until_event(EV_KEY, BTN_LEFT, 1)
        usb.process.kill()
        watch.until_event(EV_KEY, BTN_LEFT, 0)

    def lie(self, *events):
        liar = Liar(self.folder / "usb", [[*frame, (0, 0, 0)] for frame in events])
        self.addCleanup(liar.server.close)
        hub = self.dom0()
        self.assertTrue(liar.ended.wait(20), hub.story())
        hub.until(lambda: "broke the rules" in hub.errors, "it is told")
        self.assertEqual(self.devices(), [])
        self.assertEqual(liar.links, 1)
        self.assertIsNone(hub.process.poll())
        return hub

    def test_a_code_that_was_not_declared(self):
        self.assertIn("not in the descriptor", self.lie([(EV_REL, REL_X, 1)], [(EV_KEY, KEY_A, 1)]).errors)

    def test_a_value_that_no_button_has(self):
        self.assertIn("neither on nor off", self.lie([(EV_KEY, BTN_LEFT, 77)]).errors)

    def test_a_flood(self):
        self.assertIn("events in a second", self.lie(*[[(EV_REL, REL_X, 1)] * 1000] * 300).errors)


if __name__ == "__main__":
    unittest.main()
