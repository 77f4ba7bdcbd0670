# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhubd and its consumers in the machine, as a person would start them."""

import json

from .common import Failure

LINK = "unix:/run/lab/link"
CONTROL = "/run/lab/control"
NOBODY = "/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups"


class Hub:
    """The daemon, listening when this returns. It grabs nothing unless asked to, so that evread can compare.

    wrapper: a command that starts it, NOBODY for example.
    """

    def __init__(self, lab, *options, grab=False, wrapper=""):
        self.lab = lab
        self.options = [*options, *([] if grab else ["--no-grab"])]
        self.wrapper = wrapper
        self.start()

    def start(self):
        self.process = self.lab.start("xenhubd", "--foreground", "--source", "evdev", "--listen", LINK,
                                      "--control", CONTROL, *self.options, wrapper=self.wrapper)
        try:
            self.lab.guest.until(f"test -S {CONTROL} && test -S {LINK.removeprefix('unix:')}")
        except Failure:
            raise Failure(f"xenhubd does not listen: {self.process.text[-300:]}") from None

    def stop(self):
        """As an init system does; it has to end well."""
        result = self.process.stop()
        assert result.status == 0, f"xenhubd ended with {result.status}: {result.text[-300:]}"

    def ctl(self, *words, **options):
        return self.lab.call("xenhub", "--control", CONTROL, *words, **options)

    def devices(self):
        """As `xenhub devices --json` tells them."""
        told = json.loads(self.ctl("devices", "--json").text)
        return told["devices"] if isinstance(told, dict) else told

    def state(self, path):
        """The states at and below a path, as a dictionary of path -> value."""
        told = json.loads(self.ctl("state", path, "--json").text)
        return {key: value.get("value") if isinstance(value, dict) else value for key, value in told.items()}

    def is_grabbed(self, name):
        ident = self.device(name)["id"]
        return self.state(f"device/{ident}/grabbed").get(f"device/{ident}/grabbed") == 1

    @property
    def pid(self):
        """The daemon's, in the machine."""
        return int(str(self.lab.guest.run("pidof xenhubd")))

    def named(self, name):
        return [device for device in self.devices() if device["name"] == name]

    def device(self, name):
        """The one device with that name, as soon as the hub has it."""
        found = self.lab.until(lambda: self.named(name), f"the hub does not see {name}")
        assert len(found) == 1, f"{len(found)} devices named {name}"
        return found[0]

    def wait_gone(self, name):
        self.lab.until(lambda: not self.named(name), f"the hub still has {name}")

    def watch(self, name=None, *options, format="evemu"):
        """A consumer of one device or of all: prints frames as evemu does, and is connected when this returns."""
        chosen = ["--device", self.device(name)["id"]] if name else []
        before = self.consumers()
        watcher = self.lab.start("xenhub", "watch", "--link", LINK, "--format", format, "--keys", *chosen, *options)
        self.lab.until(lambda: self.consumers() > before or watcher.status is not None, "no consumer connects")
        self.devices()  # answered after the consumer's HELLO, which came first
        return watcher

    def consumers(self):
        """Connected sockets of the link, as the kernel counts them."""
        return int(str(self.lab.guest.run(f"grep -c ' 03 .* {LINK.removeprefix('unix:')}$' /proc/net/unix || true")))

    def twin(self, *names, options=()):
        """xenhub-twin, with the twins of these devices there when this returns."""
        process = self.lab.start("xenhub-twin", *options, LINK)
        for name in names:
            self.twin_of(name)
        return process

    def twin_of(self, name):
        """The node of the device's twin: same name, and not one of ours."""
        return self.lab.input_named(name, other_than=self.lab.our_nodes())
