# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario is given: the restored machine, input devices in it, and the programs under test."""

import os
import re
import shlex
import time

from .common import BIN, Failure, output
from .devices import Hid, Uinput


class Lab:
    def __init__(self, machine):
        self.machine = machine
        self.folder = machine.folder
        self.devices = []

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
        return self._device(Uinput(self.guest, description, create))

    def hid(self, description, create=True):
        return self._device(Hid(self.guest, description, create))

    def _device(self, device):
        self.devices.append(device)
        return device

    def our_nodes(self):
        """The nodes of the uinput devices made here: what xenhub-twin makes is elsewhere."""
        return [device.node for device in self.devices if isinstance(device, Uinput)]

    def inputs(self):
        """The machine's input devices as the kernel lists them: node, name, phys, uniq, id."""
        return list_inputs(self.guest)

    def input_named(self, name, timeout=15, agent=None, other_than=()):
        """The node of the device with that name, once it is there."""
        def nodes():
            return [device["node"] for device in list_inputs(agent or self.guest)
                    if device["name"] == name and device["node"] not in other_than]

        return self.until(nodes, f"no input device {name} appears", timeout)[0]

    def read(self, node, *options, agent=None):
        """evread on a node, reading when this returns."""
        process = (agent or self.guest).spawn("evread", *options, node)
        process.expect(r"^# reading")
        return process

    # -- programs of this build, run from the host's root

    def start(self, program, *arguments, wrapper=""):
        return self.guest.spawn(f"exec inhost {wrapper} {BIN / program}", *arguments)

    def call(self, program, *arguments, **options):
        return self.guest.run(f"inhost {BIN / program}", *arguments, **options)

    def transplant(self, *programs):
        """Copy programs and their libraries into the guest's memory and give up the host's root.

        `start` and `call` go on as before. For suspend: a 9p mount does not survive it.
        """
        files = {"/usr/bin/env", "/usr/share/libinput"}
        for program in ("/usr/bin/env", *(str(BIN / each) for each in programs)):
            files |= {program, *re.findall(r"(/\S+) \(0x", output("ldd", program))}
        present = [path for path in sorted(files) if os.path.exists(path)]
        self.guest.run("mkdir /run/lab/root && inhost cp -rL --parents -t /run/lab/root", *present, timeout=60)
        self.guest.run("for dir in dev proc sys run; do umount -l /host/$dir; done; umount /host && "
                       "mount --bind /run/lab/root /host && "
                       "for dir in dev proc sys run; do mkdir /host/$dir; mount --rbind /$dir /host/$dir; done")

    def suspend(self, seconds=2):
        """To sleep (S3) for so long, as the machine's clock counts it, with the host's root given up before."""
        self.guest.run("for bound in /sys/bus/virtio/drivers/9pnet_virtio/virtio*; do "
                       "echo ${bound##*/} > /sys/bus/virtio/drivers/9pnet_virtio/unbind; done; "
                       "echo deep > /sys/power/mem_sleep")
        asleep = self.guest.spawn("echo mem > /sys/power/state && cat /sys/power/suspend_stats/success")
        self.until(lambda: asleep.status is not None or self.qmp.execute("query-status")["status"] == "suspended",
                   "the machine does not fall asleep", timeout=60)
        time.sleep(seconds)
        self.qmp.execute("system_wakeup")
        result = asleep.wait(30)
        if result.status != 0 or str(result) == "0":
            raise Failure(f"the machine did not sleep: {result}")

    @staticmethod
    def until(condition, otherwise, timeout=20):
        """Wait until a function of the host says something true, and return that."""
        deadline = time.monotonic() + timeout
        while not (answer := condition()):
            if time.monotonic() > deadline:
                raise Failure(f"{otherwise} ({timeout} s)")
            time.sleep(0.1)
        return answer

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
