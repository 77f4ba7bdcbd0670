/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One JPEG of a Tight rectangle, straight into the frame. One decoder a connection, made at the first
 * picture. Progressive and multi-scan pictures are refused: no server sends them, they need memory for the
 * whole picture, and many scans of one picture are a bomb.
 */
#include "display/rfb/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef XENHUB_HAVE_JPEG
#include <setjmp.h>
#include <jpeglib.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FRAME_COLOURS JCS_EXT_XRGB
#else
#define FRAME_COLOURS JCS_EXT_BGRX
#endif

struct jpeg {
	struct jpeg_decompress_struct decoder;
	struct jpeg_error_mgr errors;
	jmp_buf escape;
	char message[JMSG_LENGTH_MAX];
};

static void jpeg_escape(j_common_ptr common)
{
	struct jpeg *jpeg = common->client_data;

	jpeg->errors.format_message(common, jpeg->message);
	longjmp(jpeg->escape, 1);
}

/* Corrupt data is only a warning to the library, and fills the rest with grey. A picture that is not what was
 * sent is an error here. */
static void jpeg_message(j_common_ptr common, int level)
{
	if (level < 0)
		jpeg_escape(common);
}

static int jpeg_open(struct rfb *rfb)
{
	struct jpeg *jpeg = calloc(1, sizeof(*jpeg));

	if (!jpeg)
		return rfb_fail(rfb, -ENOMEM, "out of memory for JPEG");
	jpeg->decoder.err = jpeg_std_error(&jpeg->errors);
	jpeg->errors.error_exit = jpeg_escape;
	jpeg->errors.emit_message = jpeg_message;
	jpeg->decoder.client_data = jpeg;
	if (setjmp(jpeg->escape)) {
		free(jpeg);
		return rfb_fail(rfb, -ENOMEM, "out of memory for JPEG");
	}
	jpeg_create_decompress(&jpeg->decoder);
	rfb->jpeg = jpeg;
	return 0;
}

void jpeg_close(struct jpeg *jpeg)
{
	if (!jpeg)
		return;
	jpeg_destroy_decompress(&jpeg->decoder);
	free(jpeg);
}

/* What must hold before a single pixel is decoded. */
static const char *jpeg_objection(struct jpeg_decompress_struct *decoder, struct rect rect)
{
	if ((int)decoder->image_width != rect.w || (int)decoder->image_height != rect.h)
		return "it has another size than its rectangle";
	if (decoder->progressive_mode || jpeg_has_multiple_scans(decoder))
		return "it is progressive";
	if (decoder->jpeg_color_space != JCS_YCbCr && decoder->jpeg_color_space != JCS_GRAYSCALE &&
	    decoder->jpeg_color_space != JCS_RGB)
		return "its colours are not for a screen";
	return NULL;
}

/* A picture that was cut meets an end there, which is an error as long as any of its pixels is missing. */
static void jpeg_write_tail(uint8_t *tail)
{
	memset(tail, 0, JPEG_TAIL);
	tail[0] = 0xff;
	tail[1] = JPEG_EOI;
}

int jpeg_decode(struct rfb *rfb, uint8_t *data, size_t size)
{
	struct jpeg_decompress_struct *decoder;
	const char *objection;
	struct jpeg *jpeg;

	if (!rfb->jpeg && jpeg_open(rfb) < 0)
		return rfb->error;
	jpeg = rfb->jpeg;
	decoder = &jpeg->decoder;
	if (setjmp(jpeg->escape)) {
		jpeg_abort_decompress(&jpeg->decoder);
		return rfb_fail(rfb, -EPROTO, "the server sends a broken JPEG: %s", jpeg->message);
	}
	jpeg_write_tail(data + size);
	jpeg_mem_src(decoder, data, size + JPEG_TAIL);
	jpeg_read_header(decoder, TRUE);
	objection = jpeg_objection(decoder, rfb->rect);
	if (objection) {
		jpeg_abort_decompress(decoder);
		return rfb_fail(rfb, -EPROTO, "the server sends a JPEG that we do not take: %s", objection);
	}
	decoder->out_color_space = FRAME_COLOURS;
	jpeg_start_decompress(decoder);
	while (decoder->output_scanline < decoder->output_height) {
		JSAMPROW row = (JSAMPROW)frame_at(rfb->frame, rfb->rect.x,
						  rfb->rect.y + (int)decoder->output_scanline);

		jpeg_read_scanlines(decoder, &row, 1);
	}
	jpeg_finish_decompress(decoder);
	return 0;
}

bool jpeg_is_built(void)
{
	return true;
}
#else
void jpeg_close(struct jpeg *jpeg)
{
}

int jpeg_decode(struct rfb *rfb, uint8_t *data, size_t size)
{
	return rfb_fail(rfb, -ENOTSUP, "the server sends JPEG, and this build has no libjpeg");
}

bool jpeg_is_built(void)
{
	return false;
}
#endif
