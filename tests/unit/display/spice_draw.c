/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/display/spice_draw.h"

#include <string.h>
#include "tests/unit/display/spice_script.h"

#define IMAGES_MAX 3

/* Fields: i image, b brush with a pattern, m mask; 3 a rop of three, a an area of 5 x 5; other digits are bytes that do not
 * matter. */
const struct drawing drawings[DRAWINGS] = {
	{ 302, 2, 2, "b2m" },  { 303, 3, 3, "i88b21m" }, { 304, 2, 2, "i8821m" }, { 305, 2, 2, "i8821m" },
	{ 306, 1, 1, "m" },    { 308, 1, 1, "m" },       { 309, 3, 3, "iab31m" }, { 312, 1, 0, "i8844" },
	{ 313, 1, 0, "2i88" }, { 318, 2, 0, "cii44" },
};

static size_t body, places[IMAGES_MAX], pointers[IMAGES_MAX];

size_t drawing(void)
{
	return body;
}

size_t image_at(unsigned place)
{
	return places[place];
}

size_t image_pointer(unsigned place)
{
	return pointers[place];
}

void add_drawing(unsigned type)
{
	add_message(type, 0);
	body = script.size;
	add(4, 0);
	add(8, 0);
	add(4, 10);
	add(4, 10);
	add(1, 0);
}

void begin_drawing(unsigned type)
{
	begin();
	add_surface(0, 64, 64);
	add_drawing(type);
}

void end_drawing(void)
{
	set32(body - 4, (uint32_t)(script.size - body));
}

void add_description(uint64_t id, unsigned type, unsigned flags, uint32_t w, uint32_t h)
{
	add(8, id);
	add(1, type);
	add(1, flags);
	add(4, w);
	add(4, h);
}

void add_bitmap(unsigned format, unsigned flags, uint32_t w, uint32_t h, uint32_t stride, uint64_t palette)
{
	add(1, format);
	add(1, flags);
	add(4, w);
	add(4, h);
	add(4, stride);
	add(flags & 2 ? 8 : 4, palette);
	add_zeros((size_t)stride * h);
}

static void add_field(char field, unsigned *count)
{
	switch (field) {
	case 'c': /* with a mask that is an image */
		add(4, 1 << 19);
		return;
	case 'm':
		add_zeros(9);
		pointers[(*count)++] = script.size;
		add(4, 0);
		return;
	case 'b':
		add(1, 2);
		pointers[(*count)++] = script.size;
		add_zeros(12);
		return;
	case '3':
		add(1, 0x16);
		return;
	case 'a':
		add(8, 0);
		add(4, 5);
		add(4, 5);
		return;
	case 'i':
		pointers[(*count)++] = script.size;
		add(4, 0);
		return;
	}
	add_zeros((size_t)(field - '0'));
}

void begin_whole_drawing(unsigned which)
{
	const struct drawing *drawing = &drawings[which];
	unsigned count = 0;

	begin_drawing(drawing->type);
	for (const char *field = drawing->fields; *field; field++)
		add_field(*field, &count);
	for (unsigned i = 0; i < count; i++) {
		bool mask = i + 1 == drawing->mask;

		places[i] = script.size;
		set32(pointers[i], (uint32_t)(script.size - body));
		add_description(i, 0, 0, 7, 5);
		add_bitmap(mask ? 1 : 8, 0, 7, 5, mask ? 1 : 28, 0);
	}
	end_drawing();
}
