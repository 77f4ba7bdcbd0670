/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a cache holds that is the server's to fill and to empty: numbers, how often each was put in, and the bytes of it
 * all. As spice-glib's cache does: an image that is put in twice has to be taken out twice. Pure, and it grows with what
 * it holds.
 */
#ifndef XENHUB_DISPLAY_GUARD_KEPT_H
#define XENHUB_DISPLAY_GUARD_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEPT_MAX  131072 /* entries */
#define KEPT_COST 512    /* bytes of an image besides its pixels, which are taken for 4 each */

struct kept_entry {
	uint64_t id;
	uint16_t width, height;
	uint32_t times; /* 0: no entry */
};

/* All zeroes is an empty one. */
struct guard_kept {
	struct kept_entry *entries;
	uint32_t room, count;
	size_t bytes;
};

/*
 * It is in now, once more than before, or, where `instead`, as often as before; with this size in both cases. -ENOSPC:
 * there are KEPT_MAX; -ENOMEM.
 */
int kept_put(struct guard_kept *kept, uint64_t id, unsigned width, unsigned height, bool instead);

/* NULL: it is not there. */
const struct kept_entry *kept_find(const struct guard_kept *kept, uint64_t id);

/* Takes it out once. One that is not there is nobody's fault. */
void kept_drop(struct guard_kept *kept, uint64_t id);

/* Empty again, with its memory given back. */
void kept_clear(struct guard_kept *kept);

#endif
