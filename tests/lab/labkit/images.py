# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds what QEMU boots: the kernel, Xen, the ACPI table, and one initramfs each for plain Linux, Dom0 and DomUs."""

import gzip
import lzma
import re
import subprocess
from functools import cache
from pathlib import Path

from .common import CACHE, LAB, Failure, cached, digest, locked, output
from .cpio import Archive
from .packages import ROOT, fetch

GUEST = LAB / "guest"
TOOLS = LAB / "tools"
LIBDIR = "usr/lib/x86_64-linux-gnu"

# Helper programs: source, and the libraries it needs. No library: static, so that it runs anywhere.
HELPERS = {
    "agent": [],
    "beat": [],
    "relay": [],
    "uhidev": [],
    "evread": [],
    "store-hammer": ["xenstore"],
    "store-try": ["xenstore"],
    "uidev": ["evdev"],
    "vchan-attack": ["xenvchan", "xenevtchn"],
    "vchan-echo": ["xenvchan"],
    "vchan-ping": ["xenvchan"],
    "vchan-pipe": ["xenvchan"],
}

INPUT_MODULES = "evdev uinput uhid hid_generic hid_multitouch"
XEN_MODULES = "xen_evtchn xen_gntdev xen_gntalloc xen_privcmd xenfs"
MACHINE_MODULES = f"""
    virtio_pci virtio_console 9p 9pnet_virtio {INPUT_MODULES} virtio_input usbhid wacom xhci_pci
    hid_sensor_hub hid_sensor_als hid_sensor_accel_3d battery ac button
"""
DOM0_MODULES = f"{MACHINE_MODULES} {XEN_MODULES} xen_blkback"
DOMU_MODULES = f"{INPUT_MODULES} {XEN_MODULES} xen_blkfront"

UDEV_RULES = """
    50-udev-default 60-evdev 60-input-id 60-persistent-input 60-sensor 70-joystick 70-mouse 70-touchpad
""".split()
XEN_PROGRAMS = "xenstored xenconsoled xen-init-dom0 xl xenstore-control libxl-save-helper".split()
XENSTORE_APPLETS = "read write list ls rm chmod exists".split()


@cache
def kernel_version():
    return next((ROOT / "lib/modules").iterdir()).name


def xen_version():
    return next((ROOT / "usr/lib").glob("xen-*")).name


# -- kernel and hypervisor -----------------------------------------------------------------------------------------

def packed_kernel():
    return ROOT / f"boot/vmlinuz-{kernel_version()}"


def kernel():
    """The ELF inside vmlinuz: starting it directly saves the emulated machine seconds of decompression."""
    packed = packed_kernel()

    def unpack(path):
        data = packed.read_bytes()
        start = data.index(b"\xfd7zXZ\0")
        path.write_bytes(lzma.LZMADecompressor().decompress(data[start:]))

    return cached("vmlinux", digest(packed), unpack)


def hypervisor():
    packed = next((ROOT / "boot").glob("xen-*.gz"))
    return cached("xen", digest(packed), lambda path: path.write_bytes(gzip.decompress(packed.read_bytes())))


def acpi_table():
    source = LAB / "acpi/tablet.asl"

    def compile_table(path):
        output(str(ROOT / "usr/bin/iasl"), "-p", str(path), str(source), stderr=subprocess.STDOUT)
        path.with_suffix(".aml").rename(path)

    return cached("tablet.aml", digest(source), compile_table)


# -- programs and their libraries ----------------------------------------------------------------------------------

@cache
def library(name):
    """Where a shared library is: in the unpacked packages, or else on this machine."""
    for base in (ROOT, Path("/")):
        for folder in (LIBDIR, f"{LIBDIR}/pulseaudio", "lib/x86_64-linux-gnu", "lib64", f"usr/lib/{xen_version()}/lib/x86_64-linux-gnu"):
            path = base / folder / name
            if path.exists():
                return path.resolve()
    raise Failure(f"no library {name}, neither in {ROOT} nor on this machine")


@cache
def libraries(program):
    """The names of all libraries a program needs, those of its libraries included."""
    dynamic = output("readelf", "-d", str(program), stderr=subprocess.DEVNULL)
    names = set(re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic))
    return names.union(*(libraries(library(name)) for name in names))


def add_program(archive, path, name=None):
    archive.file(name or str(path.relative_to(ROOT)), path, 0o755)
    for soname in sorted(libraries(path)):
        folder = "lib64" if soname.startswith("ld-linux") else "lib/x86_64-linux-gnu"
        archive.file(f"{folder}/{soname}", library(soname), 0o755)


def helper(name):
    source = TOOLS / f"{name}.c"
    libs = HELPERS[name]

    def compile_helper(path):
        flags = ["-static"]
        if libs:
            lib = ROOT / LIBDIR
            flags = [f"-L{lib}", f"-Wl,-rpath-link,{lib}", "-Wl,--allow-shlib-undefined"]
            flags += [f"-l{each}" for each in libs]
        include = [f"-I{ROOT}/usr/include", f"-I{ROOT}/usr/include/libevdev-1.0"] if libs else []
        output("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-o", str(path), *include, str(source), *flags)

    return cached(f"tool-{name}", digest(source, " ".join(libs)), compile_helper)


