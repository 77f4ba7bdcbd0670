/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One remote screen, kept up for ever: a thread that connects, decodes into a shadow framebuffer, sends what a
 * person does, notices a server that died or hangs, and tries again.
 *
 * The presenter is woken through `wake`, from that thread, when a whole update has arrived or the status changed;
 * it then claims the frame, draws its damage, and releases it. The thread does not touch the frame meanwhile, and
 * begins no new update before the last one was shown (or 100 ms passed): no torn frame, one present an update.
 * While an update is on its way there is no claim, and its end wakes; when a server stops in the middle of one, the
 * thread parks and lets the presenter in.
 *
 * All functions may be called from any thread, remote_create and remote_destroy from one. None of them blocks but
 * remote_frame_claim, for as long as it is told to, and remote_destroy.
 */
#ifndef XENHUB_DISPLAY_REMOTE_H
#define XENHUB_DISPLAY_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "display/frame/frame.h"
#include "display/remote/outbox.h"
#include "display/rfb/rfb.h"
#include "display/uri/uri.h"

#define REMOTE_NAME_MAX        64
#define REMOTE_FILE_MAX        256
#define REMOTE_PASSWORD_MAX    RFB_PASSWORD_MAX
#define REMOTE_REASON_MAX      RFB_REASON_MAX
#define REMOTE_TITLE_MAX       RFB_NAME_MAX
#define REMOTE_TEXT_MAX        RFB_TEXT_MAX_DEFAULT /* a longer clipboard of the server's is not taken */
#define REMOTE_CURSOR_SIDE_MAX RFB_CURSOR_SIDE_MAX

struct dialer;

struct remote_config {
	char name[REMOTE_NAME_MAX]; /* of the connection, for people */
	struct uri uri;
	struct dialer *dialer; /* for URI_CARRIER; outlives the remote */
	char username[REMOTE_PASSWORD_MAX + 1];
	char password[REMOTE_PASSWORD_MAX + 1]; /* "" if there is none */
	char ca[REMOTE_FILE_MAX], pin[REMOTE_FILE_MAX];
	char subject[REMOTE_FILE_MAX]; /* of the certificate, where it is not for the host's name; "" */
	bool view_only;                /* nothing a person does is sent */
	bool clipboard;                /* texts are exchanged, both ways */
	bool tls_only;                 /* refuse a server that would talk in the clear */
	struct rfb_wishes wishes;      /* of VNC, */
	bool adaptive;                 /* or what the link carries decides, */
	int jpeg_max;                  /* up to that JPEG quality; -1: lossless */
};

/* Lock keys as the server has them. */
enum remote_leds {
	REMOTE_LED_SCROLL = RFB_LED_SCROLL,
	REMOTE_LED_NUM = RFB_LED_NUM,
	REMOTE_LED_CAPS = RFB_LED_CAPS,
};

#define REMOTE_KINDS_MAX 8

enum remote_state {
	REMOTE_CONNECTING, /* knocking, or greeting */
	REMOTE_RUNNING,
	REMOTE_STALLED, /* connected, but it does not answer */
	REMOTE_WAITING, /* lost or refused; the next try is at next_try_ns */
};

struct remote_status {
	enum remote_state state;
	uint64_t since_ns;              /* when this trouble, or this connection, began */
	uint64_t next_try_ns;           /* in REMOTE_WAITING */
	char reason[REMOTE_REASON_MAX]; /* what is wrong; "" in REMOTE_RUNNING */
	char title[REMOTE_TITLE_MAX];   /* what the server calls its desktop; "" unknown */
	unsigned leds;                  /* enum remote_leds */
	bool relative;                  /* the server takes motion, not positions */
	bool ever;                      /* there has been a picture */
	unsigned bells;                 /* that rang over there */
	unsigned connects;              /* times it got to REMOTE_RUNNING */
	uint64_t updates, bytes;        /* received */
	char encoding[32];              /* what is asked for, where it was chosen by itself; "" else */
	uint64_t update_ns;             /* of the last update: from its first byte to its end */
	uint64_t updated_ns;            /* when that end was */
	const char *const *kinds; /* names of what updates are made of, NULL at the end; NULL: unknown */
	uint64_t parts[REMOTE_KINDS_MAX]; /* how many of each came */
	uint64_t inputs, input_ns; /* batches written to the link; how long their first waited, in all */
	uint64_t events_merged, events_dropped;
};

struct remote;

/*
 * Whether this build and installation speak its protocol, and reach it. -EPROTONOSUPPORT or -EINVAL, with a sentence that says
 * what to do.
 */
int remote_check(const struct uri *uri, char *why, size_t size);

/* Errors are remote_check's, too. From one thread. */
int remote_create(struct remote **out, const struct remote_config *config, void (*wake)(void *user),
		  void *user);

/* Ends the connection and its thread. NULL is fine. */
void remote_destroy(struct remote *remote);

const struct remote_config *remote_config(const struct remote *remote);
void remote_get_status(struct remote *remote, struct remote_status *status);

/* A connection that nobody sees asks for no updates. They are off at first. */
void remote_set_shown(struct remote *remote, bool shown);

/* Tries now instead of at next_try_ns. */
void remote_retry(struct remote *remote);

/* Keys, pointer, release: in order, see outbox.h. Dropped while not connected, and in view-only. */
void remote_send(struct remote *remote, const struct outbox_event *event);

/*
 * Lock keys (enum remote_leds) as the person's keyboard has them, for servers that keep their own: told when the
 * window gets the keyboard, never in answer to what the server says, so that the two cannot chase each other.
 */
void remote_set_locks(struct remote *remote, unsigned leds);

/* Asks the server for this size, where it can. */
void remote_ask_size(struct remote *remote, int width, int height);

/* Our clipboard has changed. */
void remote_send_text(struct remote *remote, const char *utf8, size_t size);

/* The server's clipboard since the last call: the caller frees it. NULL if nothing came. */
char *remote_take_text(struct remote *remote);

/* The frame with its damage, which the caller clears. NULL if it cannot be had within wait_ms; `wake` is called when it
 * can. */
struct frame *remote_frame_claim(struct remote *remote, unsigned wait_ms);
void remote_frame_release(struct remote *remote);

/* A copy of the server's cursor; pixels straight 0xAARRGGBB. The generation changes with the shape. */
struct remote_cursor {
	unsigned generation; /* 0: none was sent */
	int w, h, hot_x, hot_y;
	uint32_t *pixels; /* REMOTE_CURSOR_SIDE_MAX squared, the caller's */
};

/* Copies if the generation differs from cursor->generation, and returns whether it did. */
bool remote_get_cursor(struct remote *remote, struct remote_cursor *cursor);

#endif
