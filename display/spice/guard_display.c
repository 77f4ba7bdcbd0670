/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the display channel that do not draw: surfaces come and go, caches are emptied. */
#include "display/spice/guard_private.h"

#include <errno.h>
#include <string.h>

#define RESOURCE_SIZE    9 /* kind, id */
#define RESOURCE_PIXMAP  1
#define SURFACE_PRIMARY  1 /* of the flags */
#define MODE_BITS_32     32
#define CREATE_SIZE      20
#define MODE_SIZE        12
#define BYTES_IN_SURFACE 4 /* a pixel, whatever its format: that is how the library allocates */

int guard_check_sides(struct guard *guard, const char *what, uint64_t width, uint64_t height)
{
	if (width < 1 || height < 1 || width > GUARD_SIDE_MAX || height > GUARD_SIDE_MAX)
		return guard_refuse(guard, -EFBIG,
				    "the server's %s is %llux%llu, above the limit of %d a side", what,
				    (unsigned long long)width, (unsigned long long)height, GUARD_SIDE_MAX);
	if (width * height * BYTES_IN_SURFACE > guard->bytes_max)
		return guard_refuse(
			guard, -EFBIG, "the server's %s of %llux%llu is above the limit of %zu MiB", what,
			(unsigned long long)width, (unsigned long long)height, guard->bytes_max >> 20);
	return 0;
}

static void forget_surface(struct guard *guard, uint32_t id)
{
	if (id >= GUARD_SURFACES_MAX)
		return;
	guard->surface_bytes -= (size_t)guard->surfaces[id].kib << 10;
	guard->surfaces[id] = (struct guard_surface){ 0 };
}

static bool knows_format(uint32_t format)
{
	return format == SURFACE_A1 || format == SURFACE_A8 || format == SURFACE_555 ||
	       format == SURFACE_32 || format == SURFACE_565 || format == SURFACE_32_ALPHA;
}

static int make_surface(struct guard *guard, uint32_t id, struct guard_surface surface, bool primary)
{
	int rc = guard_check_sides(guard, "screen", surface.width, surface.height);

	if (rc < 0)
		return rc;
	if (id >= GUARD_SURFACES_MAX)
		return guard_refuse(guard, -EFBIG, "the server makes surface %u, above the limit of %d", id,
				    GUARD_SURFACES_MAX);
	if (!knows_format(surface.format))
		return guard_refuse(guard, -EPROTO, "the server makes a surface of format %u",
				    surface.format);
	if (primary != (id == 0))
		return guard_refuse(guard, -EPROTO, "the server makes surface %u %s screen", id,
				    primary ? "its" : "without a");
	/* The library goes on with the one that it has. */
	if (primary && guard->surfaces[0].kib > 0 && guard->surfaces[0].width == surface.width &&
	    guard->surfaces[0].height == surface.height)
		return 0;
	forget_surface(guard, id);
	surface.kib = (uint32_t)(((size_t)surface.width * surface.height * BYTES_IN_SURFACE +
				  GUARD_SURFACE_COST + 1023) >>
				 10);
	guard->surfaces[id] = surface;
	guard->surface_bytes += (size_t)surface.kib << 10;
	/* While the size changes the old screen may still be there. */
	if (guard->surface_bytes > 2 * guard->bytes_max)
		return guard_refuse(guard, -EFBIG, "the server's surfaces are above the limit of %zu MiB",
				    guard->bytes_max >> 19);
	return 0;
}

int guard_begin_display(struct guard *guard)
{
	size_t need = 0;

	switch (guard->type) {
	case DISPLAY_SURFACE_CREATE:
		need = CREATE_SIZE;
		break;
	case DISPLAY_MODE:
		need = MODE_SIZE;
		break;
	case DISPLAY_SURFACE_DESTROY:
		need = 4;
		break;
	case DISPLAY_INVAL_LIST:
		need = 2;
		break;
	case DISPLAY_INVAL_PALETTE:
		need = 8;
		break;
	case DISPLAY_INVAL_ALL_PIXMAPS:
		kept_clear(&guard->images);
		break;
	case DISPLAY_INVAL_ALL_PALETTES:
	case DISPLAY_RESET:
		guard->palette_count = 0;
		break;
	default:
		if (guard_draws(guard->type))
			return guard_want(guard, PART_BASE, 0, 21);
		break;
	}
	return need > 0 ? guard_want(guard, PART_MESSAGE, 0, need) : 0;
}

static int want_resource(struct guard *guard)
{
	if (guard->drawing.left == 0)
		return 0;
	guard->drawing.left--;
	return guard_want(guard, PART_RESOURCE, guard->looked, RESOURCE_SIZE);
}

int guard_check_resource(struct guard *guard, const struct guard_part *part)
{
	if (guard->part[0] != RESOURCE_PIXMAP)
		return guard_refuse(guard, -EPROTO, "the server takes back what it never gave (kind %u)",
				    guard->part[0]);
	kept_drop(&guard->images, get64(guard->part + 1));
	return want_resource(guard);
}

static void forget_palette(struct guard *guard, uint64_t id)
{
	for (unsigned i = 0; i < guard->palette_count; i++)
		if (guard->palettes[i] == id) {
			guard->palettes[i] = guard->palettes[--guard->palette_count];
			return;
		}
}

int guard_check_display(struct guard *guard)
{
	const uint8_t *part = guard->part;

	switch (guard->type) {
	case DISPLAY_SURFACE_CREATE:
		return make_surface(guard, get32(part),
				    (struct guard_surface){ .width = get32(part + 4),
							    .height = get32(part + 8),
							    .format = get32(part + 12) },
				    get32(part + 16) & SURFACE_PRIMARY);
	case DISPLAY_MODE:
		return make_surface(guard, 0,
				    (struct guard_surface){ .width = get32(part),
							    .height = get32(part + 4),
							    .format = get32(part + 8) == MODE_BITS_32
									      ? SURFACE_32
									      : SURFACE_555 },
				    true);
	case DISPLAY_SURFACE_DESTROY:
		forget_surface(guard, get32(part));
		return 0;
	case DISPLAY_INVAL_LIST:
		guard->drawing.left = get16(part);
		return want_resource(guard);
	default:
		forget_palette(guard, get64(part));
		return 0;
	}
}