# -- modules -------------------------------------------------------------------------------------------------------

@cache
def modules():
    """Every module of the kernel: name with underscores -> file."""
    tree = ROOT / "lib/modules" / kernel_version()
    return {path.stem.replace("-", "_"): path for path in tree.rglob("*.ko")}


@cache
def module_depends(name):
    """The modules to be loaded before this one, the deepest last, as modules.dep wants them."""
    found = re.search(rb"\0depends=([^\0]*)\0", modules()[name].read_bytes())
    direct = [each.replace("-", "_") for each in found.group(1).decode().split(",") if each] if found else []
    every = []
    for each in direct:
        deeper = (each, *module_depends(each))
        every = [one for one in every if one not in deeper] + list(deeper)
    return tuple(every)


def stripped(path):
    """Without debug information and signature, whose check costs an emulated machine much time a module."""
    folder = CACHE / "modules"
    folder.mkdir(exist_ok=True)
    copy = folder / f"{kernel_version()}-{path.name}"
    if not copy.exists():
        output("strip", "-g", "-o", str(copy), str(path))
    return copy


def add_modules(archive, names):
    folder = f"lib/modules/{kernel_version()}"
    table, chosen = [], set()
    for name in names.split():
        chosen |= {name, *module_depends(name)}
    for name in sorted(chosen):
        file_of = lambda each: modules()[each].name
        archive.file(f"{folder}/{file_of(name)}", stripped(modules()[name]))
        table.append(f"{file_of(name)}: {' '.join(map(file_of, module_depends(name)))}\n")
    archive.file(f"{folder}/modules.dep", "".join(table).encode())


# -- the three images ----------------------------------------------------------------------------------------------

def add_base(archive, init):
    for folder in "proc sys dev run tmp root mnt host etc var/lib var/log bin sbin usr/bin usr/sbin".split():
        archive.directory(folder)
    archive.link("var/run", "/run")
    archive.device("dev/console", 5, 1)
    archive.device("dev/null", 1, 3)
    archive.file("init", init, 0o755)
    add_program(archive, ROOT / "bin/busybox")
    archive.link("bin/sh", "busybox")
    archive.link("bin/mount", "busybox")
    for name in HELPERS:
        add_program(archive, helper(name), f"usr/bin/{name}")


def add_udev(archive):
    add_program(archive, ROOT / "bin/udevadm")
    archive.link("bin/systemd-udevd", "/bin/udevadm")
    for rule in UDEV_RULES:
        archive.file(f"lib/udev/rules.d/{rule}.rules", ROOT / f"lib/udev/rules.d/{rule}.rules")
    archive.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
    groups = "root tty disk input kvm render video audio dialout lp cdrom tape sgx kmem"
    archive.file("etc/group", "".join(f"{g}:x:{i}:\n" for i, g in enumerate(groups.split())).encode())
    archive.file("etc/nsswitch.conf", b"passwd: files\ngroup: files\n")


def add_xenstore_tools(archive):
    for tool in ("xenstore", "xenstore-watch"):
        add_program(archive, ROOT / "usr/bin" / tool)
    for applet in XENSTORE_APPLETS:
        archive.link(f"usr/bin/xenstore-{applet}", "xenstore")
    # xenstore-watch ends its thread with pthread_cancel, which opens this by name.
    archive.file("lib/x86_64-linux-gnu/libgcc_s.so.1", library("libgcc_s.so.1"))


def build_machine(archive, module_names):
    add_base(archive, GUEST / "init")
    add_modules(archive, module_names)
    add_udev(archive)
    for script in ("inhost", "charge"):
        archive.file(f"bin/{script}", GUEST / script, 0o755)


def build_plain(archive):
    build_machine(archive, MACHINE_MODULES)


def build_dom0(archive):
    build_machine(archive, DOM0_MODULES)
    add_xenstore_tools(archive)
    programs = ROOT / "usr/lib" / xen_version() / "bin"
    for name in XEN_PROGRAMS:
        add_program(archive, programs / name)
    archive.link("usr/lib/xen", xen_version())
    archive.file("etc/xen/xl.conf", b'autoballoon="off"\nclaim_mode=0\n')
    # It serves PV channels, and does not begin without a keymap.
    add_program(archive, ROOT / "usr/libexec/xen-qemu-system-i386")
    keymap = "usr/share/qemu/keymaps/en-us"
    archive.file(keymap, next(base / keymap for base in (ROOT, Path("/")) if (base / keymap).exists()))


def build_domu(archive):
    add_base(archive, GUEST / "init-domu")
    add_modules(archive, DOMU_MODULES)
    add_xenstore_tools(archive)


BUILDERS = {"plain": build_plain, "dom0": build_dom0, "domu": build_domu}


def initramfs(name):
    archive = Archive()
    BUILDERS[name](archive)
    data = archive.finish()
    return cached(f"{name}.cpio", digest(data), lambda path: path.write_bytes(data))


@cache
def build():
    """Everything that boots, as a dictionary of paths. What is there already is only looked up."""
    fetch()
    with locked():
        images = {"vmlinux": kernel(), "vmlinuz": packed_kernel(), "xen": hypervisor(), "acpi": acpi_table()}
        images.update((name, initramfs(name)) for name in BUILDERS)
        return images
