/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scripted server for the parser's tests: bytes are appended, then fed whole or in pieces; events are
 * counted and the last of each kept. Its encoders are written from the protocol, not from the decoders.
 */
#ifndef XENHUB_TESTS_DISPLAY_RFB_SCRIPT_H
#define XENHUB_TESTS_DISPLAY_RFB_SCRIPT_H

#include <zlib.h>
#include "display/rfb/rfb.h"

#define EVENT_KINDS (RFB_EVENT_FENCE + 1)

struct bytes {
	uint8_t *data;
	size_t size, capacity;
};

struct session {
	struct rfb *rfb;
	struct rfb_config config;
	struct frame frame;
	uint8_t output[65536];
	unsigned events[EVENT_KINDS];
	struct rfb_event last[EVENT_KINDS];
	uint32_t cursor[64 * 64];
	char text[8192];
	size_t text_size;
	uint8_t fence[RFB_FENCE_MAX];
	struct bytes sent; /* all that the client said */
};

void bytes_add(struct bytes *bytes, const void *data, size_t size);
void bytes_u8(struct bytes *bytes, unsigned value);
void bytes_u16(struct bytes *bytes, unsigned value);
void bytes_u32(struct bytes *bytes, uint32_t value);
void bytes_free(struct bytes *bytes);

/* Sets up a session with config's choices; frame, output and events are filled in. */
void session_open(struct session *session, const struct rfb_config *config);
/* Feeds everything in pieces of `piece` bytes (0: whole), collecting what the client says. Returns the last
 * rfb_feed. */
ssize_t session_feed(struct session *session, const struct bytes *bytes, size_t piece);
void session_close(struct session *session);
/* Whether the client has said these bytes somewhere. */
bool session_said(const struct session *session, const void *data, size_t size);

/* 3.8, security None, a screen of w x h, 32 bits little-endian, named "test". */
void script_hello(struct bytes *bytes, int w, int h);
void script_hello_format(struct bytes *bytes, int w, int h, const uint8_t format[16]);
void script_update(struct bytes *bytes, unsigned rects);
void script_rect(struct bytes *bytes, int x, int y, int w, int h, int32_t encoding);
/* Deflates data as the next part of a stream and appends it with no length in front. */
void script_deflate(struct bytes *bytes, z_stream *z, const struct bytes *plain);

#endif
