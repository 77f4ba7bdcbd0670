/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the parser share. One struct, one pump for the wire, and a second for what comes out of
 * zlib; each decoder is a chain of pump handlers that ends in update_rect_done.
 */
#ifndef XENHUB_DISPLAY_RFB_INTERNAL_H
#define XENHUB_DISPLAY_RFB_INTERNAL_H

#include <zlib.h>
#include "display/rfb/pixels.h"
#include "display/rfb/protocol.h"
#include "display/rfb/pump.h"
#include "display/rfb/clean.h"
#include "display/rfb/rfb.h"

#define TIGHT_STREAMS  4
#define INFLATE_WINDOW 16384

struct inflater {
	z_stream z;
	bool started;
};

/* A buffer that grows, up to its user's own limit, and is kept. */
struct blob {
	uint8_t *data;
	size_t capacity;
};

/* Where the next pixel of a rectangle goes that arrives row by row. */
struct raster {
	struct rect rect;
	int x, y; /* relative to the rectangle; y == rect.h when it is full */
};

struct hextile {
	int x, y, w, h; /* the current tile, relative to the rectangle */
	unsigned kind, subrects;
	uint32_t background, foreground;
};

struct zrle {
	int x, y, w, h; /* the current tile, relative to the rectangle */
	unsigned palette_size;
	bool runs;
	int done;       /* pixels of the tile that are painted */
	int bits;       /* of a packed index */
	unsigned row;   /* of the tile */
	bool in_length; /* of a run */
	uint32_t pixel;
	int length;
	uint32_t palette[127];
};

struct tight {
	unsigned stream, palette_size;
	unsigned length_bytes;
	size_t length;
	int (*length_known)(struct rfb *rfb);
	uint32_t palette[256];
};

struct jpeg;

struct rfb {
	struct rfb_config config;
	char *username, *password;
	struct frame *frame;
	int error;
	char reason[RFB_REASON_MAX];
	enum rfb_phase phase;

	struct pump wire, inner;
	struct blob blob, text;

	/* output */
	size_t out_start, out_end;
	bool request_waits, request_whole;

	/* handshake */
	int minor;
	bool x509;
	unsigned authentication; /* a SECURITY_ number, after VeNCrypt is unwrapped */
	const char *reason_prefix;
	int reason_error;
	char name[RFB_NAME_MAX];
	size_t name_left, name_have;
	char name_raw[RFB_NAME_MAX * 2];

	/* session */
	struct pixels pixels;
	struct rfb_wishes wishes;
	unsigned encodings_asked; /* bits of enum rfb_encoding, ever */
	bool jpeg_asked;
	bool updates_on;
	bool continuous_on;
	struct rfb_features features;
	struct rfb_screen screens[RFB_SCREENS_MAX];
	unsigned screen_count;
	uint32_t clipboard_caps;
	bool text_offered;

	/* update */
	uint64_t rects[RFB_ENCODINGS]; /* how many came of each */
	unsigned rects_left;
	uint64_t painted;
	struct rect rect;
	struct raster raster;
	const struct pixels_reader *reader;
	int (*raster_done)(struct rfb *rfb);
	uint32_t map_index, map_left;
	uint32_t fence_flags;
	unsigned screens_left, screens_seen;
	bool screens_changed;
	size_t skip_left;

	/* zlib and what it feeds */
	struct inflater zrle_stream, tight_streams[TIGHT_STREAMS];
	struct inflater *inflater;
	size_t inflate_left;
	const char *inflate_what;
	uint8_t window[INFLATE_WINDOW];

	struct hextile hextile;
	struct zrle zrle;
	struct tight tight;
	struct jpeg *jpeg;
};

/* rfb.c */
/* Records the reason (cleaned) and returns error, so that handlers can `return rfb_fail(...)`. */
int rfb_fail(struct rfb *rfb, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));
void rfb_raise(struct rfb *rfb, enum rfb_event_type type);
int blob_reserve(struct blob *blob, size_t size);

