/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small blocking readers of XenStore, for the slow thread and for threads that may wait. Values are cleaned where they enter: a
 * guest may have written them.
 */
#ifndef HUB_XEN_STORE_H
#define HUB_XEN_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XEN_NAME_MAX 64 /* of a domain, with its terminator; longer ones are cut */
#define XEN_UUID_MAX 37
#define XEN_PATH_MAX 256

struct xs_handle;

/* A domain as Dom0 sees it. The id changes at each boot, name and UUID do not. */
struct domain {
	uint32_t id;
	char name[XEN_NAME_MAX];
	char uuid[XEN_UUID_MAX]; /* "" when it has none */
};

/* Text of a node, cut to size; false when it is not there or empty. */
bool store_read(struct xs_handle *xs, char *dst, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same as a number from 0 to INT32_MAX; -1 when it is none. */
long store_read_number(struct xs_handle *xs, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* 0 or -errno. */
int store_write(struct xs_handle *xs, const char *path, const char *value);

/* Makes path and what is below it Dom0's, to be read by this domain: parents first. 0 or -errno. */
int store_show_to(struct xs_handle *xs, uint32_t domid, const char *path);

/* One domain. False when it does not live, has no name yet, or is still on its way in ("--incoming"). */
bool store_read_domain(struct xs_handle *xs, uint32_t id, struct domain *domain);

/* Whether the name given by a person means this domain: its name, or its UUID in any case. */
bool domain_is_called(const struct domain *domain, const char *name);

/* All domains but this one, in an array to be freed; the number, or -errno. */
int store_list_domains(struct xs_handle *xs, struct domain **out);

/*
 * In a guest: who is at the other end of the routes that it may listen on, each called "@ROUTE": the clients of those that it serves, and
 * Dom0 where that one serves, with the route's generation as its id. As store_list_domains.
 */
int store_list_clients(struct xs_handle *xs, struct domain **out);

/* The number of the domain that we are; Dom0 where that cannot be read. */
uint32_t store_own_domain(struct xs_handle *xs);

/* The one of that name or UUID: 0 or -ENOENT or another -errno. */
int store_find_domain(struct xs_handle *xs, const char *name, struct domain *domain);

#endif
