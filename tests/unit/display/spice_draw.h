/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drawings in the script of spice_script.h: on a screen of 64 x 64, the only surface that there is. */
#ifndef XENHUB_TESTS_SPICE_DRAW_H
#define XENHUB_TESTS_SPICE_DRAW_H

#include <stddef.h>
#include <stdint.h>

#define DRAWINGS 10

/* How many images hang on each, and which of them, counted from 1, is a mask. */
extern const struct drawing {
	unsigned type, images, mask;
	const char *fields;
} drawings[DRAWINGS];

/* A script with the screen, and a drawing's beginning: surface, box, no clip. end_drawing says how long it became. */
void begin_drawing(unsigned type);
/* The same without the greeting and the screen. */
void add_drawing(unsigned type);
void end_drawing(void);
/* Where its body begins in the script. */
size_t drawing(void);

/* Such a one with all its images, small bitmaps. */
void begin_whole_drawing(unsigned which);
/* Where one of them is described in the script, and where what points to it. */
size_t image_at(unsigned place);
size_t image_pointer(unsigned place);

/* Of an image: its description, 18 bytes. */
void add_description(uint64_t id, unsigned type, unsigned flags, uint32_t w, uint32_t h);
/* A bitmap: of so many bytes a row, with the palette's place or number. */
void add_bitmap(unsigned format, unsigned flags, uint32_t w, uint32_t h, uint32_t stride, uint64_t palette);

#endif
