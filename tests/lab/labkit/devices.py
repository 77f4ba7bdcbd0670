# SPDX-License-Identifier: GPL-2.0-or-later
"""Input devices of the lab, as the text that tools/uidev.c and tools/uhidev.c take, and the classes that play them."""

KEYBOARD_KEYS = " ".join(f"KEY_{key}" for key in (
    "ESC 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE TAB Q W E R T Y U I O P LEFTBRACE RIGHTBRACE ENTER LEFTCTRL "
    "A S D F G H J K L SEMICOLON APOSTROPHE GRAVE LEFTSHIFT BACKSLASH Z X C V B N M COMMA DOT SLASH RIGHTSHIFT "
    "LEFTALT SPACE CAPSLOCK F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 RIGHTCTRL RIGHTALT HOME UP PAGEUP LEFT RIGHT "
    "END DOWN PAGEDOWN INSERT DELETE LEFTMETA").split())
MOUSE_PARTS = "BTN_LEFT BTN_RIGHT BTN_MIDDLE REL_X REL_Y REL_WHEEL REL_WHEEL_HI_RES"
LEDS = "LED_NUML LED_CAPSL LED_SCROLLL"

KEYBOARD = f"""
name Lab Keyboard
id 3 1d6b 1001 111
phys lab/keyboard
has {KEYBOARD_KEYS} MSC_SCAN {LEDS}
"""

MOUSE = f"""
name Lab Mouse
id 3 1d6b 1002 111
phys lab/mouse
has {MOUSE_PARTS}
"""

# A wireless receiver: keyboard and mouse behind one node.
COMBO = f"""
name Lab Combo Receiver
id 3 1d6b 1003 111
phys lab/combo
has {KEYBOARD_KEYS} {MOUSE_PARTS} {LEDS}
"""

TOUCHSCREEN = """
name Lab Touchscreen
id 18 1d6b 1004 100
phys lab/touchscreen
prop INPUT_PROP_DIRECT
has BTN_TOUCH
axis ABS_X 0 1919 0 0 8
axis ABS_Y 0 1279 0 0 8
axis ABS_MT_SLOT 0 9
axis ABS_MT_TRACKING_ID 0 65535
axis ABS_MT_POSITION_X 0 1919 0 0 8
axis ABS_MT_POSITION_Y 0 1279 0 0 8
axis ABS_MT_TOUCH_MAJOR 0 255
axis ABS_MT_TOOL_TYPE 0 2
"""

TOUCHPAD = """
name Lab Touchpad
id 18 1d6b 1005 100
phys lab/touchpad
prop INPUT_PROP_POINTER INPUT_PROP_BUTTONPAD
has BTN_TOUCH BTN_LEFT BTN_TOOL_FINGER BTN_TOOL_DOUBLETAP BTN_TOOL_TRIPLETAP
axis ABS_X 0 1227 0 0 12
axis ABS_Y 0 928 0 0 12
axis ABS_MT_SLOT 0 4
axis ABS_MT_TRACKING_ID 0 65535
axis ABS_MT_POSITION_X 0 1227 0 0 12
axis ABS_MT_POSITION_Y 0 928 0 0 12
"""

PEN = """
name Lab Pen
id 18 56a 1006 100
phys lab/pen
prop INPUT_PROP_DIRECT
has BTN_TOOL_PEN BTN_TOOL_RUBBER BTN_TOUCH BTN_STYLUS BTN_STYLUS2
axis ABS_X 0 21696 4 0 100
axis ABS_Y 0 13560 4 0 100
axis ABS_PRESSURE 0 4095
axis ABS_TILT_X -60 60 0 0 57
axis ABS_TILT_Y -60 60 0 0 57
axis ABS_DISTANCE 0 63
"""

SWITCHES = """
name Lab Tablet Switches
id 19 0 1007 0
phys lab/switches
has SW_LID SW_TABLET_MODE
"""

BUTTONS = """
name Lab Tablet Buttons
id 19 0 1008 0
phys lab/buttons
has KEY_POWER KEY_VOLUMEUP KEY_VOLUMEDOWN KEY_LEFTMETA KEY_ROTATE_LOCK_TOGGLE
"""

