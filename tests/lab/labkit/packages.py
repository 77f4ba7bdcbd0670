# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's packages, downloaded and unpacked into the cache. Nothing of theirs is installed on the machine.

What runs inside the guests comes from here, its C library included, so a guest is the same everywhere. Only
what the host itself runs (QEMU, a compiler) has to be installed, and is, when we are root.
"""

import os
import platform
import re
import shutil
import subprocess

from .common import CACHE, Skip, locked, output, say

ROOT = CACHE / "root"
STAMP = CACHE / "fetched"

HOST_PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "gcc": "gcc libc6-dev",
    "strip": "binutils",
}
KERNEL_META = "linux-image-amd64"
XEN_META = "xen-system-amd64"
PACKAGES = """
    acpica-tools busybox-static libc6 libgcc-s1 libevdev-dev libevdev2 udev
    libxen-dev libxenmisc4.17 libxenstore4 xenstore-utils qemu-system-xen
""".split()


def apt(tool, *arguments, **options):
    return output(tool, "-q", "-o", "APT::Sandbox::User=root", *arguments, stderr=subprocess.PIPE, **options)


def depends(package, pattern):
    """The one dependency of a meta package that matches: how the kernel's and Xen's versions are found."""
    found = re.search(rf"Depends: ({pattern})$", apt("apt-cache", "depends", package), re.MULTILINE)
    if not found:
        raise Skip(f"apt knows no {package} that depends on {pattern}")
    return found.group(1)


def wanted():
    """Our packages, and those of their dependencies that this machine has not got installed."""
    roots = PACKAGES + [
        depends(KERNEL_META, r"linux-image-\d\S+"),
        depends(XEN_META, r"xen-hypervisor-\d\S+"),
        depends(XEN_META, r"xen-utils-\d\S+"),
    ]
    # The kernel is left out: its dependencies (initramfs-tools) serve installed kernels only.
    others = [name for name in roots if not name.startswith("linux-image-")]
    plan = apt("apt-get", "-s", "install", "--no-install-recommends", *others)
    return sorted({*roots, *re.findall(r"^Inst (\S+)", plan, re.MULTILINE)})


def missing_programs():
    return sorted(package for program, package in HOST_PROGRAMS.items() if not shutil.which(program))


def install_host_programs():
    names = " ".join(missing_programs())
    if not names:
        return
    if os.geteuid() != 0:
        raise Skip(f"this machine lacks what the lab runs: sudo apt-get install {names}")
    say(f"lab: installing {names}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt("apt-get", "install", "-y", "--no-install-recommends", *names.split(), env=env)


def download(names):
    """Fetch into a folder of its own and unpack; the stamp, written last, makes it count."""
    debs = CACHE / "debs"
    shutil.rmtree(debs, ignore_errors=True)
    shutil.rmtree(ROOT, ignore_errors=True)
    debs.mkdir(parents=True)
    ROOT.mkdir()
    apt("apt-get", "download", *names, cwd=debs)
    for deb in sorted(debs.glob("*.deb")):
        output("dpkg", "-x", str(deb), str(ROOT))
    STAMP.write_text("".join(f"{deb.name}\n" for deb in sorted(debs.glob("*.deb"))))
    shutil.rmtree(debs)


def update_lists():
    try:
        if "Depends" in apt("apt-cache", "depends", KERNEL_META):
            return
    except subprocess.CalledProcessError:
        pass
    say("lab: no package lists here, updating them")
    subprocess.run(["apt-get", "-q", "update"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def fetch(again=False):
    """Fill the cache unless it is filled. Skip, with the reason, on a machine that cannot."""
    with locked():
        complete = STAMP.exists() and not again
        if complete and not missing_programs():
            return
        if platform.machine() != "x86_64":
            raise Skip(f"the lab emulates x86 on x86 only, and this is {platform.machine()}")
        for tool in ("apt-get", "apt-cache", "dpkg"):
            if not shutil.which(tool):
                raise Skip(f"no {tool} here: the lab takes its kernel and Xen from Debian's packages")
        try:
            update_lists()
            install_host_programs()
            if not complete:
                names = wanted()
                say(f"lab: downloading {len(names)} packages, once")
                download(names)
        except subprocess.CalledProcessError as error:
            reason = (error.stderr or "").strip().splitlines() or [str(error)]
            raise Skip(f"no real kernel and no Xen are tested, apt-get failed: {reason[-1]}") from error
