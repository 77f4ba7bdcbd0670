# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulated machines: started cold once, then restored from their snapshot for every scenario.

A machine is a subclass: what QEMU boots, and what is prepared before the snapshot. The name of a snapshot is a hash
over all of that, QEMU's version included, so a stale one is never restored.
"""

import ctypes
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import images
from .agent import Agent, SocketStream
from .common import Failure, cached, digest, locked, need, output, say
from .qmp import Qmp

LINUX_ARGUMENTS = (
    "quiet loglevel=4 mitigations=off nokaslr rodata=off cryptomgr.notests lsm= audit=0 tsc=reliable"
)


def die_with_parent():
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Machine:
    """Subclasses say `name`, boot_arguments() and prepare()."""

    name = ""
    memory = 0
    board = ""
    processors = 1
    boot_timeout = 120

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sockets = Path(tempfile.mkdtemp(prefix="xenhub-lab-"))  # their paths must stay short
        self.images = images.build()
        self.process = None

    # -- QEMU

    def arguments(self):
        """The same for the machine that is saved and the one that is restored."""
        return [
            "-accel", "tcg", "-machine", self.board, "-cpu", "qemu64",
            "-smp", str(self.processors), "-m", str(self.memory),
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-acpitable", f"file={self.images['acpi']}", "-device", "pc-testdev",
            "-device", "virtio-serial-pci,id=agents",
            "-device", "qemu-xhci,id=usb",
            "-device", "virtio-keyboard-pci", "-device", "virtio-mouse-pci", "-device", "virtio-tablet-pci",
            *self.boot_arguments(),
        ]

    def private_arguments(self):
        """What differs from one run to the next: where sockets and logs are."""
        return [
            "-qmp", f"unix:{self.sockets}/qmp,server=on,wait=off",
            "-chardev", f"file,id=console,path={self.folder}/console.log", "-serial", "chardev:console",
            "-chardev", f"socket,id=lab,path={self.sockets}/agent,server=on,wait=off",
            "-device", "virtserialport,bus=agents.0,chardev=lab,name=lab",
            "-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap",
            "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
        ]

    def start(self, *more):
        qemu = need("qemu-system-x86_64", "qemu-system-x86")
        log = open(self.folder / "qemu.log", "wb")
        self.process = subprocess.Popen(
            [qemu, *self.arguments(), *self.private_arguments(), *more],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
        try:
            self.qmp = Qmp(self.sockets / "qmp")
        except (Failure, OSError):
            self.stop()
            reason = (self.folder / "qemu.log").read_text(errors="replace").strip()
            raise Failure(f"QEMU does not start: {reason[-300:]}") from None

    def connect(self, timeout):
        link = socket.socket(socket.AF_UNIX)
        link.connect(str(self.sockets / "agent"))
        self.agent = Agent(SocketStream(link), self.name)
        self.agent.wait_ready(timeout)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.sockets, ignore_errors=True)

    # -- snapshots

    def key(self):
        version = output("qemu-system-x86_64", "--version")
        sources = [Path(__file__).with_name(f"{module}.py") for module in ("machine", "plain", "xen")]
        return digest(version, *self.arguments(), *sources)

    def snapshot(self):
        """The saved state, made first if this machine was never started before."""
        with locked():
            return cached(f"{self.name}.state", self.key(), self._boot_and_save)

    def _boot_and_save(self, path):
        say(f"lab: booting {self.name} once, for its snapshot")
        began = time.monotonic()
        machine = type(self)(self.folder / "boot")
        try:
            machine.start()
            machine.connect(self.boot_timeout)
            machine.prepare()
            machine.agent.run("sync; cd /; umount -l /host/dev /host/proc /host/sys /host/run; umount /host",
                              check=False)
            machine.qmp.save(path)
            machine.process.wait(20)
        finally:
            machine.stop()
        say(f"lab: {self.name} saved, {time.monotonic() - began:.1f} s, {path.stat().st_size >> 20} MiB")

    def restore(self):
        state = self.snapshot()
        self.start("-incoming", f"exec:cat '{state}'")
        self.qmp.until_status("paused", "running", "postmigrate")
        self.qmp.execute("cont")
        self.connect(30)
        self.after_restore()

    def boot_arguments(self):
        raise NotImplementedError

    def prepare(self):
        """Runs in the booted machine, before the snapshot."""

    def after_restore(self):
        """The clock stood still meanwhile, and the register behind battery and lid is not part of the state."""
        self.agent.run(f"date -s @{int(time.time())} > /dev/null; charge 80 ac; inhost")
