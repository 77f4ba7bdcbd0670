# SPDX-License-Identifier: GPL-2.0-or-later
"""uinput, virtio and USB devices reach a reader, udev classifies them, and the host's root works as a chroot."""

from labkit.devices import TOUCHSCREEN, touch


def run(lab):
    assert "/dev/uinput" in lab.host("ls /dev/uinput").text, "the guest's /dev is not seen from the host's root"
    assert int(str(lab.host("cat /proc/sys/kernel/pid_max"))) > 0
    assert "data" in lab.host("ls /run/udev").text, "the guest's /run is not seen from the host's root"

    screen = lab.uinput(TOUCHSCREEN)
    lab.guest.until(f"udevadm info {screen.node} | grep -q ID_INPUT_TOUCHSCREEN=1")
    reader = lab.read(screen.node, "--arrival")
    written, = screen.play(touch(0, 7, 100, 200, "BTN_TOUCH 1 ABS_X 100 ABS_Y 200"))
    reader.expect(r"^E: \S+ 0003 0039 7\n(E: .*\n)*E: \S+ 0000 0000 0$")
    arrived = float(reader.expect(r"^# arrived (\S+)$").group(1))
    assert arrived >= written

    virtio = lab.read(lab.input_named("QEMU Virtio Keyboard"))
    lab.qmp.key("a")
    virtio.expect(r"^E: \S+ 0001 001e 1$")
    virtio.expect(r"^E: \S+ 0001 001e 0$")

    lab.qmp.plug("usb-kbd", "kbd", bus="usb.0")
    usb = lab.read(lab.input_named("QEMU QEMU USB Keyboard"))
    lab.qmp.key("b")
    usb.expect(r"^E: \S+ 0001 0030 1$")
    lab.qmp.unplug("kbd")
    usb.expect(r"^# gone$")
    return f"touch written and read in {(arrived - written) * 1000:.1f} ms"
