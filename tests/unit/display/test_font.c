/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system's fonts: what is written from right to left is drawn so. Skipped (77) where there is none with Hebrew. */
#include "tests/unit/testing.h"

#include <unistd.h>

#include "display/osd/canvas.h"
#include "display/osd/font.h"

#define DEJAVU "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
#define WHITE  0xffffffffu
#define SIDE   128

/* How much ink there is in the columns from x on, as a number for each column. */
static void ink(struct font *font, const char *text, unsigned sums[SIDE])
{
	struct surface canvas;

	assert_int_equal(canvas_init(&canvas, SIDE, SIDE), 0);
	font_draw(font, &canvas, 0, 10, WHITE, text);
	for (int x = 0; x < SIDE; x++) {
		sums[x] = 0;
		for (int y = 0; y < SIDE; y++)
			sums[x] += canvas.pixels[y * SIDE + x] >> 24;
	}
	canvas_finish(&canvas);
}

static void test_right_to_left(void **state)
{
	static unsigned both[SIDE], alef[SIDE], bet[SIDE];
	struct font *font = font_create(DEJAVU);
	int width;

	assert_non_null(font);
	font_set_height(font, 40);
	width = font_width(font, "ב");
	assert_int_equal(font_width(font, "אב"), width + font_width(font, "א"));
	ink(font, "אב", both);
	ink(font, "א", alef);
	ink(font, "ב", bet);
	assert_memory_not_equal(alef, bet, sizeof(alef));
	/* The first letter is on the right. */
	assert_memory_equal(both, bet, (size_t)width * sizeof(*bet));
	assert_memory_equal(both + width, alef, (size_t)(SIDE - width) * sizeof(*alef));
	font_destroy(font);
}

static void test_latin_after_it(void **state)
{
	static unsigned line[SIDE], word[SIDE];
	struct font *font = font_create(DEJAVU);
	int width;

	font_set_height(font, 30);
	width = font_width(font, "אב");
	ink(font, "אב: x", line);
	ink(font, ": x", word);
	assert_memory_equal(line + width, word, (size_t)(SIDE - width) * sizeof(*word));
	font_destroy(font);
}

/* Another font's letters between those of the first one, and each its own. */
static void test_a_script_that_the_font_lacks(void **state)
{
	static const char *const others[] = {
		"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
		"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
	};
	static unsigned first[SIDE], second[SIDE], line[SIDE], latin[SIDE];
	struct font *font;
	int width;

	if (access(others[0], R_OK) != 0 && access(others[1], R_OK) != 0) {
		print_message("no font for CJK here: apt-get install fonts-droid-fallback\n");
		skip();
	}
	font = font_create(DEJAVU);
	font_set_height(font, 30);
	ink(font, "会", first);
	ink(font, "計", second);
	assert_memory_not_equal(first, second, sizeof(first));
	width = font_width(font, "会");
	ink(font, "会x", line);
	ink(font, "x", latin);
	assert_memory_equal(line, first, (size_t)width * sizeof(*line));
	assert_memory_equal(line + width, latin, (size_t)(SIDE - width) * sizeof(*line));
	font_destroy(font);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_to_left),
		cmocka_unit_test(test_latin_after_it),
		cmocka_unit_test(test_a_script_that_the_font_lacks),
	};

	if (access(DEJAVU, R_OK) != 0) {
		print_message("no %s here: apt-get install fonts-dejavu-core\n", DEJAVU);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
