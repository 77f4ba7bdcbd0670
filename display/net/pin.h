/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The certificate that a connection believes alone, by its SHA-256. Pure. */
#ifndef XENHUB_DISPLAY_PIN_H
#define XENHUB_DISPLAY_PIN_H

#include <stdint.h>

#define PIN_BYTES 32

/* 64 hex digits, colons between them as openssl prints them; -EINVAL. */
int pin_parse(uint8_t pin[PIN_BYTES], const char *text);

#endif
