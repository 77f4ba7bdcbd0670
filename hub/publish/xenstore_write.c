/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slow thread's half: the connections. What is written goes through an xslink (xenstore_batch.c); libxenstore, whose watches
 * cost a thread that every answer passes through, is only asked who should have focus.
 */
#define LOG_MODULE "xenstore"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <xenstore.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/core/text.h"
#include "hub/publish/xenstore_private.h"
#include "hub/publish/xslink.h"
#include "hub/xen/witness.h"

#define RETRY_FIRST_NS (250 * NS_PER_MS)
#define RETRY_LAST_NS  (10 * NS_PER_S)
#define PATH_MAX_BYTES 512
#define WELL           "ok"

/* ---- what is said of it ---- */

static bool connection_is_lost(int err)
{
	return err == EPIPE || err == EBADF || err == ECONNRESET || err == ENOTCONN || err == EIO ||
	       err == ECONNREFUSED || err == EPROTO;
}

/* True when it is something else than what was said last. */
static bool tell(struct xenstore *x, const char *text)
{
	struct health_told *told;

	if (!strcmp(x->health, text))
		return false;
	snprintf(x->health, sizeof(x->health), "%s", text);
	told = x->worker ? calloc(1, sizeof(*told)) : NULL;
	if (!told)
		return true;
	told->xenstore = x;
	snprintf(told->text, sizeof(told->text), "%s", text);
	if (worker_reply(x->worker, xenstore_health_told, told) < 0)
		free(told);
	return true;
}

int xenstore_complain(struct xenstore *x, const char *path, const char *what, int err)
{
	char text[sizeof(x->health)];

	snprintf(text, sizeof(text), "%s: cannot %s: %s", path, what, strerror(err));
	/* A conflict is nothing to talk about, and a lost connection not about one path. */
	if (err != EAGAIN && !connection_is_lost(err) && tell(x, text))
		log_warn(
			"%s; events go on, states wait, and it is tried again. xenhub doctor says what to do",
			text);
	return -err;
}

static void is_well(struct xenstore *x)
{
	bool was_ill = x->health[0];

	if (tell(x, WELL) && was_ill)
		log_info("XenStore is written again");
	x->retry_ns = RETRY_FIRST_NS;
}

static void close_store(struct xenstore *x, int err)
{
	char text[128];

	loop_remove_fd(x->watch);
	x->watch = NULL;
	witness_destroy(x->witness);
	x->witness = NULL;
	xs_close(x->handle);
	x->handle = NULL;
	xslink_close(x->link);
	x->link = NULL;
	snprintf(text, sizeof(text), "the connection to XenStore is lost: %s", strerror(err));
	if (tell(x, text))
		log_warn("%s; links stay, and all states are written anew", text);
}

/* ---- who should have focus, asked through XenStore ---- */

/* Dom0's, to be written by nobody else: the first entry is the owner, and what all others may do. */
static bool is_ours_alone(struct xenstore *x, const char *path)
{
	unsigned n = 0;
	struct xs_permissions *perms = xs_get_permissions(x->handle, XBT_NULL, path, &n);
	bool ours = perms && n && perms[0].id == 0 && !(perms[0].perms & XS_PERM_WRITE);

	for (unsigned i = 1; ours && i < n; i++)
		ours = !(perms[i].perms & XS_PERM_WRITE);
	free(perms);
	return ours;
}

static void take_focus_request(struct xenstore *x)
{
	struct focus_asked *asked;
	char path[PATH_MAX_BYTES];
	unsigned len;
	char *name;

	snprintf(path, sizeof(path), "%s/" XENSTORE_FOCUS_NODE, x->base);
	name = xs_read(x->handle, XBT_NULL, path, &len);
	if (!name)
		return;
	asked = calloc(1, sizeof(*asked));
	if (asked && is_ours_alone(x, path)) {
		asked->xenstore = x;
		text_copy(asked->name, sizeof(asked->name), name, len);
		if (worker_reply(x->worker, xenstore_focus_asked, asked) == 0)
			asked = NULL;
	} else if (asked) {
		log_warn("%s: somebody else may write there; it is not obeyed", path);
	}
	free(asked);
	free(name);
	xs_rm(x->handle, XBT_NULL, path);
}

/* Noticed without having written anything. */
static void on_lost(void *data)
{
	struct xenstore *x = data;

	close_store(x, EPIPE);
	if (worker_reply(x->worker, xenstore_lost, x) < 0)
		log_err("the loss of XenStore could not be reported; states are written at their next "
			"change");
}

