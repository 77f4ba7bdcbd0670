/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client side of RFB 3.3 to 3.8 (VNC) as a push parser: bytes in, events and bytes to send out. Pure: no
 * I/O, no clock, no thread. It never blocks and takes its input in pieces of any size, with the same result.
 * Rules come from the community's rfbproto document; where servers differ from it the code says so.
 *
 * A driver owns the socket (or vchan, or TLS session), one struct frame and one output buffer:
 *
 *      rfb_create(&rfb, &config);
 *      loop:
 *              writable:  data = rfb_output(rfb, &size); n = write(fd, data, size); rfb_output_done(rfb, n);
 *              readable:  n = read(fd, buffer, sizeof buffer); used = rfb_feed(rfb, buffer, n);
 *                         used < 0: show rfb_reason(rfb), close, retry later; -EACCES needs a person first
 *                         used < n: the server now expects TLS, see RFB_EVENT_START_TLS
 *              input:     rfb_send_key, rfb_send_pointer; merge motion while rfb_output still has some
 *      rfb_destroy(rfb);
 *
 * Everything that the protocol must answer at once (update requests, fences, clipboard negotiation) is queued
 * by the parser itself. Timeouts are the driver's: rfb_phase says what a silent server owes us, rfb_ping
 * makes a live one speak.
 *
 * The server is hostile. Memory per connection: the frame's bytes_max, RFB_BLOB_MAX, a clipboard buffer of at
 * most eight times text_max, five zlib windows (about 45 KiB each), a JPEG decoder for rows of the largest
 * rectangle, and a fixed part below 64 KiB. All of it is given back by rfb_destroy.
 */
#ifndef XENHUB_DISPLAY_RFB_H
#define XENHUB_DISPLAY_RFB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "display/frame/frame.h"

#define RFB_OUTPUT_MIN       4096  /* smallest output buffer; 64 KiB carries longer clipboards */
#define RFB_NAME_MAX         128   /* bytes of a desktop's name that are kept, after cleaning */
#define RFB_NAME_WIRE_MAX    65536 /* a longer one ends the link */
#define RFB_REASON_MAX       256
#define RFB_TEXT_MAX_DEFAULT (1u << 20)  /* bytes of a cut text that are passed on */
#define RFB_TEXT_WIRE_MAX    (16u << 20) /* longer than text_max is skipped, longer than this ends the link */
#define RFB_BLOB_MAX         (4u << 20)  /* one JPEG (22 bits of length), cut text or cursor on its way in */
#define RFB_CURSOR_SIDE_MAX  512
#define RFB_SCREENS_MAX      16 /* screens of a layout that are kept, of the protocol's 255 */
#define RFB_FENCE_MAX        64 /* bytes of a fence's payload */
#define RFB_PASSWORD_MAX     255
#define RFB_WISHES_MAX       8

/* What a connection may settle for; or'ed. X509 subtypes promise that the driver verifies the certificate. */
enum rfb_security {
	RFB_ALLOW_NONE = 1 << 0,     /* no password, no TLS */
	RFB_ALLOW_VNC = 1 << 1,      /* VNC password (DES challenge), no TLS */
	RFB_ALLOW_PLAIN = 1 << 2,    /* name and password in the clear: only sensible on a local link */
	RFB_ALLOW_TLS_NONE = 1 << 3, /* anonymous TLS: safe from listeners, not from an impostor */
	RFB_ALLOW_TLS_VNC = 1 << 4,
	RFB_ALLOW_TLS_PLAIN = 1 << 5,
	RFB_ALLOW_X509_NONE = 1 << 6, /* TLS with the server's certificate */
	RFB_ALLOW_X509_VNC = 1 << 7,
	RFB_ALLOW_X509_PLAIN = 1 << 8,
	RFB_ALLOW_ANY = 0x1ff,
};

enum rfb_encoding {
	RFB_RAW,
	RFB_COPYRECT,
	RFB_HEXTILE,
	RFB_ZRLE,
	RFB_TIGHT,
};

#define RFB_ENCODINGS (RFB_TIGHT + 1)

/* Their names, NULL at the end. */
extern const char *const rfb_encoding_names[RFB_ENCODINGS + 1];

/* Which pixels to ask for; fixed for the life of a connection, since updates on their way would be read
 * wrongly. */
enum rfb_pixels {
	RFB_PIXELS_NATIVE, /* 32 bits as in struct frame: the fast path, a plain copy */
	RFB_PIXELS_565,    /* 16 bits, half the bytes */
	RFB_PIXELS_233,    /* 8 bits, a quarter */
	RFB_PIXELS_SERVER, /* as the server offers them, colour maps included */
};

/* What to ask for. The server picks, usually the first encoding of the list that suits it; raw is always
 * allowed. */
