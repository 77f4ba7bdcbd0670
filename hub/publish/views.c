/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "views"
#include "hub/publish/views.h"

#include <errno.h>
#include <stdlib.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/publish/tree.h"

struct view {
	uint32_t domid; /* 0: its domain does not live */
	struct states *states;
	struct tree tree;
};

struct views {
	struct hub *hub;
	struct xenstore *xenstore;
	struct domains_listener *listener;
	struct view views[POLICY_GUESTS_MAX];
};

_Static_assert(XENSTORE_VIEWS_MAX >= POLICY_GUESTS_MAX, "each guest may have a view");

static void forget(struct views *v, unsigned guest)
{
	struct view *view = &v->views[guest];

	xenstore_set_view(v->xenstore, guest, 0, NULL);
	states_destroy(view->states);
	view->states = NULL;
	view->domid = 0;
}

static void begin(struct views *v, unsigned guest, const struct domain *domain)
{
	struct view *view = &v->views[guest];

	if (states_create(&view->states) < 0) {
		log_err("guest %s: out of memory for its view", hub_policy(v->hub)->guests[guest].name);
		return;
	}
	view->domid = domain->id;
	tree_init_guest(&view->tree, v->hub, guest, view->states);
	tree_update(&view->tree, ~0ull, clock_now_ns());
	xenstore_set_view(v->xenstore, guest, domain->id, view->states);
	xenstore_publish(v->xenstore);
	log_info("guest %s: its view is kept in domain %u", hub_policy(v->hub)->guests[guest].name,
		 domain->id);
}

/* One domain can be meant twice, by its name and by its UUID: then neither section can be what was wanted of
 * the other. */
static bool is_taken(const struct views *v, uint32_t domid)
{
	for (unsigned i = 0; i < POLICY_GUESTS_MAX; i++)
		if (v->views[i].domid == domid)
			return true;
	return false;
}

static void on_appeared(void *data, const struct domain *domain)
{
	const struct policy *policy;
	struct views *v = data;

	policy = hub_policy(v->hub);
	for (unsigned i = 0; i < policy->count; i++) {
		/* The youngest of a name counts: the older one is about to go. */
		if (!domain_is_called(domain, policy->guests[i].name) || domain->id <= v->views[i].domid)
			continue;
		if (is_taken(v, domain->id)) {
			log_err("[guest %s]: is domain %u, which has another [guest] section already; this "
				"one is without effect",
				policy->guests[i].name, domain->id);
			continue;
		}
		forget(v, i);
		begin(v, i, domain);
	}
}

static void on_gone(void *data, const struct domain *domain)
{
	struct views *v = data;

	for (unsigned i = 0; i < POLICY_GUESTS_MAX; i++)
		if (v->views[i].domid == domain->id)
			forget(v, i);
}

int views_create(struct views **out, struct hub *hub, struct xenstore *xenstore, struct domains *domains)
{
	struct views *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	v->hub = hub;
	v->xenstore = xenstore;
	v->listener = domains_listen(domains, on_appeared, on_gone, v);
	if (!v->listener) {
		free(v);
		return -ENOMEM;
	}
	*out = v;
	return 0;
}

void views_destroy(struct views *v)
{
	if (!v)
		return;
	domains_unlisten(v->listener);
	for (unsigned i = 0; i < POLICY_GUESTS_MAX; i++)
		forget(v, i);
	free(v);
}

void views_update(struct views *v, uint64_t mask, uint64_t now_ns)
{
	for (unsigned i = 0; i < POLICY_GUESTS_MAX; i++)
		if (v->views[i].domid)
			tree_update(&v->views[i].tree, mask, now_ns);
}
