/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What we draw over the remote's picture. Each call makes a canvas that the caller finishes; pixels are NULL if there is nothing. */
#ifndef XENHUB_DISPLAY_PAGES_H
#define XENHUB_DISPLAY_PAGES_H

#include "display/osd/font.h"
#include "display/osd/words.h"

struct indicators {
	int percent; /* of the battery; -1: unknown, not shown */
	bool charging, low;
	bool link_lost; /* to the hub */
	bool rotation_locked, caps, bell;
};

/* `unit` is the height of a line of text: everything else follows from it. Where that does not fit, text gets smaller. */
void page_status(struct surface *canvas, struct font *font, int unit, int max_width, int max_height,
		 const struct words *words);
void page_indicators(struct surface *canvas, struct font *font, int unit,
		     const struct indicators *indicators);

/* Lines separated by \n. */
void page_stats(struct surface *canvas, struct font *font, int unit, int max_width, const char *text);

#endif
