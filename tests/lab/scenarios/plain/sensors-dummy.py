# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's iio_dummy: a buffer of four scan types and a trigger of its own, read by both backends; to the hub it is no sensor."""

from labkit import dummy, images
from labkit.hub import Hub
from labkit.sensors import states, table

NEEDS = "xenhubd xenhub sensors_scan"
DEVICE = "/sys/kernel/config/iio/devices/dummy/lab-dummy"
CHANNELS = ("voltage0", "voltage1-voltage2", "voltage3-voltage4", "accel_x")
SAMPLE = "7 -33 -2 344"  # drivers/iio/dummy/iio_simple_dummy_buffer.c
PLUGS = 10

def scan(lab, backend, node):
    reader = lab.start("sensors_scan", backend, node, *CHANNELS)
    reader.expect(rf"^ready {backend}")
    for _ in range(3):
        lab.guest.run("echo 1 > /sys/bus/iio/devices/trigger0/trigger_now")
        reader.expect(rf"^{SAMPLE} stamped$")
    reader.kill()
    reader.wait()
    lab.guest.run(f"echo 0 > /sys/bus/iio/devices/{node}/buffer/enable")

def run(lab):
    for module in (images.modules()["configfs"], *dummy.modules()):
        lab.guest.run(f"inhost && insmod /host{module}")
    lab.guest.run("mount -t configfs configfs /sys/kernel/config; echo 0 > /sys/bus/iio/devices/iio_sysfs_trigger/add_trigger")
    hub = Hub(lab)
    before = table(hub)
    for _ in range(PLUGS):
        lab.guest.run(f"mkdir {DEVICE}")
        lab.guest.until("test -e /dev/iio:device0")
        assert table(hub) == before, f"the hub takes it for a sensor: {table(hub)}"
        lab.guest.run(f"rmdir {DEVICE}")
    assert not [path for path in states(hub, "") if path.startswith(("accel", "orientation"))], states(hub, "")
    assert "warning" not in hub.process.text, hub.process.text

    lab.guest.run(f"mkdir {DEVICE}; echo sysfstrig0 > /sys/bus/iio/devices/iio:device0/trigger/current_trigger")
    for backend in ("sysfs", "libiio"):
        scan(lab, backend, "iio:device0")
    return f"plugged {PLUGS} times and no sensor; {SAMPLE} by both backends"
