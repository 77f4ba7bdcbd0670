# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario is given: the restored machine, input devices in it, and the programs under test."""

import shlex

from .common import BIN, Failure
from .devices import Hid, Uinput


class Lab:
    def __init__(self, machine):
        self.machine = machine
        self.folder = machine.folder

    @property
    def guest(self):
        """The agent of the machine itself: plain Linux or Dom0."""
        return self.machine.agent

    @property
    def qmp(self):
        return self.machine.qmp

    def domain(self, name):
        return self.machine.guest(name)

    # -- devices

    def uinput(self, description, create=True):
        return Uinput(self.guest, description, create)

    def hid(self, description, create=True):
        return Hid(self.guest, description, create)

    def inputs(self):
        """The machine's input devices as the kernel lists them: node, name, phys, uniq, id."""
        return list_inputs(self.guest)

    def input_named(self, name, timeout=15, agent=None, other_than=()):
        """The node of the device with that name, once udev knows it."""
        agent = agent or self.guest
        agent.until(f"grep -qF {shlex.quote(f'N: Name={chr(34)}{name}{chr(34)}')} /proc/bus/input/devices", timeout)
        for device in list_inputs(agent):
            if device["name"] == name and device["node"] not in other_than:
                return device["node"]
        raise Failure(f"no other input device {name}")

    def read(self, node, *options, agent=None):
        """evread on a node, reading when this returns."""
        process = (agent or self.guest).spawn("evread", *options, node)
        process.expect(r"^# reading")
        return process

    # -- programs of this build, run from the host's root

    def start(self, program, *arguments):
        return self.guest.spawn(f"exec inhost {BIN / program}", *arguments)

    def call(self, program, *arguments, **options):
        return self.guest.run(f"inhost {BIN / program}", *arguments, **options)

    def host(self, command, *arguments, **options):
        """Any other program of the build machine."""
        return self.guest.run(f"inhost {command}", *arguments, **options)

    # -- after a failure

    def keep_logs(self):
        """What every process said, next to the console's log."""
        agents = [self.guest] if hasattr(self.machine, "agent") else []
        agents += [each.agent for each in getattr(self.machine, "guests", {}).values() if each.relay]
        with open(self.folder / "processes.log", "w") as log:
            for agent in agents:
                for process in agent.processes.values():
                    if not process.script.startswith("relay "):
                        log.write(f"== {agent.name} $ {process.script}\n{process.text}\n== {process.status}\n")
            for agent in agents:
                try:
                    log.write(f"== {agent.name} dmesg\n{agent.run('dmesg | tail -n 60', timeout=5)}\n")
                except Failure:
                    pass


def list_inputs(agent):
    devices = []
    for block in agent.run("cat /proc/bus/input/devices").text.split("\n\n"):
        device = {}
        for line in block.splitlines():
            key, _, value = line[3:].partition("=")
            if line[0] == "I":
                device["id"] = line[3:]
            elif line[0] in "NPU":
                device[key.lower()] = value.strip('"')
            elif line[0] == "H":
                device["node"] = next((f"/dev/input/{word}" for word in value.split() if "event" in word), None)
        if device:
            devices.append(device)
    return devices