struct rfb_wishes {
	enum rfb_encoding encodings[RFB_WISHES_MAX];
	unsigned count;
	int jpeg_quality;   /* 0 (worst) to 9; -1: no JPEG, lossless */
	int compression;    /* 0 (fast) to 9 (small); -1: the server's choice */
	bool continuous;    /* continuous updates where the server can */
	bool server_cursor; /* let the server paint the cursor into the picture */
};

/* raw and copyrect: for a server on the same machine. */
extern const struct rfb_wishes rfb_wishes_local;
/* Tight with JPEG 6: for a slow link. */
extern const struct rfb_wishes rfb_wishes_slow;

struct rfb_screen {
	uint32_t id;    /* any number: QEMU uses 0 */
	int x, y, w, h; /* as sent: not checked against the frame */
	uint32_t flags;
};

/* Lock keys as the server has them. */
enum rfb_leds {
	RFB_LED_SCROLL = 1 << 0,
	RFB_LED_NUM = 1 << 1,
	RFB_LED_CAPS = 1 << 2,
};

enum rfb_event_type {
	/*
	 * After the pending output is flushed, the next byte on the wire belongs to TLS, both ways. rfb_feed
	 * stops in front of it; the rest of what was read goes to the TLS layer, and once its handshake is
	 * done (and the certificate verified, if `x509`), rfb_tls_ready() lets the parser go on with
	 * decrypted bytes.
	 */
	RFB_EVENT_START_TLS,
	RFB_EVENT_READY,          /* handshake done: frame has its size, name is known */
	RFB_EVENT_RESIZE,         /* a new size (the frame's pixels may have moved) or layout of screens */
	RFB_EVENT_RESIZE_REFUSED, /* rfb_send_desktop_size was turned down; see `status` */
	RFB_EVENT_UPDATE_BEGIN,   /* the frame's pixels change from here ... */
	RFB_EVENT_UPDATE_END,     /* ... to here: present its damage now, and clear it */
	RFB_EVENT_CURSOR,         /* a new shape; 0x0 hides it */
	RFB_EVENT_NAME,
	RFB_EVENT_BELL,
	RFB_EVENT_TEXT,        /* the server's clipboard */
	RFB_EVENT_TEXT_WANTED, /* a paste over there: answer with rfb_send_text */
	RFB_EVENT_LEDS,
	RFB_EVENT_POINTER_MODE, /* QEMU: whether positions are absolute */
	RFB_EVENT_FENCE,        /* the answer to rfb_send_fence or rfb_ping */
};

/* Straight (not premultiplied) 0xAARRGGBB, w * h of them without gaps; valid during the event. The hot spot
 * lies inside. */
struct rfb_cursor {
	int w, h, hot_x, hot_y;
	const uint32_t *pixels;
};

struct rfb_event {
	enum rfb_event_type type;
	union {
		bool x509;  /* START_TLS */
		int status; /* RESIZE_REFUSED: 1 prohibited, 2 no resources, 3 bad layout, 4 forwarded */
		struct rfb_cursor cursor;
		const char *name; /* NAME: as rfb_name */
		struct {
			const char
				*utf8; /* valid during the event, not terminated; no controls but \n and \t */
			size_t size;
		} text;
		unsigned leds; /* enum rfb_leds */
		bool absolute; /* POINTER_MODE */
		struct {
			const uint8_t *payload; /* valid during the event */
			size_t size;
		} fence;
	} u;
};

struct rfb_config {
	struct frame
		*frame;     /* initialised, outlives the rfb; the parser sizes it, writes pixels and damage */
	uint8_t *output;    /* the caller's, outlives the rfb */
	size_t output_size; /* at least RFB_OUTPUT_MIN */
	/* May call rfb_send_*, rfb_request, rfb_tls_ready and the getters; not rfb_feed or rfb_destroy. */
	void (*event)(void *user, const struct rfb_event *event);
	void *user;
	unsigned security; /* enum rfb_security; 0 means RFB_ALLOW_ANY without the PLAIN in the clear */
	const char *username, *password; /* NULL if there is none; copied, and wiped at rfb_destroy */
	bool exclusive;                  /* ask the server to throw other viewers out */
	enum rfb_pixels pixels;
	struct rfb_wishes wishes;
	size_t text_max; /* bytes; 0 means RFB_TEXT_MAX_DEFAULT, at most RFB_BLOB_MAX */
};

enum rfb_phase {
	RFB_PHASE_VERSION,        /* the server has not greeted */
	RFB_PHASE_SECURITY,       /* choosing how to authenticate */
	RFB_PHASE_TLS,            /* waits for rfb_tls_ready */
	RFB_PHASE_AUTHENTICATION, /* the server ponders our password */
	RFB_PHASE_INIT,           /* authenticated, the server owes us its size and name */
	RFB_PHASE_RUNNING,
	RFB_PHASE_FAILED, /* rfb_reason says why; nothing moves any more */
};

/* What the server turned out to support. All false until it says so, which is soon after RFB_EVENT_READY. */
struct rfb_features {
	bool fence, continuous, desktop_size, key_codes, clipboard_utf8;
};