# Two contacts with tip switch, id, x and y in one report, and the contact count: what hid-multitouch takes.
_FINGER = """
descriptor 09 22 a1 02 09 42 15 00 25 01 75 01 95 01 81 02 95 07 81 03
descriptor 75 08 95 01 09 51 25 7f 81 02 05 01 75 10 26 ff 0f 09 30 46 80 07 55 0e 65 11 81 02
descriptor 26 ff 0b 09 31 46 b0 04 81 02 45 00 55 00 65 00 05 0d c0
"""
HID_TOUCHSCREEN = f"""
name Lab HID Touchscreen
phys lab/hid-touch
uniq 0001
id 18 1d6b 1011 100
descriptor 05 0d 09 04 a1 01 85 01
{_FINGER} {_FINGER}
descriptor 09 54 15 00 25 02 75 08 95 01 81 02
descriptor 85 02 09 55 25 02 75 08 95 01 b1 02 c0
answer feature 02 02
"""

# An ambient light sensor behind a HID sensor hub: state, event and illuminance in lux as one input report.
HID_LIGHT_SENSOR = """
name Lab Light Sensor
phys lab/hid-light
id 18 1d6b 1012 100
descriptor 05 20 09 01 a1 00 09 41 a1 00 85 01 05 20
descriptor 0a 09 03 15 00 25 02 75 08 95 01 a1 02 0a 30 08 0a 31 08 0a 32 08 b1 00 c0
descriptor 0a 16 03 15 00 25 05 75 08 95 01 a1 02 0a 40 08 0a 41 08 0a 42 08 0a 43 08 0a 44 08 0a 45 08 b1 00 c0
descriptor 0a 19 03 15 00 25 05 75 08 95 01 a1 02 0a 50 08 0a 51 08 0a 52 08 0a 53 08 0a 54 08 0a 55 08 b1 00 c0
descriptor 0a 0e 03 15 00 27 ff ff ff 7f 75 20 95 01 55 00 b1 02
descriptor 0a d1 e4 15 00 26 10 27 75 10 95 01 55 0e b1 02
descriptor 0a 01 02 15 00 25 06 75 08 95 01 a1 02
descriptor 0a 00 08 0a 01 08 0a 02 08 0a 03 08 0a 04 08 0a 05 08 0a 06 08 81 00 c0
descriptor 0a 02 02 15 00 25 05 75 08 95 01 a1 02
descriptor 0a 10 08 0a 11 08 0a 12 08 0a 13 08 0a 14 08 0a 15 08 81 00 c0
descriptor 0a d1 04 15 00 27 ff ff ff 7f 55 00 75 20 95 01 81 02 c0 c0
answer feature 01 01 01 02 00 00 00 00 00 00
answer input 01 02 03 64 00 00 00
"""


class Played:
    """A device that one of the two tools keeps alive; it goes when the tool ends."""

    tool = ""

    def __init__(self, agent, description, create):
        lines = [line.strip() for line in description.splitlines() if line.strip()]
        self.name = next(line[5:] for line in lines if line.startswith("name "))
        self.process = agent.spawn(self.tool)
        self.process.say(*lines)
        if create:
            self.create()

    def say(self, *lines):
        self.process.say(*lines)

    def create(self):
        raise NotImplementedError

    def destroy(self):
        self.say("destroy")

    def die(self):
        """Without a word, as a device that is pulled out."""
        self.process.kill()
        self.process.wait()


class Uinput(Played):
    tool = "uidev"

    def create(self):
        self.say("create")
        self.node = self.process.expect(r"^node (\S+)").group(1)

    def play(self, *frames):
        """Write frames and wait until the last is written. Returns the times of the writes, in seconds."""
        self.say(*frames)
        return [float(self.process.expect(r"^frame (\S+)").group(1))
                for frame in frames if not frame.startswith("wait")]

    def tap(self, *keys):
        for key in keys:
            self.play(f"{key} 1", f"{key} 0")


class Hid(Played):
    tool = "uhidev"

    def create(self):
        self.say("create")
        self.process.expect(r"^start")

    def report(self, *reports):
        self.say(*(f"report {report}" for report in reports))
        for _ in reports:
            self.process.expect(r"^frame (\S+)")


def touch(slot, tracking_id, x, y, extra=""):
    """The frame of a contact that goes down, or moves when its tracking id stays the same."""
    return (f"ABS_MT_SLOT {slot} ABS_MT_TRACKING_ID {tracking_id} ABS_MT_POSITION_X {x} ABS_MT_POSITION_Y {y} "
            f"{extra}").strip()


def lift(slot, extra=""):
    return f"ABS_MT_SLOT {slot} ABS_MT_TRACKING_ID -1 {extra}".strip()
