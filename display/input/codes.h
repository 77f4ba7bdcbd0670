/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three names of one key: the kernel's code (KEY_A), which is the one used here; SDL's scancode, which is the USB
 * usage; and the PC keyboard's scancode of set 1, which QEMU's VNC extension sends. Pure.
 */
#ifndef XENHUB_DISPLAY_CODES_H
#define XENHUB_DISPLAY_CODES_H

#include <stdint.h>

/* Set 1 as rfb_send_key takes it, the 0xe0 prefix in bit 7; 0 if the key has none. */
uint32_t code_to_xt(unsigned code);

/* KEY_*, or 0. */
unsigned code_from_usage(unsigned usage);

#endif
