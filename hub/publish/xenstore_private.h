/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the main thread's half (xenstore.c) and the slow thread's (xenstore_write.c) of publishing share. */
#ifndef HUB_PUBLISH_XENSTORE_PRIVATE_H
#define HUB_PUBLISH_XENSTORE_PRIVATE_H

#include "hub/model/hub.h"
#include "hub/publish/xenstore.h"

#define XENSTORE_TREES (1 + XENSTORE_VIEWS_MAX) /* the first is the hub's own */

struct witness;
struct xs_handle;
struct xslink;

/* What changed, copied for the slow thread. */
struct change {
	uint8_t tree;
	bool absent;
	char path[WIRE_TEXT_MAX];
	char value[WIRE_TEXT_MAX * 4];
	int rc; /* what XenStore said to it */
};

struct batch_tree {
	bool used;
	uint32_t domid; /* 0: the hub's own */
	uint64_t was;   /* the serial that stands there */
	uint64_t serial;
	bool whole; /* all of it, in place of whatever stands there */
	/* The slow thread's: it must not be written after all; and what XenStore said. */
	bool left_out;
	int name_rc, stands_rc, serial_rc, ident_rc;
	char stands[32]; /* the serial that was found */
};

struct batch {
	struct xenstore *xenstore;
	struct batch_tree trees[XENSTORE_TREES];
	int result;
	bool cleared; /* another than we has changed a view: all have to be written anew */
	bool lost;    /* the connection: what stands there is not known */
	unsigned conflicts;
	unsigned count;
	struct change changes[];
};

struct tree_state {
	const struct states *states; /* NULL: not used */
	uint32_t domid;
	uint64_t published;
	bool whole;
};

struct xenstore {
	/* main thread */
	struct worker *worker; /* NULL once it is gone */
	struct tree_state trees[XENSTORE_TREES];
	bool in_flight;
	bool again;   /* publish was called while a batch was in flight */
	bool resting; /* after a failure: until the slow thread says so */
	bool lost;    /* the connection, while a batch was in flight */
	struct xenstore_counters counters;
	void (*on_focus)(void *data, const char *name);
	void *focus_data;
	void (*on_health)(void *data, const char *text);
	void *health_data;
	/* slow thread */
	struct xslink *link;      /* what is written; NULL while there is no connection */
	struct xs_handle *handle; /* what is watched */
	struct witness *witness;
	struct loop_fd *watch;
	struct loop_timer *retry_timer;
	uint64_t retry_ns;
	struct batch *waiting;          /* for the connection */
	bool swept;                     /* of what an earlier hub left */
	char ident[64];                 /* of this life of the hub: its boot and when it began */
	char base[64];                  /* of the hub's own tree */
	char health[WIRE_TEXT_MAX * 2]; /* as last told */
};

/* Dom0 may write there who is to have focus. */
#define XENSTORE_FOCUS_NODE "focus-request"

/* The slow thread's side: the first task of all, and each batch's. */
void xenstore_start(void *xenstore);
void xenstore_run_batch(void *batch);

/* Within the slow thread: 0 or -errno. What is refused is told, once; returns -err. */
int xenstore_write_batch(struct xenstore *xenstore, struct batch *batch);

/*
 * Removes all that a hub writes, of its own tree and of every domain's view, in one transaction; what others keep there stays. At the
 * first connection, for the sake of domains that have no view any more, and at the end: whoever reads afterwards finds nothing, and
 * nothing old.
 */
int xenstore_sweep(struct xenstore *xenstore);

/* Within a transaction, below one tree's root. */
int xenstore_clear_tree(struct xenstore *xenstore, uint32_t tx, const char *base);
int xenstore_complain(struct xenstore *xenstore, const char *path, const char *what, int err);

/*
 * The main thread's: a batch has been dealt with; a failure has been rested from; the connection is lost; a name was written; writing
 * goes otherwise than before.
 */
void xenstore_batch_done(void *batch);
void xenstore_rested(void *xenstore);
void xenstore_lost(void *xenstore);
void xenstore_focus_asked(void *asked);
void xenstore_health_told(void *told);

struct focus_asked {
	struct xenstore *xenstore;
	char name[WIRE_TEXT_MAX];
};

struct health_told {
	struct xenstore *xenstore;
	char text[WIRE_TEXT_MAX * 2];
};

#endif
