# SPDX-License-Identifier: GPL-2.0-or-later
"""PV channels, both kinds: found by name in the guest and in Dom0, and bytes go both ways."""

from labkit.xen import CHANNEL


def say_until_heard(lab, speaker, listener, words):
    def heard():
        speaker.say(words)
        return words in listener.text

    lab.until(heard, f"nothing arrives of `{words}`")


def run(lab):
    guest = lab.domain("channels")
    backends = f"/local/domain/0/backend/console/{guest.domid}"
    names = lab.guest.run(f"for n in $(xenstore-list {backends}); do echo $n $(xenstore-read {backends}/$n/name "
                          f"2> /dev/null) $(xenstore-read {backends}/$n/connection 2> /dev/null); done").text
    numbers = {words[1]: words[0] for line in names.splitlines() if len(words := line.split()) == 3}
    assert CHANNEL in numbers and f"{CHANNEL}.socket" in numbers, names

    said = []
    for kind, name, dom0_end in (("pty", CHANNEL, f"relay $(xenstore-read /local/domain/{guest.domid}/device/console/{numbers[CHANNEL]}/tty)"),
                                 ("socket", f"{CHANNEL}.socket", "relay /run/lab/channel")):
        number = numbers[name]
        assert str(guest.run(f"xenstore-read device/console/{number}/name")) == name
        outside, inside = lab.guest.spawn(dom0_end), guest.spawn(f"relay /dev/hvc{number}")
        # QEMU looks once a second whether its pty has a reader, and drops what is written before.
        say_until_heard(lab, inside, outside, "from the guest")
        say_until_heard(lab, outside, inside, "from Dom0")
        inside.kill()
        outside.kill()
        said.append(f"{kind} at hvc{number}")
    return ", ".join(said)
