/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link that ends when something changes in XenStore: for peers whose end nothing else tells. */
#ifndef HUB_LINK_WATCHED_H
#define HUB_LINK_WATCHED_H

#include <stddef.h>

struct link;
struct xs_handle;

/*
 * Takes the link and the handle over, on failure too. The handle's watches are set, and have told what they tell at first: whatever
 * they tell from here on ends the link with this sentence. So does the end of XenStore itself, with another: nothing would be told any
 * more. 0 or -errno.
 */
int watched_create(struct link **out, struct link *made, struct xs_handle *xs, const char *sentence);

#endif
