#define LOG_MODULE "xenstore"
#include "hub/publish/xenstore.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xenstore.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"

#define RETRY_FIRST_NS	(250 * NS_PER_MS)
#define RETRY_LAST_NS	(10 * NS_PER_S)
#define CONFLICTS_MAX	16 /* tries of one transaction; then the change waits for the next tick */
#define PATH_MAX_BYTES	512

/* What changed, copied for the slow thread. */
struct change {
	char path[WIRE_TEXT_MAX];
	char value[WIRE_TEXT_MAX * 4];
	bool absent;
};

struct batch {
	struct xenstore *xenstore;
	uint64_t serial;
	bool whole; /* the whole tree, in place of whatever stands there */
	int result;
	unsigned count;
	struct change changes[];
};

struct xenstore {
	/* main thread */
	struct worker *worker;
	struct states *states;
	uint64_t published;
	bool whole;
	bool in_flight;
	bool again; /* publish was called while a batch was in flight */
	struct xenstore_counters counters;
	/* slow thread */
	struct xs_handle *handle;
	struct loop_timer *retry_timer;
	uint64_t retry_ns;
	struct batch *waiting; /* for the connection */
	char base[64];
	bool complained;
	struct log_limit limit;
};

bool xenstore_is_here(void)
{
	return getenv("XENSTORED_RUNDIR") || getenv("XENSTORED_PATH") || access("/dev/xen/xenbus", F_OK) == 0 ||
	       access("/proc/xen/xenbus", F_OK) == 0 || access("/run/xenstored/socket", F_OK) == 0;
}

/* ---- slow thread ---- */

static int open_store(struct xenstore *x)
{
	unsigned len;
	char *domid;
	int rc;

	x->handle = xs_open(0);
	if (!x->handle) {
		rc = -errno;
		if (!x->complained)
			log_warn_errno(-rc, "no answer from XenStore; it is tried again. xenhub doctor says what is missing");
		x->complained = true;
		return rc;
	}
	domid = xs_read(x->handle, XBT_NULL, "domid", &len);
	snprintf(x->base, sizeof(x->base), "/local/domain/%s/xenhub", domid ? domid : "0");
	free(domid);
	if (x->complained)
		log_info("XenStore answers again");
	x->complained = false;
	x->retry_ns = RETRY_FIRST_NS;
	return 0;
}

static void complain(struct xenstore *x, const char *path, const char *what, int err)
{
	unsigned skipped;

	if (log_limit_allow(&x->limit, 3, clock_now_ns(), &skipped))
		log_warn_errno(err, "%s: cannot %s", path, what);
}

static bool connection_is_lost(int err)
{
	return err == EPIPE || err == EBADF || err == ECONNRESET || err == ENOTCONN || err == EIO || err == ECONNREFUSED;
}

static int write_node(struct xenstore *x, xs_transaction_t t, const struct change *c)
{
	char path[PATH_MAX_BYTES];
	int rc;

	snprintf(path, sizeof(path), "%s/%s", x->base, c->path);
	if (c->absent) {
		if (xs_rm(x->handle, t, path) || errno == ENOENT)
			return 0;
		rc = -errno;
		complain(x, path, "remove", -rc);
		return rc;
	}
	if (xs_write(x->handle, t, path, c->value, (unsigned)strlen(c->value)))
		return 0;
	rc = -errno;
	complain(x, path, "write", -rc);
	return rc;
}

static int write_serial(struct xenstore *x, xs_transaction_t t, uint64_t serial)
{
	char path[PATH_MAX_BYTES];
	char value[24];
	int n = snprintf(value, sizeof(value), "%" PRIu64, serial);

	snprintf(path, sizeof(path), "%s/serial", x->base);
	return xs_write(x->handle, t, path, value, (unsigned)n) ? 0 : -errno;
}

/* One transaction. -EAGAIN: a conflict, to be tried again. */
static int write_batch(struct xenstore *x, const struct batch *b)
{
	xs_transaction_t t = xs_transaction_start(x->handle);
	int rc = 0;

	if (!t)
		return -errno;
	if (b->whole && !xs_rm(x->handle, t, x->base) && errno != ENOENT) {
		rc = -errno;
		complain(x, x->base, "clear", -rc);
	}
	for (unsigned i = 0; i < b->count && !rc; i++)
		rc = write_node(x, t, &b->changes[i]);
	if (!rc)
		rc = write_serial(x, t, b->serial);
	if (rc) {
		xs_transaction_end(x->handle, t, true);
		return rc;
	}
	return xs_transaction_end(x->handle, t, false) ? 0 : -errno;
}

static void batch_done(void *data);

static void finish_batch(struct batch *b, int result)
{
	b->result = result;
	if (worker_reply(b->xenstore->worker, batch_done, b) < 0)
		log_err("a change of state could not be reported back; XenStore is not written any more");
}

