# SPDX-License-Identifier: GPL-2.0-or-later
"""What `cmake --install` puts where, and a program of somebody else's against the installed libxenhub."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from kit import recording
from kit.programs import BIN, Case

BUILD = pathlib.Path(os.environ.get("XENHUB_BUILD", "."))

PROGRAM = r"""
#include <poll.h>
#include <stdio.h>
#include <xenhub.h>

static void on_frame(void *data, struct xenhub_device *device, const struct xenhub_frame *frame)
{
	for (unsigned i = 0; i < frame->count; i++)
		printf("%s %u %u %d\n", xenhub_device_name(device), frame->events[i].type, frame->events[i].code,
		       frame->events[i].value);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const struct xenhub_options options = { .name = "somebody", .classes = XENHUB_ALL_CLASSES, .once = true };
	const struct xenhub_listener listener = { .frame = on_frame };
	struct xenhub *hub;

	if (xenhub_open(&hub, argv[1], &options, &listener, NULL) < 0)
		return 1;
	do
		poll(&(struct pollfd){ .fd = xenhub_fd(hub), .events = POLLIN }, 1, -1);
	while (!xenhub_dispatch(hub));
	xenhub_close(hub);
	return 0;
}
"""

COLUMNS, LINES = 80, 32


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


class Install(Case):
    def setUp(self):
        super().setUp()
        self.root = self.folder / "root"
        run("cmake", "--install", BUILD, env={**os.environ, "DESTDIR": str(self.root)})
        self.installed = {path.name: path for path in self.root.rglob("*") if path.is_file()}

    def test_files(self):
        for name in ("xenhubd", "xenhub", "xenhub.h", "xenhub.pc", "xenhubd.service", "70-xenhub.rules", "xenhub.conf",
                     "xenhub-relay", "xenhub-relay.service", "relay.conf"):
            with self.subTest(name):
                self.assertIn(name, self.installed)

    def test_services(self):
        """Each service starts a program that is installed, by a unit that systemd understands and a script that a shell does."""
        services = [path.stem for path in self.root.rglob("systemd/system/*.service")]
        self.assertIn("xenhubd", services)
        for name in services:
            unit = self.installed[f"{name}.service"]
            [script] = self.root.rglob(f"init.d/{name}")
            program = self.installed[name]
            with self.subTest(name):
                for text in (unit.read_text(), script.read_text()):
                    self.assertIn("/" + str(program.relative_to(self.root)), text)
                    self.assertNotIn("@CMAKE", text)
                run("sh", "-n", script)
                if shutil.which("systemd-analyze"):
                    here = self.folder / unit.name
                    here.write_text(unit.read_text().replace(f"ExecStart=/{program.relative_to(self.root)}", f"ExecStart={program}"))
                    said = subprocess.run(["systemd-analyze", "verify", "--man=no", here], capture_output=True, text=True, check=False)
                    self.assertEqual((said.returncode, said.stdout + said.stderr), (0, ""))

    def test_configurations(self):
        """What is installed is right, with all that it offers in comments ("#key = value") taken; guests, chords and routes that
        xenhub.conf explains have no values yet."""
        for program, conf in (("xenhubd", "xenhub.conf"), ("xenhub-relay", "relay.conf"), ("xenhub-display", "display.conf")):
            if program in self.installed:
                with self.subTest(program):
                    [path] = self.root.rglob(f"etc/xenhub/{conf}")
                    offered, *explained = re.split(r"(?=^#\[guest)", path.read_text(), flags=re.MULTILINE)
                    path.write_text(re.sub(r"^#(?=[a-z[])", "", offered, flags=re.MULTILINE) + "".join(explained))
                    self.assertIn("is right", run(self.installed[program], "--check-config", "-c", path))

    def test_help_fits_a_screen(self):
        programs = [name for name in ("xenhubd", "xenhub", "xenhub-twin", "xenhub-relay", "xenhub-display") if name in self.installed]
        commands = re.findall(r"^  (\w+)  ", run(BIN / "xenhub", "--help"), re.MULTILINE)
        self.assertIn("doctor", commands)
        for command in [[name] for name in programs] + [["xenhub", name] for name in commands]:
            with self.subTest(" ".join(command)):
                text = run(BIN / command[0], *command[1:], "--help")
                self.assertTrue(text.startswith("Usage: " + " ".join(command)), text)
                self.assertEqual([line for line in text.splitlines() if len(line) > COLUMNS], [])
                self.assertLessEqual(text.count("\n"), LINES)

    def test_configuration_is_kept(self):
        """A second installation leaves what its owner wrote."""
        [conf] = self.root.rglob("etc/xenhub/xenhub.conf")
        conf.write_text("[screen]\nwidth = 1920\n")
        run("cmake", "--install", BUILD, env={**os.environ, "DESTDIR": str(self.root)})
        self.assertEqual(conf.read_text(), "[screen]\nwidth = 1920\n")

    def test_only_what_the_header_declares(self):
        library = next(path for name, path in self.installed.items() if name.startswith("libxenhub.so."))
        header = self.installed["xenhub.h"].read_text()
        exported = [line.split()[-1] for line in run("nm", "-D", "--defined-only", library).splitlines()]
        self.assertTrue(exported)
        for name in exported:
            self.assertIn(f"{name}(", header)
        declared = re.findall(r"^XENHUB_API\s[^(;]*?(\w+)\(", header, re.MULTILINE)
        self.assertEqual(sorted(declared), sorted(exported))

    def test_program(self):
        """Built with pkg-config's flags, it hears what a recording says."""
        pc = self.installed["xenhub.pc"]
        env = {**os.environ, "PKG_CONFIG_LIBDIR": str(pc.parent), "PKG_CONFIG_SYSROOT_DIR": str(self.root),
               "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1", "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1"}
        flags = run("pkg-config", "--cflags", "--libs", "xenhub", env=env).split()
        source = self.folder / "somebody.c"
        source.write_text(PROGRAM)
        run("cc", "-Wall", "-Werror", source, *flags, "-o", self.folder / "somebody")
        path = recording.write(self.folder / "m.evemu", recording.MOUSE, [(1, [(2, 0, 7)])])
        hub = self.hub(f"evemu:{path},fast", once=True)
        heard = run(self.folder / "somebody", f"unix:{self.link}", timeout=20,
                    env={**os.environ, "LD_LIBRARY_PATH": str(pc.parents[1])})
        self.assertEqual(heard.splitlines(), [f"{recording.MOUSE.name} 2 0 7", f"{recording.MOUSE.name} 0 0 0"])
        self.assertEqual(hub.wait(), 0)


if __name__ == "__main__":
    unittest.main()
