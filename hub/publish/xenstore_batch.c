/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slow thread's half, one batch: a transaction, whatever is in it in one flight. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xen/io/xs_wire.h>

#include "hub/publish/xenstore_private.h"
#include "hub/publish/xslink.h"

#define CONFLICTS_MAX  16 /* tries of one transaction; then the change rests */
#define PATH_MAX_BYTES 512
#define NODE_PATH_MAX  (PATH_MAX_BYTES + WIRE_TEXT_MAX)
#define NAMES_MAX      4096 /* of the nodes right below a tree's root */

static void make_base(const struct xenstore *x, uint32_t domid, char base[PATH_MAX_BYTES])
{
	if (domid)
		snprintf(base, PATH_MAX_BYTES, "/local/domain/%u/xenhub", domid);
	else
		snprintf(base, PATH_MAX_BYTES, "%s", x->base);
}

static void make_path(const struct xenstore *x, const struct batch_tree *tree, const char *name,
		      char path[NODE_PATH_MAX])
{
	char base[PATH_MAX_BYTES];

	make_base(x, tree->domid, base);
	snprintf(path, NODE_PATH_MAX, "%s/%s", base, name);
}

static int ask_change(struct xenstore *x, uint32_t tx, const struct batch_tree *tree, struct change *c)
{
	char path[NODE_PATH_MAX];

	make_path(x, tree, c->path, path);
	return xslink_ask(x->link, tx, c->absent ? XS_RM : XS_WRITE, path, c->value,
			  c->absent ? 0 : strlen(c->value), &c->rc, NULL, 0);
}

static int ask_serial(struct xenstore *x, uint32_t tx, struct batch_tree *tree)
{
	char path[NODE_PATH_MAX], value[32];

	make_path(x, tree, "serial", path);
	return xslink_ask(x->link, tx, XS_WRITE, path, value,
			  (size_t)snprintf(value, sizeof(value), "%" PRIu64, tree->serial), &tree->serial_rc,
			  NULL, 0);
}

/* By which a reader tells this hub's word from an earlier one's. */
static int ask_ident(struct xenstore *x, uint32_t tx, struct batch_tree *tree)
{
	char path[NODE_PATH_MAX];

	if (!tree->whole)
		return 0;
	make_path(x, tree, "hub", path);
	return xslink_ask(x->link, tx, XS_WRITE, path, x->ident, strlen(x->ident), &tree->ident_rc, NULL, 0);
}

/* What others keep in a view: links (hub/link/station_xen.c) and routes (hub/xen/routes.c). */
static bool is_ours(const char *name)
{
	static const char *const others[] = { "link", "route", "serve", "svc", "svc0", XENSTORE_FOCUS_NODE };

	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(name, others[i]))
			return false;
	return true;
}