static void on_watch(void *data, int fd, uint32_t events)
{
	struct xenstore *x = data;
	char **event;

	/* Told of its removal as well, and of what was written meanwhile once only. */
	while ((event = xs_check_watch(x->handle))) {
		free(event);
		take_focus_request(x);
	}
	if (errno != EAGAIN)
		on_lost(x);
}

static void watch_focus(struct xenstore *x)
{
	char path[PATH_MAX_BYTES];

	snprintf(path, sizeof(path), "%s/" XENSTORE_FOCUS_NODE, x->base);
	if (xs_watch(x->handle, path, "focus"))
		x->watch = loop_add_fd(worker_loop(x->worker), xs_fileno(x->handle), EPOLLIN, on_watch, x);
	if (!x->watch)
		log_warn_errno(errno, "%s: cannot be watched; xenhub focus works all the same", path);
}

/* ---- the connection ---- */

static int connect_store(struct xenstore *x)
{
	int rc = xslink_open(&x->link);

	if (rc < 0)
		return rc;
	x->handle = xs_open(0);
	if (x->handle)
		return 0;
	rc = errno ? -errno : -EIO;
	xslink_close(x->link);
	x->link = NULL;
	return rc;
}

static int open_store(struct xenstore *x)
{
	char text[128], *domid;
	unsigned len;
	int rc;

	rc = connect_store(x);
	if (rc < 0) {
		snprintf(text, sizeof(text), "no answer from XenStore: %s", strerror(-rc));
		if (tell(x, text))
			log_warn("%s; it is tried again. xenhub doctor says what is missing", text);
		return rc;
	}
	domid = xs_read(x->handle, XBT_NULL, "domid", &len);
	snprintf(x->base, sizeof(x->base), "/local/domain/%s/xenhub", domid ? domid : "0");
	free(domid);
	rc = witness_create(&x->witness, worker_loop(x->worker), on_lost, x);
	if (rc < 0 && rc != -ENODEV)
		log_warn_errno(
			-rc,
			"should XenStore be lost, it will not be noticed before something is to be written");
	watch_focus(x);
	return 0;
}

static void rest(struct xenstore *x)
{
	loop_timer_at(x->retry_timer, clock_now_ns() + x->retry_ns);
	x->retry_ns = x->retry_ns * 2 < RETRY_LAST_NS ? x->retry_ns * 2 : RETRY_LAST_NS;
}

/* ---- batches ---- */

static void finish_batch(struct batch *b, int result)
{
	b->result = result;
	if (worker_reply(b->xenstore->worker, xenstore_batch_done, b) < 0)
		log_err("a change of state could not be reported back; XenStore is not written any more");
}

void xenstore_run_batch(void *data)
{
	struct batch *b = data;
	struct xenstore *x = b->xenstore;
	int rc;

	if (!x->link && open_store(x) < 0) {
		x->waiting = b;
		rest(x);
		return;
	}
	if (!x->swept)
		x->swept = !xenstore_sweep(x);
	rc = xenstore_write_batch(x, b);
	if (rc < 0 && connection_is_lost(-rc)) {
		b->lost = true;
		close_store(x, -rc);
	}
	finish_batch(b, rc);
	if (rc < 0)
		rest(x);
	else
		is_well(x);
}

static void on_retry(void *data)
{
	struct xenstore *x = data;
	struct batch *b = x->waiting;

	x->waiting = NULL;
	if (!b) {
		worker_reply(x->worker, xenstore_rested, x);
	} else if (open_store(x) < 0) {
		x->waiting = b;
		rest(x);
	} else {
		/* What it holds may be old by now: let the main thread collect anew. */
		finish_batch(b, -ESTALE);
	}
}

static void make_ident(char *ident, size_t size)
{
	char boot[40] = "";
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (f && fgets(boot, sizeof(boot), f))
		boot[strcspn(boot, "\n")] = '\0';
	if (f)
		fclose(f);
	snprintf(ident, size, "%s/%" PRIu64, boot, (uint64_t)(clock_now_ns() / NS_PER_MS));
}

void xenstore_start(void *data)
{
	struct xenstore *x = data;

	make_ident(x->ident, sizeof(x->ident));
	x->retry_ns = RETRY_FIRST_NS;
	x->retry_timer = loop_add_timer(worker_loop(x->worker), on_retry, x);
}
