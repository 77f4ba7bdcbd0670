# SPDX-License-Identifier: GPL-2.0-or-later
"""iio_dummy, a driver of the kernel's own that pretends to be a sensor, and what it needs. Debian builds none of it.

So it is built from Debian's source of the same kernel. That is a download of 150 MB and half a minute, once, and only on request:
XENHUB_LAB_SOURCE=1.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .common import CACHE, Skip, locked, output, say
from .images import kernel_version
from .packages import STAMP, apt

SOURCES = """
    iio/dummy/iio_simple_dummy.h iio/dummy/iio_simple_dummy.c iio/dummy/iio_simple_dummy_buffer.c
    iio/industrialio-configfs.c iio/industrialio-sw-device.c iio/trigger/iio-trig-sysfs.c
""".split()
# In the order in which they are loaded.
MODULES = "industrialio-configfs industrialio-sw-device iio_dummy iio-trig-sysfs".split()
KBUILD = f"""
obj-m += {' '.join(f'{module}.o' for module in MODULES)}
iio_dummy-y := iio_simple_dummy.o iio_simple_dummy_buffer.o
ccflags-y += -DCONFIG_IIO_SIMPLE_DUMMY_BUFFER=1 -DCONFIG_IIO_SW_DEVICE=1 -DCONFIG_IIO_CONFIGFS=1
"""


def download(folder):
    """The packages of exactly the kernel that boots, unpacked."""
    version = re.search(rf"linux-image-{re.escape(kernel_version())}_([^_]+)_", STAMP.read_text()).group(1)
    series = ".".join(kernel_version().split(".")[:2])
    common = kernel_version().removesuffix("-amd64") + "-common"
    names = [f"linux-source-{series}", f"linux-kbuild-{series}", f"linux-headers-{kernel_version()}", f"linux-headers-{common}"]
    apt("apt-get", "download", *(f"{name}={version.replace('%3a', ':')}" for name in names), cwd=folder)
    for deb in folder.glob("*.deb"):
        output("dpkg", "-x", str(deb), str(folder))
    return folder / "usr/src", series


def build(target):
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        usr_src, series = download(Path(name))
        files = [f"linux-source-{series}/drivers/{source}" for source in SOURCES]
        output("tar", "-C", str(usr_src), "-xf", str(usr_src / f"linux-source-{series}.tar.xz"), *files)
        work = usr_src / "dummy"
        work.mkdir()
        for each in files:
            shutil.copy(usr_src / each, work)
        (work / "Kbuild").write_text(KBUILD)
        headers = usr_src / f"linux-headers-{kernel_version()}"
        makefile = headers / "Makefile"  # it names the place where Debian installs
        makefile.write_text(makefile.read_text().replace("/usr/src", str(usr_src)))
        output("make", "-s", "-C", str(headers), f"M={work}", "modules", stderr=subprocess.STDOUT)
        target.mkdir(parents=True)
        for module in MODULES:
            output("strip", "-g", "-o", str(target / f"{module}.ko"), str(work / f"{module}.ko"))


def modules():
    """Paths of the modules, in the order in which they are loaded."""
    target = CACHE / f"dummy-{kernel_version()}"
    with locked():
        if not target.exists():
            if os.environ.get("XENHUB_LAB_SOURCE") != "1":
                raise Skip("Debian has no iio_dummy: XENHUB_LAB_SOURCE=1 builds it once from the kernel's source (150 MB, 30 s)")
            say("lab: building iio_dummy from the kernel's source, once")
            build(target)
    return [target / f"{module}.ko" for module in MODULES]
