/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPICE's surfaces as pixels of struct frame. Pure. */
#ifndef XENHUB_DISPLAY_SPICE_PIXELS_H
#define XENHUB_DISPLAY_SPICE_PIXELS_H

#include "display/geometry.h"

#include <stddef.h>

/* SPICE's numbers of formats; pixels are in the host's byte order, as spice-glib draws them. */
enum pixels_format {
	PIXELS_555 = 16,
	PIXELS_32 = 32,
	PIXELS_565 = 80,
	PIXELS_32_ALPHA = 96,
};

bool pixels_knows(int format);

/* The rectangle, which lies inside of both, from a surface with `stride` bytes a row. */
void pixels_copy(const struct surface *to, const uint8_t *from, size_t stride, int format, struct rect rect);

#endif
