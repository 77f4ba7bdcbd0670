# SPDX-License-Identifier: GPL-2.0-or-later
"""A control link that stays, for who has much to ask: `control.py SOCKET` takes each line it reads for a request, and prints the answer."""

import sys

import wire


def main(path):
    with wire.Peer(path) as peer:
        peer.greet("control.py", role=wire.ROLE_CONTROL, wish=wire.wishes(classes=0))
        print("ready", flush=True)
        for number, request in enumerate(sys.stdin):
            peer.send(wire.message(wire.REQUEST, bytes(4) + wire.text(request.rstrip("\n"))))
            answer = peer.until(wire.REPLY)
            print(f"answer {number} {answer.code} {answer.words}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
