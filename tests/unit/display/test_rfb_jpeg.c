/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tight's JPEG: the same pixels as libjpeg gives on its own, and no harm from pictures that are cut, swapped,
 * or too clever. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jpeglib.h>
#include "tests/unit/display/rfb_script.h"

#define W 67
#define H 41

static const struct rfb_config config = {
	.wishes = { .encodings = { RFB_TIGHT }, .count = 1, .jpeg_quality = 5, .compression = -1 }
};

static void picture_compress(struct bytes *out, int w, int h, bool progressive, J_COLOR_SPACE space)
{
	struct jpeg_compress_struct encoder;
	struct jpeg_error_mgr errors;
	unsigned char *data = NULL;
	unsigned long size = 0;
	static uint8_t row[W * 4];

	encoder.err = jpeg_std_error(&errors);
	jpeg_create_compress(&encoder);
	jpeg_mem_dest(&encoder, &data, &size);
	encoder.image_width = (JDIMENSION)w;
	encoder.image_height = (JDIMENSION)h;
	encoder.input_components = space == JCS_CMYK ? 4 : 3;
	encoder.in_color_space = space;
	jpeg_set_defaults(&encoder);
	if (progressive)
		jpeg_simple_progression(&encoder);
	jpeg_start_compress(&encoder, TRUE);
	for (int y = 0; y < h; y++) {
		JSAMPROW rows = row;

		for (int i = 0; i < w * encoder.input_components; i++)
			row[i] = (uint8_t)(i * 5 + y * y);
		jpeg_write_scanlines(&encoder, &rows, 1);
	}
	jpeg_finish_compress(&encoder);
	jpeg_destroy_compress(&encoder);
	bytes_add(out, data, size);
	free(data);
}

static void picture_decompress(const struct bytes *jpeg, uint8_t pixels[H][W * 3])
{
	struct jpeg_decompress_struct decoder;
	struct jpeg_error_mgr errors;

	decoder.err = jpeg_std_error(&errors);
	jpeg_create_decompress(&decoder);
	jpeg_mem_src(&decoder, jpeg->data, jpeg->size);
	jpeg_read_header(&decoder, TRUE);
	decoder.out_color_space = JCS_RGB;
	jpeg_start_decompress(&decoder);
	for (int y = 0; y < H; y++) {
		JSAMPROW row = pixels[y];

		jpeg_read_scanlines(&decoder, &row, 1);
	}
	jpeg_finish_decompress(&decoder);
	jpeg_destroy_decompress(&decoder);
}

static void script_jpeg(struct bytes *script, const struct bytes *jpeg, size_t size, int copies)
{
	script_hello(script, W + 10, H + 10);
	script_update(script, (unsigned)copies);
	for (int i = 0; i < copies; i++) {
		script_rect(script, 3, 4, W, H, 7);
		bytes_u8(script, 0x90);
		bytes_u8(script, (size & 127) | 128);
		bytes_u8(script, (size >> 7 & 127) | 128);
		bytes_u8(script, (unsigned)(size >> 14));
		bytes_add(script, jpeg->data, size);
	}
}

static void test_pixels(void **state)
{
	struct bytes jpeg = { 0 }, script = { 0 };
	static uint8_t pixels[H][W * 3];

	picture_compress(&jpeg, W, H, false, JCS_RGB);
	picture_decompress(&jpeg, pixels);
	script_jpeg(&script, &jpeg, jpeg.size, 3);
	for (size_t piece = 0; piece < 3; piece++) {
		struct session session;

		session_open(&session, &config);
		assert_true(session_feed(&session, &script, piece) >= 0);
		assert_int_equal(session.events[RFB_EVENT_UPDATE_END], 1);
		for (int y = 0; y < H + 10; y++)
			for (int x = 0; x < W + 10; x++) {
				bool inside = x >= 3 && x < W + 3 && y >= 4 && y < H + 4;
				const uint8_t *p =
					inside ? &pixels[y - 4][(x - 3) * 3] : (const uint8_t *)"\0\0";

				assert_int_equal(*frame_at(&session.frame, x, y) & 0xffffff,
						 p[0] << 16 | p[1] << 8 | p[2]);
			}
		session_close(&session);
	}
	bytes_free(&script);
	bytes_free(&jpeg);
}

static void check_refused(const struct bytes *jpeg, size_t size, const char *word)
{
	struct bytes script = { 0 };
	struct session session;

	script_jpeg(&script, jpeg, size, 1);
	session_open(&session, &config);
	assert_int_equal(session_feed(&session, &script, 0), -EPROTO);
	if (!strstr(rfb_reason(session.rfb), word))
		fail_msg("\"%s\" does not say \"%s\"", rfb_reason(session.rfb), word);
	session_close(&session);
	bytes_free(&script);
}

static void test_cut_anywhere(void **state)
{
	struct bytes jpeg = { 0 };

	picture_compress(&jpeg, W, H, false, JCS_RGB);
	/* The end marker's two bytes may be missing without harm to a pixel. */
	for (size_t size = 0; size + 3 < jpeg.size; size++)
		check_refused(&jpeg, size, "JPEG");
	bytes_free(&jpeg);
}

static void test_too_clever(void **state)
{
	struct bytes jpeg = { 0 };

	picture_compress(&jpeg, W, H, true, JCS_RGB);
	check_refused(&jpeg, jpeg.size, "progressive");
	bytes_free(&jpeg);
	picture_compress(&jpeg, W - 1, H, false, JCS_RGB);
	check_refused(&jpeg, jpeg.size, "another size");
	bytes_free(&jpeg);
	picture_compress(&jpeg, W, H, false, JCS_CMYK);
	check_refused(&jpeg, jpeg.size, "not for a screen");
	bytes_free(&jpeg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pixels),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_too_clever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