static void run_batch(void *data)
{
	struct batch *b = data;
	struct xenstore *x = b->xenstore;
	unsigned tries = 0;
	int rc;

	if (!x->handle && open_store(x) < 0) {
		x->waiting = b;
		loop_timer_at(x->retry_timer, clock_now_ns() + x->retry_ns);
		x->retry_ns = x->retry_ns * 2 < RETRY_LAST_NS ? x->retry_ns * 2 : RETRY_LAST_NS;
		return;
	}
	do
		rc = write_batch(x, b);
	while (rc == -EAGAIN && ++tries < CONFLICTS_MAX);
	x->counters.conflicts += tries;
	if (rc < 0 && connection_is_lost(-rc)) {
		log_warn_errno(-rc, "the connection to XenStore is lost");
		xs_close(x->handle);
		x->handle = NULL;
	}
	finish_batch(b, rc);
}

static void on_retry(void *data)
{
	struct xenstore *x = data;
	struct batch *b = x->waiting;

	x->waiting = NULL;
	/* What it holds may be old by now: let the main thread collect anew, unless the store is still away. */
	if (b && open_store(x) < 0) {
		x->waiting = b;
		loop_timer_at(x->retry_timer, clock_now_ns() + x->retry_ns);
		x->retry_ns = x->retry_ns * 2 < RETRY_LAST_NS ? x->retry_ns * 2 : RETRY_LAST_NS;
	} else if (b) {
		finish_batch(b, -ESTALE);
	}
}

static void start(void *data)
{
	struct xenstore *x = data;

	x->retry_timer = loop_add_timer(worker_loop(x->worker), on_retry, x);
}

/* ---- main thread ---- */

/* Who is connected and how much has passed belongs to the control socket, not into a store that others watch. */
static bool is_published(const char *path)
{
	return !state_path_below(path, "consumer") && !state_path_below(path, "counter") &&
	       !state_path_below(path, "sensor");
}

static struct batch *collect(struct xenstore *x)
{
	uint64_t since = x->whole ? 0 : x->published;
	const struct state_node *node = NULL;
	struct batch *b;
	unsigned n = 0;

	while ((node = states_next(x->states, since, node)))
		n += is_published(node->path);
	if (!n && !x->whole)
		return NULL;
	b = calloc(1, sizeof(*b) + n * sizeof(b->changes[0]));
	if (!b)
		return NULL;
	b->xenstore = x;
	b->serial = states_serial(x->states);
	b->whole = x->whole;
	while ((node = states_next(x->states, since, node))) {
		struct change *c = &b->changes[b->count];

		if (!is_published(node->path) || (x->whole && node->type == WIRE_STATE_ABSENT))
			continue;
		snprintf(c->path, sizeof(c->path), "%s", node->path);
		c->absent = node->type == WIRE_STATE_ABSENT;
		if (node->type == WIRE_STATE_INTEGER)
			snprintf(c->value, sizeof(c->value), "%" PRId64, node->integer);
		else if (node->type == WIRE_STATE_TEXT)
			snprintf(c->value, sizeof(c->value), "%s", node->text);
		b->count++;
	}
	return b;
}

static void batch_done(void *data)
{
	struct batch *b = data;
	struct xenstore *x = b->xenstore;
	int result = b->result;

	x->in_flight = false;
	if (!result) {
		x->counters.transactions++;
		x->counters.nodes += b->count;
		x->whole = false;
		x->published = b->serial;
	} else {
		/* Half of it cannot stand there, but what does is not known: the next one writes all. */
		x->counters.failures += result != -ESTALE;
		x->whole = true;
	}
	free(b);
	/* After a failure the next tick tries again: a full store must not be hammered. */
	if (result == -ESTALE || (!result && x->again)) {
		x->again = false;
		xenstore_publish(x);
	}
}

void xenstore_publish(struct xenstore *x)
{
	struct batch *b;

	if (x->in_flight) {
		x->again = true;
		return;
	}
	b = collect(x);
	if (!b)
		return;
	if (worker_run(x->worker, run_batch, b) < 0) {
		free(b);
		return;
	}
	x->in_flight = true;
}

int xenstore_create(struct xenstore **out, struct worker *worker, struct states *states)
{
	struct xenstore *x = calloc(1, sizeof(*x));
	int rc;

	if (!x)
		return -ENOMEM;
	x->worker = worker;
	x->states = states;
	x->whole = true;
	x->retry_ns = RETRY_FIRST_NS;
	rc = worker_run(worker, start, x);
	if (rc < 0) {
		free(x);
		return rc;
	}
	*out = x;
	return 0;
}

void xenstore_destroy(struct xenstore *x)
{
	if (!x)
		return;
	if (x->handle)
		xs_close(x->handle);
	free(x->waiting);
	free(x);
}

void xenstore_get_counters(const struct xenstore *x, struct xenstore_counters *counters)
{
	*counters = x->counters;
}
