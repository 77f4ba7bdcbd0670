/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rfb/internal.h"

void raster_begin(struct raster *raster, struct rect rect)
{
	*raster = (struct raster){ .rect = rect };
	if (rect.w == 0)
		raster->y = rect.h;
}

size_t raster_left(const struct raster *raster)
{
	return (size_t)(raster->rect.h - raster->y) * (size_t)raster->rect.w - (size_t)raster->x;
}

ssize_t raster_pixels(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct raster *raster = &rfb->raster;
	size_t bytes = (size_t)rfb->reader->bytes;
	size_t left = raster_left(raster);
	size_t count = size / bytes < left ? size / bytes : left;
	size_t done = 0;

	while (done < count) {
		size_t in_row = (size_t)(raster->rect.w - raster->x);
		size_t run = count - done < in_row ? count - done : in_row;

		rfb->reader->run(&rfb->pixels,
				 frame_at(rfb->frame, raster->rect.x + raster->x, raster->rect.y + raster->y),
				 data + done * bytes, run);
		done += run;
		raster->x += (int)run;
		if (raster->x == raster->rect.w) {
			raster->x = 0;
			raster->y++;
		}
	}
	if (count == left) {
		int error = rfb->raster_done(rfb);

		if (error)
			return error;
	}
	return (ssize_t)(count * bytes);
}
