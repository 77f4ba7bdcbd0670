/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/pointer.h"

void pointer_init(struct pointer *p, int32_t width, int32_t height)
{
	p->width = width > 0 ? width : 1;
	p->height = height > 0 ? height : 1;
	p->x = p->width / 2;
	p->y = p->height / 2;
}

static int32_t move(int32_t at, int32_t by, int32_t size)
{
	int64_t to = (int64_t)at + by;

	return to < 0 ? 0 : to >= size ? size - 1 : (int32_t)to;
}

static int32_t scale(const struct input_absinfo *a, int32_t value, int32_t size)
{
	int64_t range = (int64_t)a->maximum - a->minimum;
	int64_t at = (int64_t)value - a->minimum;

	if (range <= 0)
		return 0;
	return move(0, (int32_t)(at < 0 ? 0 : at >= range ? size : at * size / (range + 1)), size);
}

void pointer_apply(struct pointer *p, const struct descriptor *d, const struct event *events, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct event *e = &events[i];

		if (e->type == EV_REL && e->code == REL_X)
			p->x = move(p->x, e->value, p->width);
		else if (e->type == EV_REL && e->code == REL_Y)
			p->y = move(p->y, e->value, p->height);
		else if (e->type == EV_ABS && e->code == ABS_X)
			p->x = scale(&d->absinfo[ABS_X], e->value, p->width);
		else if (e->type == EV_ABS && e->code == ABS_Y)
			p->y = scale(&d->absinfo[ABS_Y], e->value, p->height);
	}
}
