/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a picture to a file: PNG, or BMP when the name ends in .bmp. */
#ifndef XENHUB_DISPLAY_SHOT_H
#define XENHUB_DISPLAY_SHOT_H

#include "display/geometry.h"

/* Into a temporary file beside it first, so that whoever waits for `path` never sees half of it. */
int shot_write(const struct surface *surface, const char *path);

#endif
