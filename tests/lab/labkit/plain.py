# SPDX-License-Identifier: GPL-2.0-or-later
"""The plain machine: Debian's kernel on a PC with ACPI battery and lid, USB, and virtio input devices."""

from . import images
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

    def boot_arguments(self):
        # Its driver is loaded by who wants a screen.
        screen = ["-device", f"virtio-gpu-pci,xres={SCREEN[0]},yres={SCREEN[1]}"]
        # The ELF would start sooner, but it does not know how to sleep (S3).
        return [*screen, "-kernel", str(self.images["vmlinuz"]), "-initrd", str(self.images["plain"]),
                "-append", f"console=ttyS0 panic=-1 {LINUX_ARGUMENTS}"]

    def prepare(self):
        prepare_input(self.agent)
