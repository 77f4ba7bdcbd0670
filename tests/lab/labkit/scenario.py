# SPDX-License-Identifier: GPL-2.0-or-later
"""Scenarios: one file each, one restored machine each, one line of output each.

A Python scenario runs on the host. Its doc string says what it shows; `run(lab)` drives the machine and returns the
detail for the line, and an AssertionError or a Failure is its failure. `NEEDS` lists the programs of build/release/bin
and of this machine that it uses. `ON_REQUEST = "three minutes"` keeps a scenario that takes long, or measures more than
it tests, out of a run of all, unless XENHUB_LAB_LONG=1; by its name it is always played. `MACHINE`, a class of
labkit/plain, is a machine with other devices.

A shell scenario runs in the machine (Dom0) and its last line of output is the detail. Its comments may say
`# needs: PROGRAM...`.
"""

import importlib.util
import os
import shutil
import time
import traceback
from pathlib import Path

from .common import BIN, LAB, LOGS, Failure, Skip, say
from .lab import Lab
from .plain import PlainMachine
from .xen import XenMachine

MACHINES = {machine.name: machine for machine in (PlainMachine, XenMachine)}
SCENARIOS = LAB / "scenarios"
OURS = ("xenhub", "link_echo", "relay_load", "rfb_dump", "plain_vnc", "bench_", "sensors_")


class Scenario:
    def __init__(self, machine, path):
        self.machine, self.path = machine, path
        self.name = f"{machine}/{path.stem}"
        if path.suffix == ".py":
            spec = importlib.util.spec_from_file_location(f"scenario_{path.stem.replace('-', '_')}", path)
            self.module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self.module)
            self.needs = getattr(self.module, "NEEDS", "").split()
            self.on_request = getattr(self.module, "ON_REQUEST", None)
            self.about = (self.module.__doc__ or "").strip().splitlines()[0]
        else:
            comments = [line[1:].strip() for line in path.read_text().splitlines() if line.startswith("#")]
            self.module = self.on_request = None
            self.needs = [word for line in comments if line.startswith("needs:") for word in line.split()[1:]]
            self.about = next((line for line in comments if line and line[0] not in "!S"), "")

    def missing(self):
        """What keeps this scenario from running, or None."""
        for program in self.needs:
            if program.startswith(OURS):
                if not (BIN / program).exists():
                    return f"{BIN / program} is not built"
            elif not shutil.which(program):
                return f"no {program} on this machine"
        return None

    def make_machine(self, folder):
        return getattr(self.module, "MACHINE", MACHINES[self.machine])(folder)

    def play(self, lab):
        if self.path.suffix == ".py":
            return self.module.run(lab)
        result = lab.guest.run(self.path.read_text(), timeout=120, check=False)
        last = (result.lines or ["it said nothing"])[-1]
        if result.status != 0:
            raise Failure(last)
        return last


def discover(machines, names):
    found = [Scenario(machine, path) for machine in machines
             for path in sorted((SCENARIOS / machine).iterdir()) if path.suffix in (".py", ".sh")]
    if not names:
        return found
    chosen = [each for each in found if any(name in (each.name, each.path.stem) for name in names)]
    for name in names:
        if not any(name in (each.name, each.path.stem) for each in chosen):
            raise Failure(f"no scenario {name}; `lab list` shows them")
    return chosen


def run_one(scenario, named=True):
    """Returns True, False, or None for skipped, and prints the scenario's one line."""
    reason = scenario.missing()
    if not reason and scenario.on_request and not named and os.environ.get("XENHUB_LAB_LONG") != "1":
        reason = f"{scenario.on_request}: by name, or with XENHUB_LAB_LONG=1"
    if reason:
        say(f"skip {scenario.name}  {reason}")
        return None
    folder = LOGS / scenario.name
    shutil.rmtree(folder, ignore_errors=True)
    machine = scenario.make_machine(folder)
    lab = Lab(machine)
    began = time.monotonic()
    try:
        machine.snapshot()
        began = time.monotonic()
        machine.restore()
        detail = scenario.play(lab) or ""
        say(f"ok   {scenario.name}  {time.monotonic() - began:.2f} s  ({processor_seconds(machine):.0f} of a processor)  {detail}")
    except Skip as reason:
        say(f"skip {scenario.name}  {reason}")
        return None
    except Exception as error:  # a scenario may fail in any way; the next one runs all the same
        (folder / "traceback").write_text(traceback.format_exc())
        lab.keep_logs()
        reason = str(error) or where(error)
        say(f"FAIL {scenario.name}  {time.monotonic() - began:.2f} s  {' '.join(reason.split())}  [{folder}]")
        return False
    finally:
        machine.stop()
    shutil.rmtree(folder, ignore_errors=True)
    return True


def processor_seconds(machine):
    """What the machine has taken of one, which its host's other work changes little."""
    fields = Path(f"/proc/{machine.process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def where(error):
    """An assert without a message: its line says it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {frame.line}"


def run(machines, names, again=False):
    """The exit status: 0, 1 when one failed, 77 when nothing could run. again: those that failed are played once more."""
    chosen = discover(machines, names)
    results = {each.name: run_one(each, bool(names)) for each in chosen}
    failed = [each for each in chosen if results[each.name] is False]
    if again and failed:
        say(f"     once more: {' '.join(each.name for each in failed)}")
        results.update({each.name: run_one(each) for each in failed})
    if False in results.values():
        return 1
    if True not in results.values():
        raise Skip("no scenario could run")
    return 0
