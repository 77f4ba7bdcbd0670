/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

#include "hub/core/text.h"

#define DEPTH_MAX 8
#define TRIES_MAX 16
#define VIEW_ROOT "xenhub" /* relative: below this domain's own path */

/* Everything stands there as text. */
static int put(struct statemap *map, const char *path, const char *value, unsigned len)
{
	char text[1024];
	struct xenhub_state state = { .path = path, .unit = "", .text = text, .type = XENHUB_STATE_TEXT };
	char number[24];

	text_copy(text, sizeof(text), value, len);
	/* Written as a number is: "0019" is a vendor's id, and text. */
	errno = 0;
	state.integer = strtoll(text, NULL, 10);
	snprintf(number, sizeof(number), "%" PRId64, state.integer);
	if (!errno && !strcmp(text, number))
		state.type = XENHUB_STATE_INTEGER;
	return statemap_put(map, &state);
}

static int read_below(struct xs_handle *xs, xs_transaction_t t, const char *path, unsigned depth,
		      struct statemap *map)
{
	unsigned n = 0, len = 0;
	char **names = xs_directory(xs, t, path, &n);
	char *value;
	int rc = 0;

	if (!names)
		return -errno;
	/* A folder has no value of its own. */
	value = n ? NULL : xs_read(xs, t, path, &len);
	if (value && strlen(path) > sizeof(VIEW_ROOT))
		rc = put(map, path + sizeof(VIEW_ROOT), value, len);
	free(value);
	for (unsigned i = 0; i < n && !rc && depth < DEPTH_MAX; i++) {
		char below[512];

		snprintf(below, sizeof(below), "%s/%s", path, names[i]);
		rc = read_below(xs, t, below, depth + 1, map);
	}
	free(names);
	return rc;
}

/* A transaction sees one moment. */
static int read_once(struct xs_handle *xs, struct statemap *map)
{
	xs_transaction_t t = xs_transaction_start(xs);
	int rc;

	if (!t)
		return -errno;
	rc = read_below(xs, t, VIEW_ROOT, 0, map);
	if (!xs_transaction_end(xs, t, false) && !rc)
		rc = -errno;
	return rc;
}

int view_read(struct statemap *map, char why[VIEW_WHY_MAX])
{
	struct xs_handle *xs = xs_open(0);
	unsigned tries = 0;
	int rc;

	if (!xs) {
		rc = -errno;
		snprintf(why, VIEW_WHY_MAX,
			 "no answer from XenStore: %s; `xenhub doctor` says what is missing", strerror(-rc));
		return rc;
	}
	do {
		statemap_finish(map);
		memset(map, 0, sizeof(*map));
		rc = read_once(xs, map);
	} while (rc == -EAGAIN && ++tries < TRIES_MAX);
	xs_close(xs);
	if (rc == -ENOENT)
		snprintf(why, VIEW_WHY_MAX,
			 "no view is published for this domain: a [guest NAME] section in Dom0's xenhub.conf "
			 "makes one");
	else if (rc < 0)
		snprintf(why, VIEW_WHY_MAX, "the view cannot be read: %s", strerror(-rc));
	return rc;
}
