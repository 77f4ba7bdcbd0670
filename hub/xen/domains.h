/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The domains that live, seen from Dom0, or from a guest the other ends of the routes that it may listen on (store_list_clients), as
 * Dom0 publishes them: the slow thread watches XenStore, listeners hear of it on the main thread. A domain that is
 * on its way in ("--incoming") does not count yet; one that is renamed goes and appears again. When XenStore's connection is
 * lost the domains stay as they were, and it is asked again for ever.
 */
#ifndef HUB_XEN_DOMAINS_H
#define HUB_XEN_DOMAINS_H

#include "hub/core/worker.h"
#include "hub/xen/store.h"

struct domains;
struct domains_listener;

typedef void (*domains_fn)(void *data, const struct domain *domain);

/* 0, -ENOMEM, or -EPROTONOSUPPORT without Xen's libraries. Main thread. */
int domains_create(struct domains **out, struct worker *worker);

/* After the worker. Listeners that are left hear of nothing any more. */
void domains_destroy(struct domains *domains);

/* appeared is called for each that is there, before this returns. NULL and errno when there is no memory. */
struct domains_listener *domains_listen(struct domains *domains, domains_fn appeared, domains_fn gone,
					void *data);
void domains_unlisten(struct domains_listener *listener);

/* The youngest domain of that name or UUID, or NULL. Lives until the next change. */
const struct domain *domains_find(const struct domains *domains, const char *name);

#endif