/* output.c */
/* Room for a message of exactly size bytes, already counted as queued; NULL if there is none. */
uint8_t *output_take(struct rfb *rfb, size_t size);
size_t output_room(const struct rfb *rfb);
/* For what the protocol wants answered at once: -ENOBUFS ends the link. */
int output_answer(struct rfb *rfb, const uint8_t *data, size_t size);

/* handshake.c, security.c, vencrypt.c */
void handshake_begin(struct rfb *rfb);
int handshake_result_next(struct rfb *rfb);
int handshake_reason_next(struct rfb *rfb, int error, const char *prefix);
int security_begin(struct rfb *rfb, unsigned type);
int vencrypt_begin(struct rfb *rfb);

/* name.c: the desktop's name, in the handshake and in updates */
ssize_t name_length(struct rfb *rfb, const uint8_t *data, size_t size);

/* messages.c */
void message_next(struct rfb *rfb);
int session_begin(struct rfb *rfb);

/* update.c */
ssize_t update_header(struct rfb *rfb, const uint8_t *data, size_t size);
int update_rect_done(struct rfb *rfb);
/* After a decoder has painted rfb->rect. */
int update_rect_painted(struct rfb *rfb);

/* encode.c */
int encode_set_pixel_format(struct rfb *rfb);
int encode_set_encodings(struct rfb *rfb, const struct rfb_wishes *wishes);
int encode_request(struct rfb *rfb, bool whole);
int encode_continuous(struct rfb *rfb, bool on);
/* Queues the request that a server without continuous updates needs, or notes that it waits for room. */
void encode_request_next(struct rfb *rfb, bool whole);

/* raster.c */
/* Paints `count` pixels and moves on; the caller has checked that they fit (raster_left). */
void raster_begin(struct raster *raster, struct rect rect);
size_t raster_left(const struct raster *raster);
/* Pump handler: pixels of rfb->reader into rfb->raster, then rfb->raster_done. */
ssize_t raster_pixels(struct rfb *rfb, const uint8_t *data, size_t size);

/* enc_*.c: each begins to decode rfb->rect */
int raw_begin(struct rfb *rfb);
int copyrect_begin(struct rfb *rfb);
int hextile_begin(struct rfb *rfb);
int zrle_begin(struct rfb *rfb);
int tight_begin(struct rfb *rfb);

/* tight_filter.c: sets up rfb->inner to paint rfb->rect; returns the bytes that it will want */
enum tight_filter {
	TIGHT_COPY,
	TIGHT_PALETTE,
	TIGHT_GRADIENT,
};
size_t tight_filter_begin(struct rfb *rfb, enum tight_filter filter);

/* inflate.c */
/* The next `length` bytes of the wire go through the inflater into rfb->inner, which must stop just at their
 * end. */
int inflate_begin(struct rfb *rfb, struct inflater *inflater, size_t length, const char *what);
/* Makes the stream start anew. */
void inflater_reset(struct inflater *inflater);
void inflater_finish(struct inflater *inflater);

/* jpeg.c */
/* libjpeg-turbo decodes by its quick way only while this much of its input lies ahead: 512 bytes for each of an MCU's
 * three blocks. Strips of a screen are a few KiB, so the slow way would have a good part of each. */
#define JPEG_TAIL 1536

/* `data` has JPEG_TAIL bytes of room behind its `size`; they are written. */
int jpeg_decode(struct rfb *rfb, uint8_t *data, size_t size);
void jpeg_close(struct jpeg *jpeg);
bool jpeg_is_built(void);

/* cursor.c, desktop.c, clipboard.c */
int cursor_begin(struct rfb *rfb);
int cursor_alpha_begin(struct rfb *rfb);
int desktop_size_begin(struct rfb *rfb);
int desktop_size_extended_begin(struct rfb *rfb);
int desktop_led_begin(struct rfb *rfb, bool vmware);
ssize_t clipboard_header(struct rfb *rfb, const uint8_t *data, size_t size);
int clipboard_answer_caps(struct rfb *rfb);

#endif
