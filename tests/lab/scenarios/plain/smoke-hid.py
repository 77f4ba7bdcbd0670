# SPDX-License-Identifier: GPL-2.0-or-later
"""uhid: a touchscreen through hid-multitouch, and a light sensor through hid-sensor-als and IIO."""

from labkit.devices import HID_LIGHT_SENSOR, HID_TOUCHSCREEN


def run(lab):
    screen = lab.hid(HID_TOUCHSCREEN)
    reader = lab.read(lab.input_named("Lab HID Touchscreen"))
    # id 1; finger 0 down at (0x100, 0x80), finger 1 down at (0x300, 0x200); two contacts
    screen.report("01 01 00 0001 8000 01 01 0003 0002 02".replace(" ", ""))
    reader.expect(r"^E: \S+ 0003 0035 256$")
    reader.expect(r"^E: \S+ 0003 002f 1$")
    reader.expect(r"^E: \S+ 0003 0036 512$")
    screen.die()
    reader.expect(r"^# gone$")

    sensor = lab.hid(HID_LIGHT_SENSOR)
    light = "/sys/bus/iio/devices/iio:device0/in_illuminance_raw"
    lab.guest.until(f"grep -qx 100 {light}")
    sensor.say("answer input 01 02 03 41 01 00 00")
    lab.guest.until(f"grep -qx 321 {light}")
    return "two contacts, 321 lux"
