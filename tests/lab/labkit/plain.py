# SPDX-License-Identifier: GPL-2.0-or-later
"""The plain machine: Debian's kernel on a PC with ACPI battery and lid, USB, and virtio input devices."""

import subprocess

from . import images
from .common import Skip
from .machine import LINUX_ARGUMENTS, Machine

SCREEN = 640, 480


def prepare_input(agent):
    """Input, sensor and power drivers, and udev with the devices that are there from the start."""
    modules = " ".join(images.MACHINE_MODULES.split())
    agent.run(f"modprobe -a {modules}", timeout=120)
    agent.run("mkdir -p /run/udev; cd /; systemd-udevd --daemon; udevadm trigger --action=add; udevadm settle",
              timeout=120)


class PlainMachine(Machine):
    name = "plain"
    board = "q35"
    memory = 384

    # Its driver is loaded by who wants a screen.
    screen = ["-device", f"virtio-gpu-pci,xres={SCREEN[0]},yres={SCREEN[1]}"]

    def boot_arguments(self):
        # The ELF would start sooner, but it does not know how to sleep (S3).
        return [*self.screen, "-kernel", str(self.images["vmlinuz"]), "-initrd", str(self.images["plain"]),
                "-append", f"console=ttyS0 panic=-1 {LINUX_ARGUMENTS}"]

    def prepare(self):
        prepare_input(self.agent)


class SpiceMachine(PlainMachine):
    """The same with QXL and a SPICE server, as QEMU is configured in the field, and the port of the guest's SPICE agent."""

    name = "plain-qxl"
    screen = ["-vga", "qxl"]

    def snapshot(self):
        said = subprocess.run(["qemu-system-x86_64", "-machine", "none", "-display", "none", "-spice", "help"], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        if "disable-ticketing" not in said:
            raise Skip("this QEMU has no SPICE")
        return super().snapshot()

    def private_arguments(self):
        return [*super().private_arguments(),
                "-spice", f"unix=on,addr={self.spice},disable-ticketing=on,image-compression=off",
                "-chardev", "spicevmc,id=vdagent,name=vdagent",
                "-device", "virtserialport,bus=agents.0,chardev=vdagent,name=com.redhat.spice.0"]

    @property
    def spice(self):
        return self.sockets / "spice"


class StandardSpiceMachine(SpiceMachine):
    """And with a standard VGA, of which SPICE knows nothing: only the agent can change its size."""

    name = "plain-std"
    screen = ["-vga", "std"]
