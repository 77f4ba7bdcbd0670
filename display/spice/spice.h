/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SPICE as a protocol of display/remote, on spice-glib.
 *
 *      module.c    the thread, which all connections share, and what the module exports
 *      spice.c     one connection's life: opens, fails, closes, tries again
 *      pump.c      the bytes of one channel, past the guard (guard*.c, pure)
 *      picture.c   the display channel into the frame
 *      hands.c     keys, pointer and locks into the inputs channel
 *      cursor.c    shapes of the cursor channel
 *      clipboard.c texts and sizes through the guest's agent
 *
 * Everything here runs on the module's thread, which owns GLib's default context: spice-glib attaches to no other.
 */
#ifndef XENHUB_DISPLAY_SPICE_H
#define XENHUB_DISPLAY_SPICE_H

#include <spice-client.h>
#include "display/frame/damage.h"
#include "display/remote/health.h"
#include "display/remote/protocol.h"
#include "display/spice/pump.h"

#define SPICE_PUMPS 4 /* main, display, inputs, cursor */

/* The guest's screen as the library keeps it. */
struct picture {
	const uint8_t *pixels; /* the library's; NULL: there is none */
	int width, height, stride, format;
	bool marked;          /* the server said that there is something to see */
	bool kept_out;        /* the presenter had the frame when we wanted it */
	struct damage damage; /* what of it is not yet in the frame */
	uint64_t began_ns;    /* of the oldest damage */
	uint64_t again_ns;    /* when to try again to copy it */
	guint idle;           /* the source that copies once nothing else is to be done; 0: none */
};

struct spice {
	struct remote *remote;
	GSource *source; /* work that was left for us, and deadlines */
	struct uri uri;  /* with TLS where the configuration wants it */

	/* One connection: */
	SpiceSession *session;                          /* NULL between two */
	SpiceChannel *main, *display, *inputs, *cursor; /* the session's */
	struct pump *pumps[SPICE_PUMPS];
	bool main_open, display_open, inputs_open;
	struct health health;
	struct picture picture;
	bool compression_asked;
	bool agent;         /* the guest's agent is there, and has said what it can */
	bool text_offered;  /* we hold the guest's clipboard */
	int want_w, want_h; /* the size that was last asked for */
	bool want_new;      /* the agent does not know of it */
	int pointer_x, pointer_y;
	unsigned buttons;
	int error; /* it is to end; why is below */
	char reason[REMOTE_REASON_MAX];

	uint64_t next_try_ns; /* between two connections */
	unsigned leds;        /* the server's locks, as last heard of */
};

/* spice.c */
int spice_open(struct spice *spice);
void spice_close(struct spice *spice);
/* What is due: the source's dispatch. */
void spice_step(struct spice *spice);
/* Ends the connection soon, from any callback. The first reason counts. */
void spice_fail(struct spice *spice, int error, const char *reason);
/* spice_step, as soon as the thread gets to it. From any thread. */
void spice_wake(struct spice *spice);

static inline bool spice_is_running(const struct spice *spice)
{
	return spice->main_open && spice->display_open;
}

/* picture.c */
void picture_connect(struct spice *spice);
/* Copies what changed into the frame, if it can be had and no message is in the middle. */
void picture_flush(struct spice *spice);
void picture_forget(struct spice *spice);
/* When picture_flush is due by itself. */
uint64_t picture_deadline(const struct spice *spice);

/* hands.c */
void hands_connect(struct spice *spice);
void hands_send(struct spice *spice);
/* The server's locks, as far as they are known. */
void hands_tell(struct spice *spice);
/* Something that a live server answers; false if there is nothing of that kind. */
bool hands_ping(struct spice *spice);

/* cursor.c */
void cursor_connect(struct spice *spice);

/* clipboard.c */
void clipboard_connect(struct spice *spice);
void clipboard_send(struct spice *spice);
/* The mode of the pointer. */
void clipboard_tell(struct spice *spice);

#endif
