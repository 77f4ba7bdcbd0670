/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a station gets its links: blocking, on the slow thread. Private to the stations. */
#ifndef HUB_LINK_STATION_MAKE_H
#define HUB_LINK_STATION_MAKE_H

#include "hub/link/link.h"
#include "hub/xen/store.h"

struct station_order {
	const char *endpoint;
	struct domain domain; /* of endpoints that name one */
	unsigned made;        /* links of this life so far */
	long generation;      /* of the link to be made: never the same twice */
	int line;             /* of serial lines: kept open between links, -1 for none */
	uint32_t line_domain; /* whose */
};

/* vchan:… and channel:…, published for the guest. 0, or -errno and why; -ENOENT: nothing there yet. */
int station_make_vchan(struct station_order *order, struct link **out, char *why, size_t size);
int station_make_channel(struct station_order *order, struct link **out, char *why, size_t size);

/*
 * What station_make_vchan published is taken back, and the link closed. wait: until the peer has unmapped it, for STATION_LEAVE_MS;
 * false when it has not.
 */
bool station_close_vchan(const char *endpoint, uint32_t domid, struct link *link, bool wait);

/* A link over the line at path, which stays open for the next one as long as it works. */
int station_make_line(struct station_order *order, const char *path, struct link **out, char *why,
		      size_t size);

#endif
