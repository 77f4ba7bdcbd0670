# SPDX-License-Identifier: GPL-2.0-or-later
"""The wire of docs/protocol.md in Python: enough to be a consumer, and enough to be a bad one.

Written from the document, not from hub/wire: where the two disagree, a test fails."""

import socket
import struct
import time

MAGIC = 0x42554858
VERSION = 1
MESSAGE_MAX = 16384
SKIPPABLE = 0x8000

HELLO, BYE, PING, PONG = 1, 2, 3, 4
DEVICE_ADD, DEVICE_REMOVE, SNAPSHOT_BEGIN, DEVICE_STATE, SNAPSHOT_END, FRAME, LEASE, FOCUS = range(16, 24)
STATE = 24 | SKIPPABLE
SUBSCRIBE, ACK, LED = 64, 65, 66
CLAIM, SCREEN = 67 | SKIPPABLE, 68 | SKIPPABLE
REQUEST, REPLY = 96, 97
SEQUENCED = {DEVICE_ADD, DEVICE_REMOVE, SNAPSHOT_BEGIN, SNAPSHOT_END, FRAME, FOCUS}

BYE_DONE, BYE_VERSION, BYE_MALFORMED, BYE_UNEXPECTED, BYE_UNKNOWN, BYE_LIMIT, BYE_TIMEOUT, BYE_POLICY = range(1, 9)

ROLE_HUB, ROLE_CONSUMER, ROLE_CONTROL = 1, 2, 3
ALL_CLASSES = (1 << 10) - 1
REASONS = ("none", "connect", "unplug", "focus", "lease", "overflow", "suspend", "link", "end", "chord", "policy")
SYNTHETIC, CANCEL, RESYNC, TIMES = 1, 2, 4, 8


def message(kind, body=b"", flags=0, length=None):
    """A whole message; length lies about it when given."""
    return struct.pack("<IHH", 8 + len(body) if length is None else length, kind, flags) + body


def text(words):
    raw = words if isinstance(words, bytes) else words.encode()
    return struct.pack("<H", len(raw)) + raw


def wishes(classes=ALL_CLASSES, touchpad=0, states=False, interval_ms=0):
    return struct.pack("<IBBHI", classes, touchpad, states, 0, interval_ms)


def hello(name="test", role=ROLE_CONSUMER, versions=(VERSION, VERSION), magic=MAGIC, generation=0, wish=None, more=b""):
    body = struct.pack("<IHHBBHI16sQ", magic, *versions, role, 1, 0, 0, bytes(16), generation)
    return message(HELLO, body + (wishes() if wish is None else wish) + text(name) + more)


def ack(seq):
    return message(ACK, struct.pack("<Q", seq))


def ping(token):
    return message(PING, struct.pack("<Q", token))


def led(handle, code, on):
    return message(LED, struct.pack("<IHH", handle, code, on))


def subscribe(snapshot=False, **wish):
    return message(SUBSCRIBE, wishes(**wish) + struct.pack("<I", snapshot))


