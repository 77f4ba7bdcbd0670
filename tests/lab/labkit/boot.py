# SPDX-License-Identifier: GPL-2.0-or-later
"""A root that an init system can start services in: the build machine's files, over 9p and writable in memory, and ours on top."""

from .common import BIN, CACHE, TOP, locked, output, say
from .images import modules, stripped
from .packages import apt

ROOT = "/mnt"
USER, INPUT = 777, 3  # input's number is that of the lab's /etc/group
BINDIR = "/usr/bin"


def unpacked(name, packages):
    """Debian's packages in a folder of the cache, downloaded once."""
    target = CACHE / name
    with locked():
        if not target.exists():
            say(f"lab: downloading {packages}, once")
            draft = CACHE / f"{name}.draft"
            draft.mkdir(exist_ok=True)
            apt("apt-get", "download", *packages.split(), cwd=draft)
            for deb in draft.glob("*.deb"):
                output("dpkg", "-x", str(deb), str(draft))
                deb.unlink()
            draft.rename(target)
    return target


def make_root(lab, packages):
    """packages: a folder of such, whose files are there as well, or None."""
    usr = ":".join(f"/host{each}" for each in (*([packages / "usr"] if packages else []), "/usr"))
    lab.guest.run(f"""
        inhost && insmod /host{stripped(modules()['overlay'])} && mount -t tmpfs -o mode=755 root {ROOT} && cd {ROOT} || exit 1
        mkdir -p usr etc proc sys dev run tmp root var/log var/lib .up .work && chmod 1777 tmp
        for link in bin sbin lib lib64; do ln -s usr/$link $link; done
        mount -t overlay -o lowerdir={usr},upperdir={ROOT}/.up,workdir={ROOT}/.work usr usr || exit 1
        cp -a /host/etc/pam.d /host/etc/security /host/etc/nsswitch.conf /host/etc/alternatives etc
        for dir in proc sys dev; do mount --rbind /$dir $dir; done
        mount --bind /run run
        printf 'root:x:0:0:root:/root:/bin/sh\\nxenhub:x:{USER}:{USER}::/run/xenhub:/bin/false\\n' > etc/passwd
        printf 'root:*:1::::::\\nxenhub:!:1::::::\\n' > etc/shadow
        printf 'root:x:0:\\ninput:x:{INPUT}:xenhub\\nxenhub:x:{USER}:\\n' > etc/group""", timeout=60)
    if packages:  # outside /usr, from before Debian merged the two
        lab.guest.run(f"cd /host{packages} && cp -a etc {ROOT} && for dir in bin sbin lib; do [ ! -d $dir ] || cp -a $dir/. {ROOT}/usr/$dir; done",
                      timeout=60)


def install(lab, *programs):
    for program in programs:
        lab.guest.run(f"cp /host{BIN / program} {ROOT}{BINDIR}", timeout=60)


def shipped(path):
    """A file of configs/ as cmake installs it."""
    return (TOP / "configs" / path).read_text().replace("@CMAKE_INSTALL_FULL_BINDIR@", BINDIR)


def run(lab, script, **options):
    return lab.guest.run(f"exec chroot {ROOT} /bin/sh -c", script, **options)


def hub_pid(lab):
    """As the machine counts, or nothing."""
    return str(lab.guest.run("pidof xenhubd", check=False))


def hub_grabs(lab):
    """Whether the hub there has grabbed a device, as `xenhub state` says; False while nobody answers."""
    words = [line.split() for line in run(lab, "xenhub state device", check=False).lines]
    return any(each[0].endswith("/grabbed") and each[1] == "1" for each in words if len(each) > 1)


def check_confined(lab):
    """As its own user, without a capability, and with a filter of its system calls."""
    told = str(lab.guest.run(f"grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/{hub_pid(lab)}/status"))
    for line in ("CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"):
        assert line in told, told
    owner = int(str(lab.guest.run(f"stat -c %u /proc/{hub_pid(lab)}")))
    assert owner != 0, "it runs as root"


def die(lab, times):
    """Kills the hub that often, each time when it is there again."""
    for _ in range(times):
        before = hub_pid(lab)
        lab.guest.run(f"kill -9 {before}")
        lab.until(lambda: hub_pid(lab) not in ("", before), "nobody starts it again")  # pylint: disable=W0640
    lab.until(lambda: hub_grabs(lab), "what was started again grabs nothing")