/* All that we ever write there. */
int xenstore_clear_tree(struct xenstore *x, uint32_t tx, const char *base)
{
	/* Whatever name is there, of whoever: none is cut, or something else of that name would go. */
	char names[NAMES_MAX + 1], path[PATH_MAX_BYTES + NAMES_MAX + 1];
	int rc = xslink_call(x->link, tx, XS_DIRECTORY, base, NULL, 0, names, sizeof(names));

	if (rc)
		return rc == -ENOENT ? 0 : xenstore_complain(x, base, "list", -rc);
	for (const char *name = names; *name && !rc; name += strlen(name) + 1) {
		if (!is_ours(name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", base, name);
		rc = xslink_call(x->link, tx, XS_RM, path, NULL, 0, NULL, 0);
		if (rc)
			rc = rc == -ENOENT ? 0 : xenstore_complain(x, path, "remove", -rc);
	}
	return rc;
}

/* A view that is written as a whole: made, shown to its domain, and empty. -ENOENT: the domain has gone. */
static int begin_view(struct xenstore *x, uint32_t tx, const struct batch_tree *tree)
{
	char base[PATH_MAX_BYTES], path[PATH_MAX_BYTES + 16], perms[32];
	size_t len;
	int rc;

	make_base(x, tree->domid, base);
	/* Writing would raise what libxl has removed from the dead. */
	snprintf(path, sizeof(path), "/local/domain/%u/name", tree->domid);
	rc = xslink_call(x->link, tx, XS_READ, path, NULL, 0, NULL, 0);
	if (rc)
		return rc;
	/* Dom0's, nobody's to read but that domain's; and so is what is made below it. */
	len = (size_t)snprintf(perms, sizeof(perms), "n0%cr%u", '\0', tree->domid) + 1;
	rc = xslink_call(x->link, tx, XS_MKDIR, base, NULL, 0, NULL, 0);
	if (rc)
		return xenstore_complain(x, base, "make", -rc);
	rc = xslink_call(x->link, tx, XS_SET_PERMS, base, perms, len, NULL, 0);
	if (rc)
		return xenstore_complain(x, base, "show to its guest", -rc);
	return xenstore_clear_tree(x, tx, base);
}

/* Asks whether the domain still lives, and whether what we wrote last still stands there. */
static int ask_view(struct xenstore *x, uint32_t tx, struct batch_tree *tree)
{
	char path[NODE_PATH_MAX];
	int rc;

	snprintf(path, sizeof(path), "/local/domain/%u/name", tree->domid);
	rc = xslink_ask(x->link, tx, XS_READ, path, NULL, 0, &tree->name_rc, NULL, 0);
	make_path(x, tree, "serial", path);
	return rc ? rc
		  : xslink_ask(x->link, tx, XS_READ, path, NULL, 0, &tree->stands_rc, tree->stands,
			       sizeof(tree->stands));
}

static int open_tree(struct xenstore *x, uint32_t tx, struct batch_tree *tree)
{
	if (!tree->whole)
		return tree->domid ? ask_view(x, tx, tree) : 0;
	return tree->domid ? begin_view(x, tx, tree) : xenstore_clear_tree(x, tx, x->base);
}

/* What the answers of ask_view mean: 0; -ENOENT: the domain has gone; -ESTALE: another than we has written. */
static int judge_view(const struct batch_tree *tree)
{
	char wanted[32];

	if (tree->whole || !tree->domid)
		return 0;
	snprintf(wanted, sizeof(wanted), "%" PRIu64, tree->was);
	if (tree->name_rc)
		return tree->name_rc;
	if (tree->stands_rc && tree->stands_rc != -ENOENT)
		return tree->stands_rc;
	return tree->stands_rc || strcmp(tree->stands, wanted) ? -ESTALE : 0;
}

/* Those that are not to be written after all are left out; 0, -ECANCELED when there are more of them now, or another -errno. */
static int leave_out(struct batch *b, struct batch_tree *tree, int rc)
{
	if (rc != -ENOENT && rc != -ESTALE)
		return rc;
	b->cleared |= rc == -ESTALE;
	tree->left_out = true;
	return -ECANCELED;
}

static int judge(struct xenstore *x, struct batch *b)
{
	int rc = 0;

	for (unsigned i = 0; i < XENSTORE_TREES; i++) {
		struct batch_tree *tree = &b->trees[i];
		int judged = tree->used && !tree->left_out ? leave_out(b, tree, judge_view(tree)) : 0;

		if (judged && (!rc || rc == -ECANCELED))
			rc = judged;
	}
	for (unsigned i = 0; i < b->count && !rc; i++) {
		struct change *c = &b->changes[i];
		char path[NODE_PATH_MAX];

		if (b->trees[c->tree].left_out || !c->rc || (c->absent && c->rc == -ENOENT))
			continue;
		rc = c->rc;
		make_path(x, &b->trees[c->tree], c->path, path);
		xenstore_complain(x, path, c->absent ? "remove" : "write", -rc);
	}
	for (unsigned i = 0; i < XENSTORE_TREES && !rc; i++) {
		char path[NODE_PATH_MAX];

		if (!b->trees[i].used || b->trees[i].left_out)
			continue;
		rc = b->trees[i].serial_rc ? b->trees[i].serial_rc : b->trees[i].ident_rc;
		make_path(x, &b->trees[i], b->trees[i].serial_rc ? "serial" : "hub", path);
		if (rc)
			xenstore_complain(x, path, "write", -rc);
	}
	return rc;
}

static int ask_all(struct xenstore *x, uint32_t tx, struct batch *b)
{
	int rc = 0;

	for (unsigned i = 0; i < XENSTORE_TREES && !rc; i++)
		if (b->trees[i].used && !b->trees[i].left_out)
			rc = leave_out(b, &b->trees[i], open_tree(x, tx, &b->trees[i]));
	for (unsigned i = 0; i < XENSTORE_TREES && !rc; i++)
		if (b->trees[i].used && !b->trees[i].left_out)
			rc = ask_ident(x, tx, &b->trees[i]);
	for (unsigned i = 0; i < b->count && !rc; i++)
		if (!b->trees[b->changes[i].tree].left_out)
			rc = ask_change(x, tx, &b->trees[b->changes[i].tree], &b->changes[i]);
	/* Last of all: who reads a tree's serial before and after knows whether it changed meanwhile. */
	for (unsigned i = 0; i < XENSTORE_TREES && !rc; i++)
		if (b->trees[i].used && !b->trees[i].left_out)
			rc = ask_serial(x, tx, &b->trees[i]);
	return rc ? rc : xslink_land(x->link);
}

/* One transaction. -EAGAIN: a conflict, -ECANCELED: less is to be written; either is to be tried again. */
static int try_batch(struct xenstore *x, struct batch *b)
{
	uint32_t tx;
	int rc = xslink_begin(x->link, &tx);

	if (rc)
		return xenstore_complain(x, x->base, "begin a transaction for", -rc);
	rc = ask_all(x, tx, b);
	if (!rc)
		rc = judge(x, b);
	if (rc) {
		xslink_abort(x->link, tx);
		return rc;
	}
	rc = xslink_end(x->link, tx);
	return rc ? xenstore_complain(x, x->base, "end a transaction for", -rc) : 0;
}

int xenstore_write_batch(struct xenstore *x, struct batch *b)
{
	int rc;

	/* Each that is cancelled has left out a tree more. */
	do
		rc = try_batch(x, b);
	while (rc == -ECANCELED || (rc == -EAGAIN && ++b->conflicts < CONFLICTS_MAX));
	return rc;
}