def device_add(handle, device):
    """A recording.Device without properties, as a control peer plays it."""
    body = struct.pack("<QII4H", 0, handle, 0, *device.ids)
    body += b"".join(text(words) for words in ("test", "", "test", device.name, "", ""))
    for kind, codes in [(0, [0, *device.codes]), *sorted(device.codes.items())]:
        bits = bytearray(max(codes) // 8 + 1)
        for code in codes:
            bits[code // 8] |= 1 << code % 8
        body += struct.pack("<BB", kind, len(bits)) + bits
    axes = [struct.pack("<Biiiiii", code, 0, *limits, 0, 0, 0) for code, limits in sorted(device.axes.items())]
    return message(DEVICE_ADD, body + bytes(2) + b"".join(axes))


def frame(seq, handle, events):
    body = struct.pack("<QQQIIHHI", seq, 0, 0, 0, handle, len(events), 0, 0)
    return message(FRAME, body + b"".join(struct.pack("<HHi", *event) for event in events))


class Fields:
    """A message that came, taken apart; what its type does not have is missing."""

    def __init__(self, kind, flags, body):
        self.kind, self.flags, self.body, self.at = kind, flags, body, 0
        reader = READERS.get(kind)
        if reader:
            reader(self)
            assert kind == HELLO or self.at == len(body), f"message {kind}: {len(body) - self.at} bytes too many"

    def take(self, form):
        values = struct.unpack_from("<" + form, self.body, self.at)
        self.at += struct.calcsize("<" + form)
        return values[0] if len(values) == 1 else values

    def text(self):
        size = self.take("H")
        raw = self.body[self.at:self.at + size]
        assert len(raw) == size
        self.at += size
        return raw.decode()

    def __repr__(self):
        return str({name: value for name, value in vars(self).items() if name not in ("body", "at")})


def read_hello(m):
    m.magic, m.version_min, m.version_max, m.role, m.clock, _, m.features, m.boot_id, m.generation = m.take(
        "IHHBBHI16sQ")
    m.wishes = m.take("IBBHI")
    m.name = m.text()


def read_bye(m):
    m.reason = m.take("I")
    m.words = m.text()


def read_token(m):
    m.token = m.take("Q")


def read_device_add(m):
    m.seq, m.handle, m.classes = m.take("QII")
    m.ids = m.take("HHHH")
    m.id, m.reason, m.origin, m.name, m.phys, m.uniq = (m.text() for _ in range(6))
    m.bits, m.absinfo = {}, {}
    while True:
        kind, size = m.take("BB")
        if not size:
            break
        raw = m.take(f"{size}s")
        m.bits[kind] = {8 * i + bit for i, byte in enumerate(raw) for bit in range(8) if byte >> bit & 1}
    while m.at < len(m.body):
        code, *values = m.take("Biiiiii")
        m.absinfo[code] = values


def read_device_remove(m):
    m.seq, m.handle, m.reason = m.take("QII")


def read_snapshot_begin(m):
    m.seq, m.reason, m.devices, m.lost_kernel, m.lost_queue = m.take("QIIII")


def read_snapshot_end(m):
    m.seq = m.take("Q")


def read_device_state(m):
    m.handle, m.slot, keys, sws, leds, axes, slots, codes = m.take("IIHHHHHH")
    m.keys = {m.take("H") for _ in range(keys)}
    m.switches = {m.take("H") for _ in range(sws)}
    m.leds = {m.take("H") for _ in range(leds)}
    m.abs = dict(m.take("Hi") for _ in range(axes))
    m.slots = [m.take(f"{codes}i") for _ in range(slots)]


def read_frame(m):
    m.seq, m.time_us, m.sent_ns, m.age_ns, m.handle, count, m.reason, m.lost = m.take("QQQIIHHI")
    m.events = [m.take("HHi") for _ in range(count)]
    m.times = [m.take("i") for _ in range(count)] if m.flags & TIMES else [0] * count


def read_lease(m):
    m.seq, m.held, m.hash = m.take("QII")


def read_focus(m):
    m.seq, m.focused = m.take("QI")


def read_state(m):
    m.time_ns, m.integer, m.type, m.stale, _ = m.take("QqBBH")
    m.path, m.unit, m.value = m.text(), m.text(), m.text()


def read_reply(m):
    m.code = m.take("I")
    m.words = m.text()


READERS = {
    HELLO: read_hello, BYE: read_bye, PING: read_token, PONG: read_token, DEVICE_ADD: read_device_add,
    DEVICE_REMOVE: read_device_remove, SNAPSHOT_BEGIN: read_snapshot_begin, SNAPSHOT_END: read_snapshot_end,
    DEVICE_STATE: read_device_state, FRAME: read_frame, LEASE: read_lease, FOCUS: read_focus, STATE: read_state,
    REPLY: read_reply,
}


class Closed(Exception):
    """The other side closed the link."""


class Peer:
    """One connection, spoken by hand."""

    def __init__(self, path, timeout=10):
        self.timeout = timeout
        self.buffer = b""
        self.seq = 0
        deadline = time.monotonic() + timeout
        while True:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(timeout)
            try:
                self.socket.connect(str(path))
                return
            except (ConnectionRefusedError, FileNotFoundError):
                self.socket.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, raw):
        try:
            self.socket.sendall(raw)
        except (BrokenPipeError, ConnectionResetError):
            pass  # its BYE is what the test looks at

    def fill(self, size, deadline):
        while len(self.buffer) < size:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                raise Closed
            self.buffer += more

    def receive(self, timeout=None):
        """The next message. Checks that sequence numbers have no gap. Raises Closed or TimeoutError."""
        deadline = time.monotonic() + (timeout or self.timeout)
        self.fill(8, deadline)
        length, kind, flags = struct.unpack_from("<IHH", self.buffer)
        assert 8 <= length <= MESSAGE_MAX, length
        self.fill(length, deadline)
        body, self.buffer = self.buffer[8:length], self.buffer[length:]
        fields = Fields(kind, flags, body)
        if kind in SEQUENCED:
            assert fields.seq == self.seq + 1, f"sequence {self.seq} is followed by {fields.seq}"
            self.seq = fields.seq
        return fields

    def until(self, kind, timeout=None, ready=lambda m: True):
        """The next message of this type that is ready; earlier ones are dropped. Leases and motion are acknowledged."""
        deadline = time.monotonic() + (timeout or self.timeout)
        while True:
            got = self.receive(deadline - time.monotonic())
            if got.kind in (LEASE, SNAPSHOT_END, FRAME):
                self.send(ack(self.seq))
            if got.kind == kind and ready(got):
                return got

    def greet(self, name="test", **options):
        """HELLO, and everything up to the end of the first snapshot; returns the hub's HELLO."""
        self.devices, self.states = {}, {}
        self.send(hello(name, **options))
        answer = self.receive()
        assert answer.kind == HELLO, answer
        while True:
            got = self.receive()
            if got.kind == DEVICE_ADD:
                self.devices[got.handle] = got
            elif got.kind == DEVICE_STATE:
                self.states[got.handle] = got
            elif got.kind == SNAPSHOT_BEGIN:
                self.snapshot = got
            elif got.kind == SNAPSHOT_END:
                break
        self.send(ack(self.seq))
        return answer

    def bye(self, timeout=None):
        """The BYE that ends this link; afterwards it must be closed."""
        said = self.until(BYE, timeout)
        try:
            while True:
                self.receive(timeout)
        except Closed:
            return said