struct rfb;

/* -EINVAL: a missing frame, output or event, an output buffer or text_max out of range, too long a password.
 * -ENOMEM. */
int rfb_create(struct rfb **out, const struct rfb_config *config);

/* NULL is fine. */
void rfb_destroy(struct rfb *rfb);

/*
 * Takes bytes from the server, raising events on the way. Returns how many it took: all, or fewer when
 * RFB_EVENT_START_TLS was raised and rfb_tls_ready has not been called. An error is final and is returned
 * from every later call too: -EACCES (password missing or refused, no allowed security type), -ECONNREFUSED
 * (the server says no, with a reason), -EPROTO (it broke the protocol), -EFBIG (past a limit above), -ENOBUFS
 * (it does not read what we must answer), -ENOTSUP, -ENOMEM.
 */
ssize_t rfb_feed(struct rfb *rfb, const uint8_t *data, size_t size);

/* Ends the wait that RFB_EVENT_START_TLS began. */
void rfb_tls_ready(struct rfb *rfb);

/* What waits to be sent, valid until the next call; NULL and 0 if nothing does. */
const uint8_t *rfb_output(const struct rfb *rfb, size_t *size);

/* The first `size` bytes of it are sent. Queues what had to wait for room. */
void rfb_output_done(struct rfb *rfb, size_t size);

enum rfb_phase rfb_phase(const struct rfb *rfb);

/* Rectangles with pixels that have begun so far. */
uint64_t rfb_painted(const struct rfb *rfb);

/* One clean sentence for a status page; "" while all is well. */
const char *rfb_reason(const struct rfb *rfb);

/* UTF-8 without control characters, terminated; "" before RFB_EVENT_READY. */
const char *rfb_name(const struct rfb *rfb);

/* How many rectangles came of each enum rfb_encoding, since rfb_create. */
const uint64_t *rfb_rects(const struct rfb *rfb);

struct rfb_features rfb_features(const struct rfb *rfb);

/* The protocol's minor version: 3, 7 or 8. 0 before the greeting. */
int rfb_version(const struct rfb *rfb);

/* The screens of the last layout, at most RFB_SCREENS_MAX; their number is returned. */
unsigned rfb_screens(const struct rfb *rfb, const struct rfb_screen **screens);

/*
 * All below queue one message whole or not at all: -ENOBUFS if the output buffer has no room for it now,
 * -ENOTCONN before RFB_EVENT_READY or after a failure.
 */

/* Changes encodings and qualities from the next update on. */
int rfb_set_wishes(struct rfb *rfb, const struct rfb_wishes *wishes);

/* Pauses (a hidden connection costs nothing) or resumes updates; they are on at first. Resuming asks for what
 * changed meanwhile. */
int rfb_set_updates(struct rfb *rfb, bool on);

/* Asks for an update of everything, changed or not (`whole`), or of what changed. The parser itself asks
 * after every update. */
int rfb_request(struct rfb *rfb, bool whole);

/*
 * keysym: X11's. scancode: XT set 1, an 0xe0 prefix given as bit 7 (so 0x9d is right Control), 0 if unknown;
 * sent when the server takes it (rfb_features.key_codes), which keeps characters right whatever the layouts.
 */
int rfb_send_key(struct rfb *rfb, uint32_t keysym, uint32_t scancode, bool down);

/* Frame coordinates, clamped to the frame. buttons: bit 0 left, 1 middle, 2 right, 3..6 wheel up, down, left,
 * right. */
int rfb_send_pointer(struct rfb *rfb, int x, int y, unsigned buttons);

/* QEMU in relative mode (RFB_EVENT_POINTER_MODE): dx, dy in -32767..32767. */
int rfb_send_motion(struct rfb *rfb, int dx, int dy, unsigned buttons);

/*
 * Our clipboard, UTF-8 with \n. Where the server takes only Latin-1, other characters become '?'. -EMSGSIZE
 * if it can never fit the output buffer. -EINVAL if it is longer than text_max.
 */
int rfb_send_text(struct rfb *rfb, const char *utf8, size_t size);

/* Says that we have text, without sending it: the server answers with RFB_EVENT_TEXT_WANTED. -ENOTSUP without
 * clipboard_utf8. */
int rfb_offer_text(struct rfb *rfb);

/* Asks for another size, as one screen of it. -ENOTSUP if the server cannot; RFB_EVENT_RESIZE or _REFUSED
 * follows. */
int rfb_send_desktop_size(struct rfb *rfb, int width, int height);

/* A mark in the stream, for round trips; size up to RFB_FENCE_MAX. -ENOTSUP without rfb_features.fence,
 * -EINVAL. */
int rfb_send_fence(struct rfb *rfb, const uint8_t *payload, size_t size);

/* Something that a live server answers: a fence, or else a request for one pixel. Any event after it proves
 * life. */
int rfb_ping(struct rfb *rfb);

#endif
