# SPDX-License-Identifier: GPL-2.0-or-later
"""The Xen machine: Dom0 with xenstored and xl, and three guests that are up before the snapshot is taken."""

import re
import tarfile
from pathlib import Path

from .agent import Agent
from .common import Failure, output
from .images import libraries, library
from .machine import LINUX_ARGUMENTS, Machine
from .plain import prepare_input

CHANNEL = "org.xenhub"  # a terminal's in Dom0; with .socket, a socket's
# This libxl never creates the first channel.
CHANNELS = ("channel = ['connection=pty,name=unused', "
            f"'connection=pty,name={CHANNEL}', 'connection=socket,path=/run/lab/channel,name={CHANNEL}.socket']")
# Those of the snapshot, each with what it has beside a console.
GUESTS = {"gui": (), "app": (), "channels": (CHANNELS,)}
GUEST_MEMORY = 192


class Domain:
    """A guest: started with xl, talked to over its PV console."""

    def __init__(self, machine, name):
        self.machine, self.dom0, self.name = machine, machine.agent, name
        self.relay = None

    @property
    def domid(self):
        return int(str(self.dom0.run(f"xl domid {self.name}")))

    def exists(self):
        return self.dom0.run(f"xl domid {self.name}", check=False).status == 0

    def create(self, memory=GUEST_MEMORY):
        """A new life, as the snapshot has it where it is of there."""
        images = self.machine.images
        config = [
            f'name = "{self.name}"', 'type = "pv"', "vcpus = 1", f"memory = {memory}",
            f'kernel = "/host{images["vmlinux"]}"', f'ramdisk = "/host{images["domu"]}"',
            f'extra = "console=hvc0 loglevel=1 {LINUX_ARGUMENTS.replace("loglevel=4", "")}"',
            'on_poweroff = "destroy"', 'on_reboot = "restart"', 'on_crash = "destroy"',
            *GUESTS.get(self.name, ()),
        ]
        path = f"/run/lab/{self.name}.cfg"
        self.dom0.write_file(path, "".join(f"{line}\n" for line in config))
        self.dom0.run(f"inhost && xl create -q {path}", timeout=60)
        self.connect()

    def connect(self, timeout=90):
        """Meet the guest's agent again: after a start, a restore, or the machine's own snapshot."""
        self.disconnect()
        # xl writes the node empty; the console daemon fills it in when it has met the domain.
        tty = self.dom0.until(f"tty=$(xenstore-read /local/domain/{self.domid}/console/tty) && echo ${{tty:?empty}}")
        self.relay = self.dom0.spawn(f"relay {tty}")
        self.agent = Agent(self.relay, self.name)
        self.agent.wait_ready(timeout)

    def disconnect(self):
        if self.relay and self.relay.status is None:
            self.relay.kill()
            self.relay.wait()
        self.relay = None

    def install(self, *programs):
        """Bring freshly built programs into the guest; their libraries are in the guest's image."""
        for program in programs:
            target = f"/usr/bin/{program.name}"
            self.send(self.strip(program), f"cat > {target} && chmod 755 {target}")

    def install_whole(self, *programs):
        """The same with libraries, those that the guest's image lacks."""
        there = set(str(self.agent.run("ls /lib/x86_64-linux-gnu /lib64")).split())
        # A name of its own: Dom0 may remember what another one held.
        bundle = Path(self.machine.folder) / f"{self.name}-{programs[0].name}.tar"
        with tarfile.open(bundle, "w", dereference=True) as out:
            for program in programs:
                out.add(self.strip(program), f"usr/bin/{program.name}")
                for soname in sorted(libraries(program) - there):
                    out.add(library(soname), f"lib/x86_64-linux-gnu/{soname}")
                    there.add(soname)
        self.send(bundle, "tar -x -C /")

    def strip(self, program):
        slim = Path(self.machine.folder) / f"{program.name}.stripped"
        output("strip", "-o", str(slim), str(program))
        slim.chmod(0o755)
        return slim

    def send(self, file, command):
        """A file of the host, to a command in the guest."""
        path = f"/local/domain/0/lab/install/{self.domid}"
        sender = self.dom0.spawn(f"vchan-pipe send {self.domid} {path} < /host{file}")
        self.agent.run(f"set -o pipefail; vchan-pipe receive 0 {path} | {{ {command}; }}", timeout=60)
        if sender.wait().status != 0:
            raise Failure(f"cannot copy {file.name} into {self.name}: {sender.text}")

    def destroy(self):
        self.disconnect()
        self.dom0.run(f"xl destroy {self.name}")

    def run(self, script, *arguments, **options):
        return self.agent.run(script, *arguments, **options)

    def spawn(self, script, *arguments):
        return self.agent.spawn(script, *arguments)

    def view(self, path=""):
        """A path in this guest's part of XenStore, as Dom0 spells it."""
        return f"/local/domain/{self.domid}/{path}".rstrip("/")


class XenMachine(Machine):
    name = "xen"
    board = "pc"
    memory = 1408
    boot_timeout = 180

    def boot_arguments(self):
        xen = ("console=com1 com1=115200,8n1 loglvl=warning guest_loglvl=none dom0_mem=512M,max:512M "
               f"dom0_max_vcpus={self.processors} spec-ctrl=no xpti=no watchdog=0 reboot=acpi")
        linux = f"console=hvc0 panic=1 {LINUX_ARGUMENTS}".replace(",", ",,")  # QEMU splits at single commas
        return ["-kernel", str(self.images["xen"]), "-append", xen,
                "-initrd", f"{self.images['vmlinux']} {linux},{self.images['dom0']}"]

    def prepare(self):
        prepare_input(self.agent)
        self.check_services()
        self.guests = {}
        for name in GUESTS:
            self.guests[name] = Domain(self, name)
            self.guests[name].create()
        for guest in self.guests.values():
            guest.disconnect()

    def check_services(self):
        name = self.agent.run("xenstore-read /local/domain/0/name; xl info xen_version", check=False)
        if name.status != 0 or not re.match(r"Domain-0\n4\.", name.text):
            raise Failure(f"Dom0 is not up: {name.text.strip()}")

    def after_restore(self):
        super().after_restore()
        self.guests = {name: Domain(self, name) for name in GUESTS}

    def guest(self, name):
        """A guest of the snapshot, connected when first asked for; or a new one, to be created."""
        domain = self.guests.setdefault(name, Domain(self, name))
        if domain.relay is None and domain.exists():
            domain.connect()
        return domain
