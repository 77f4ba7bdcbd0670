/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/display/rfb_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void bytes_add(struct bytes *bytes, const void *data, size_t size)
{
	if (bytes->size + size > bytes->capacity) {
		bytes->capacity = 2 * (bytes->size + size);
		bytes->data = realloc(bytes->data, bytes->capacity);
		assert_non_null(bytes->data);
	}
	if (size)
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

void bytes_u8(struct bytes *bytes, unsigned value)
{
	bytes_add(bytes, &(uint8_t){ (uint8_t)value }, 1);
}

void bytes_u16(struct bytes *bytes, unsigned value)
{
	bytes_u8(bytes, value >> 8);
	bytes_u8(bytes, value & 255);
}

void bytes_u32(struct bytes *bytes, uint32_t value)
{
	bytes_u16(bytes, value >> 16);
	bytes_u16(bytes, value & 65535);
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){ 0 };
}

static void on_event(void *user, const struct rfb_event *event)
{
	struct session *session = user;

	session->events[event->type]++;
	session->last[event->type] = *event;
	if (event->type == RFB_EVENT_CURSOR && event->u.cursor.w <= 64 && event->u.cursor.h <= 64 &&
	    event->u.cursor.w > 0)
		memcpy(session->cursor, event->u.cursor.pixels,
		       (size_t)event->u.cursor.w * (size_t)event->u.cursor.h * 4);
	if (event->type == RFB_EVENT_TEXT) {
		assert_true(event->u.text.size <= sizeof(session->text));
		memcpy(session->text, event->u.text.utf8, event->u.text.size);
		session->text_size = event->u.text.size;
	}
	if (event->type == RFB_EVENT_FENCE)
		memcpy(session->fence, event->u.fence.payload, event->u.fence.size);
}

void session_open(struct session *session, const struct rfb_config *config)
{
	memset(session, 0, sizeof(*session));
	session->config = *config;
	session->config.frame = &session->frame;
	session->config.output = session->output;
	if (!session->config.output_size)
		session->config.output_size = sizeof(session->output);
	session->config.event = on_event;
	session->config.user = session;
	frame_init(&session->frame, 16 << 20);
	assert_int_equal(rfb_create(&session->rfb, &session->config), 0);
}

static void session_drain(struct session *session)
{
	const uint8_t *data;
	size_t size;

	while ((data = rfb_output(session->rfb, &size)) != NULL) {
		bytes_add(&session->sent, data, size);
		rfb_output_done(session->rfb, size);
	}
}

ssize_t session_feed(struct session *session, const struct bytes *bytes, size_t piece)
{
	ssize_t used = 0;

	if (piece == 0)
		piece = bytes->size;
	for (size_t i = 0; i < bytes->size; i += (size_t)used) {
		size_t give = bytes->size - i < piece ? bytes->size - i : piece;

		/* A copy of the exact size, so that the sanitizer sees every byte read past it. */
		uint8_t *copy = malloc(give);

		assert_non_null(copy);
		memcpy(copy, bytes->data + i, give);
		used = rfb_feed(session->rfb, copy, give);
		free(copy);
		session_drain(session);
		if (used <= 0)
			return used;
	}
	return used;
}

void session_close(struct session *session)
{
	rfb_destroy(session->rfb);
	frame_finish(&session->frame);
	bytes_free(&session->sent);
}

bool session_said(const struct session *session, const void *data, size_t size)
{
	for (size_t i = 0; i + size <= session->sent.size; i++)
		if (!memcmp(session->sent.data + i, data, size))
			return true;
	return false;
}

void script_hello_format(struct bytes *bytes, int w, int h, const uint8_t format[16])
{
	bytes_add(bytes, "RFB 003.008\n", 12);
	bytes_u16(bytes, 0x0101);
	bytes_u32(bytes, 0);
	bytes_u16(bytes, (unsigned)w);
	bytes_u16(bytes, (unsigned)h);
	bytes_add(bytes, format, 16);
	bytes_u32(bytes, 4);
	bytes_add(bytes, "test", 4);
}

void script_hello(struct bytes *bytes, int w, int h)
{
	static const uint8_t format[16] = { 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0 };

	script_hello_format(bytes, w, h, format);
}

void script_update(struct bytes *bytes, unsigned rects)
{
	bytes_u16(bytes, 0);
	bytes_u16(bytes, rects);
}

void script_rect(struct bytes *bytes, int x, int y, int w, int h, int32_t encoding)
{
	bytes_u16(bytes, (unsigned)x);
	bytes_u16(bytes, (unsigned)y);
	bytes_u16(bytes, (unsigned)w);
	bytes_u16(bytes, (unsigned)h);
	bytes_u32(bytes, (uint32_t)encoding);
}

void script_deflate(struct bytes *bytes, z_stream *z, const struct bytes *plain)
{
	uint8_t out[4096];

	z->next_in = plain->data;
	z->avail_in = (uInt)plain->size;
	do {
		z->next_out = out;
		z->avail_out = sizeof(out);
		deflate(z, Z_SYNC_FLUSH);
		bytes_add(bytes, out, sizeof(out) - z->avail_out);
	} while (z->avail_out == 0);
}
