# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhubd and its consumers in the machine, as a person would start them."""

import json

from .common import Failure

LINK = "unix:/run/lab/link"
CONTROL = "/run/lab/control"


class Hub:
    """The daemon, listening when this returns. It grabs nothing unless asked to, so that evread can compare."""

    def __init__(self, lab, *options, grab=False):
        self.lab = lab
        self.options = [*options, *([] if grab else ["--no-grab"])]
        self.start()

    def start(self):
        self.process = self.lab.start("xenhubd", "--foreground", "--source", "evdev", "--listen", LINK,
                                      "--control", CONTROL, *self.options)
        try:
            self.lab.guest.until(f"test -S {CONTROL} && test -S {LINK.removeprefix('unix:')}")
        except Failure:
            raise Failure(f"xenhubd does not listen: {self.process.text[-300:]}") from None

    def stop(self):
        return self.process.stop()

    def ctl(self, *words, **options):
        return self.lab.call("xenhub", "--control", CONTROL, *words, **options)

    def devices(self):
        """As `xenhub devices --json` tells them."""
        told = json.loads(self.ctl("devices", "--json").text)
        return told["devices"] if isinstance(told, dict) else told

    def named(self, name):
        return [device for device in self.devices() if device["name"] == name]

    def device(self, name):
        """The one device with that name, as soon as the hub has it."""
        found = self.lab.until(lambda: self.named(name), f"the hub does not see {name}")
        assert len(found) == 1, f"{len(found)} devices named {name}"
        return found[0]

    def wait_gone(self, name):
        self.lab.until(lambda: not self.named(name), f"the hub still has {name}")

    def watch(self, name=None, *options):
        """A consumer of one device or of all: prints frames as evemu does, and is connected when this returns."""
        chosen = ["--device", self.device(name)["id"]] if name else []
        before = self.consumers()
        watcher = self.lab.start("xenhub", "watch", "--link", LINK, "--format", "evemu", "--keys", *chosen, *options)
        self.lab.until(lambda: self.consumers() > before or watcher.status is not None, "no consumer connects")
        self.devices()  # answered after the consumer's HELLO, which came first
        return watcher

    def consumers(self):
        """Connected sockets of the link, as the kernel counts them."""
        return int(str(self.lab.guest.run(f"grep -c ' 03 .* {LINK.removeprefix('unix:')}$' /proc/net/unix || true")))

    def twin(self, *names):
        """xenhub-twin, with the twins of these devices there when this returns."""
        process = self.lab.start("xenhub-twin", LINK)
        for name in names:
            self.twin_of(name)
        return process

    def twin_of(self, name):
        """The node of the device's twin: same name, and not one of ours."""
        return self.lab.input_named(name, other_than=self.lab.our_nodes())
