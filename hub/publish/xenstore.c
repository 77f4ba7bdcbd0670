/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main thread's half: what changed since it was last written, collected into one batch at a time. */
#define LOG_MODULE "xenstore"
#include "hub/publish/xenstore.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xenstore.h>

#include "hub/publish/xenstore_private.h"
#include "hub/publish/xslink.h"
#include "hub/xen/witness.h"

#define CAPABILITIES "/proc/xen/capabilities"

/* A guest may not write where its tree would be: that is Dom0's. */
static bool is_guest(void)
{
	char line[128] = "";
	FILE *f = fopen(CAPABILITIES, "re");

	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	return !strstr(line, "control_d");
}

bool xenstore_is_here(void)
{
	if (is_guest())
		return false;
	return getenv("XENSTORED_RUNDIR") || getenv("XENSTORED_PATH") ||
	       access("/dev/xen/xenbus", F_OK) == 0 || access("/proc/xen/xenbus", F_OK) == 0 ||
	       access("/run/xenstored/socket", F_OK) == 0;
}

/* Who is connected and how much has passed belongs to the control socket, not into a store that others watch.
 */
static bool is_published(const char *path)
{
	return !state_path_below(path, "consumer") && !state_path_below(path, "counter") &&
	       !state_path_below(path, "sensor") && !state_path_below(path, "health");
}

static bool has_changed(const struct tree_state *tree)
{
	return tree->states && (tree->whole || states_serial(tree->states) != tree->published);
}

static unsigned count_changes(const struct tree_state *tree)
{
	const struct state_node *node = NULL;
	unsigned n = 0;

	while ((node = states_next(tree->states, tree->whole ? 0 : tree->published, node)))
		n += is_published(node->path);
	return n;
}

static void collect_tree(struct batch *b, unsigned index, const struct tree_state *tree)
{
	const struct state_node *node = NULL;

	b->trees[index] = (struct batch_tree){
		.used = true,
		.domid = tree->domid,
		.was = tree->published,
		.serial = states_serial(tree->states),
		.whole = tree->whole,
	};
	while ((node = states_next(tree->states, tree->whole ? 0 : tree->published, node))) {
		struct change *c = &b->changes[b->count];

		if (!is_published(node->path) || (tree->whole && node->type == WIRE_STATE_ABSENT))
			continue;
		snprintf(c->path, sizeof(c->path), "%s", node->path);
		c->tree = (uint8_t)index;
		c->absent = node->type == WIRE_STATE_ABSENT;
		if (node->type == WIRE_STATE_INTEGER)
			snprintf(c->value, sizeof(c->value), "%" PRId64, node->integer);
		else if (node->type == WIRE_STATE_TEXT)
			snprintf(c->value, sizeof(c->value), "%s", node->text);
		b->count++;
	}
}

/* NULL when nothing has changed, or without memory. */
static struct batch *collect(struct xenstore *x)
{
	bool whole = false;
	struct batch *b;
	unsigned n = 0;

	for (unsigned i = 0; i < XENSTORE_TREES; i++) {
		if (!has_changed(&x->trees[i]))
			continue;
		n += count_changes(&x->trees[i]);
		whole |= x->trees[i].whole;
	}
	if (!n && !whole)
		return NULL;
	b = calloc(1, sizeof(*b) + n * sizeof(b->changes[0]));
	if (!b)
		return NULL;
	b->xenstore = x;
	for (unsigned i = 0; i < XENSTORE_TREES; i++)
		if (has_changed(&x->trees[i]))
			collect_tree(b, i, &x->trees[i]);
	return b;
}

static void write_all_anew(struct xenstore *x)
{
	for (unsigned i = 0; i < XENSTORE_TREES; i++)
		x->trees[i].whole = true;
}

void xenstore_batch_done(void *data)
{
	struct batch *b = data;
	struct xenstore *x = b->xenstore;
	bool again = x->again || b->cleared;
	int result = b->result;

	x->in_flight = x->again = false;
	x->counters.conflicts += b->conflicts;
	if (!result) {
		x->counters.transactions++;
		x->counters.nodes += b->count;
	} else if (result == -ESTALE) {
		again = true;
	} else {
		x->counters.failures++;
		x->resting = true;
	}
	for (unsigned i = 0; i < XENSTORE_TREES; i++) {
		struct tree_state *tree = &x->trees[i];

		if (!b->trees[i].used || tree->domid != b->trees[i].domid)
			continue;
		/* After a failure half of it cannot stand there, but what does is not known: the next one
		 * writes all. */
		tree->whole = result || (b->cleared && tree->domid);
		if (!result)
			tree->published = b->trees[i].serial;
	}
	if (x->lost || b->lost) {
		write_all_anew(x);
		again = true;
	}
	x->lost = false;
	free(b);
	if (again)
		xenstore_publish(x);
}

void xenstore_rested(void *data)
{
	struct xenstore *x = data;

	x->resting = false;
	xenstore_publish(x);
}

void xenstore_lost(void *data)
{
	struct xenstore *x = data;

	x->lost = x->in_flight;
	write_all_anew(x);
	xenstore_publish(x);
}

void xenstore_health_told(void *data)
{
	struct health_told *told = data;
	struct xenstore *x = told->xenstore;

	if (x->on_health)
		x->on_health(x->health_data, told->text);
	free(told);
}

void xenstore_focus_asked(void *data)
{
	struct focus_asked *asked = data;
	struct xenstore *x = asked->xenstore;

	if (x->on_focus)
		x->on_focus(x->focus_data, asked->name);
	free(asked);
}

void xenstore_publish(struct xenstore *x)
{
	struct batch *b;

	if (x->in_flight) {
		x->again = true;
		return;
	}
	/* A store that is full must not be hammered. */
	if (x->resting)
		return;
	b = collect(x);
	if (!b)
		return;
	if (worker_run(x->worker, xenstore_run_batch, b) < 0) {
		free(b);
		return;
	}
	x->in_flight = true;
}

void xenstore_set_view(struct xenstore *x, unsigned index, uint32_t domid, const struct states *states)
{
	x->trees[1 + index] =
		(struct tree_state){ .states = domid ? states : NULL, .domid = domid, .whole = true };
}

void xenstore_on_focus(struct xenstore *x, void (*fn)(void *data, const char *name), void *data)
{
	x->on_focus = fn;
	x->focus_data = data;
}

void xenstore_on_health(struct xenstore *x, void (*fn)(void *data, const char *text), void *data)
{
	x->on_health = fn;
	x->health_data = data;
}

int xenstore_create(struct xenstore **out, struct worker *worker, struct states *states)
{
	struct xenstore *x = calloc(1, sizeof(*x));
	int rc;

	if (!x)
		return -ENOMEM;
	x->worker = worker;
	x->trees[0] = (struct tree_state){ .states = states, .whole = true };
	rc = worker_run(worker, xenstore_start, x);
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
	/* The loop that it was in is gone with the worker. */
	witness_abandon(x->witness);
	if (x->handle)
		xs_close(x->handle);
	xslink_close(x->link);
	free(x->waiting);
	free(x);
}

void xenstore_get_counters(const struct xenstore *x, struct xenstore_counters *counters)
{
	*counters = x->counters;
}
