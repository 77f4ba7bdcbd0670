# SPDX-License-Identifier: GPL-2.0-or-later
"""xenhub-display without a window system: KMSDRM on a real driver, turned, and the pixels that the screen has; keys get back."""

from labkit import screen
from labkit.common import BIN

NEEDS = "xenhub-display plain_vnc"
ENVIRONMENT = "SDL_VIDEODRIVER=kmsdrm XDG_RUNTIME_DIR=/run/lab MESA_SHADER_CACHE_DISABLE=true"


def run(lab):
    screen.need_mesa()
    screen.load_driver(lab, "virtio_gpu", "/dev/dri/card0")
    server = screen.serve_lying(lab)
    display = lab.guest.spawn(f"exec inhost env {ENVIRONMENT} {BIN / 'xenhub-display'} --rotate 90 --log-level info {screen.URI}")
    screen.until_shown(lab, display, lambda: screen.of_qemu(lab))
    lab.qmp.key("a")
    server.expect("^key down 61$", screen.PATIENCE)
    server.expect("^key up 61$", screen.PATIENCE)
    assert display.stop(screen.PATIENCE).status == 0, display.text
    return f"{screen.SCREEN[0]} x {screen.SCREEN[1]} pixels turned by 90, each as expected; a key there and back"
