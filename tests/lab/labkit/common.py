# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are, and the two ways in which the lab gives up."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

LAB = Path(__file__).resolve().parent.parent
TOP = LAB.parent.parent
CACHE = Path(os.environ.get("XENHUB_LAB_CACHE", LAB / "cache")).resolve()
LOGS = Path(os.environ.get("XENHUB_LAB_LOGS", TOP / "build" / "lab")).resolve()
BIN = Path(os.environ.get("XENHUB_BIN", TOP / "build" / "release" / "bin")).resolve()


class Skip(Exception):
    """Something this machine lacks: said in one line, exit status 77."""


class Failure(Exception):
    """What was expected did not happen."""


def say(text):
    print(text, flush=True)


def digest(*parts):
    """A short key over strings, bytes and the contents of files: same inputs, same key."""
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            part = part.read_bytes()
        elif not isinstance(part, bytes):
            part = str(part).encode()
        sha.update(b"%d:" % len(part))
        sha.update(part)
    return sha.hexdigest()[:16]


def cached(name, key, make):
    """CACHE/name-key, made by make(path) unless it is there; other versions of it are removed."""
    path = CACHE / f"{name}-{key}"
    if not path.exists():
        draft = CACHE / f"{name}.draft"
        draft.unlink(missing_ok=True)
        make(draft)
        draft.rename(path)
        for old in CACHE.glob(f"{name}-*"):
            if old != path and not old.is_dir():
                old.unlink(missing_ok=True)
    return path


@contextlib.contextmanager
def locked():
    """One process at a time fills the cache."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def need(program, package):
    """The path of a program of this machine, or a Skip that names its package."""
    path = shutil.which(program)
    if not path:
        raise Skip(f"no {program} here: apt-get install {package}")
    return path


def output(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout
