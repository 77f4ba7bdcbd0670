# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's control socket, and the input events that can be sent through it."""

import json
import socket
import time

from .common import Failure


class Qmp:
    def __init__(self, path, timeout=10):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    raise Failure("QEMU does not open its control socket") from None
                time.sleep(0.01)
        self.stream = self.socket.makefile("rw")
        self.stream.readline()
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        self.stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.stream.flush()
        while True:
            answer = json.loads(self.stream.readline() or '{"error": {"desc": "QEMU is gone"}}')
            if "error" in answer:
                raise Failure(f"QMP {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def until_status(self, *wanted, timeout=60):
        deadline = time.monotonic() + timeout
        while (status := self.execute("query-status")["status"]) not in wanted:
            if time.monotonic() > deadline:
                raise Failure(f"QEMU stays in {status}, wanted {' or '.join(wanted)}")
            time.sleep(0.02)

    def save(self, path):
        """The whole machine into a file. The machine is over afterwards."""
        self.execute("stop")
        self.execute("migrate-set-parameters", **{"max-bandwidth": 10**10})
        self.execute("migrate", uri=f"exec:cat > '{path}'")
        while (state := self.execute("query-migrate").get("status")) != "completed":
            if state == "failed":
                raise Failure("the machine's state cannot be saved: is something mounted over 9p?")
            time.sleep(0.05)
        self.execute("quit")

    def plug(self, driver, ident, **properties):
        self.execute("device_add", driver=driver, id=ident, **properties)

    def unplug(self, ident):
        self.execute("device_del", id=ident)

    # Events go to the device that QEMU's router picks: the newest one that takes their kind.

    def key(self, qcode, *states):
        for down in states or (True, False):
            self._input("key", down=down, key={"type": "qcode", "data": qcode})

    def button(self, button, *states):
        for down in states or (True, False):
            self._input("btn", down=down, button=button)

    def move(self, **axes):
        self._input_events([("rel", {"axis": axis, "value": value}) for axis, value in axes.items()])

    def point(self, **axes):
        """To 0..0x7fff, on an absolute device."""
        self._input_events([("abs", {"axis": axis, "value": value}) for axis, value in axes.items()])

    def _input(self, kind, **data):
        self._input_events([(kind, data)])

    def _input_events(self, events):
        self.execute("input-send-event", events=[{"type": kind, "data": data} for kind, data in events])
