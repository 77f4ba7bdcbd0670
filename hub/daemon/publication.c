/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "xenhubd"
#include "hub/daemon/publication.h"

#include <errno.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/publish/views.h"
#include "hub/publish/xenstore.h"

void publication_init(struct publication *p, struct hub *hub, struct slow_side *side, const struct config *c)
{
	*p = (struct publication){
		.hub = hub,
		.side = side,
		.interval_ns = (uint64_t)c->interval_ms * NS_PER_MS,
		.at = CLOCK_NEVER,
	};
	tree_init(&p->tree, hub, c->keys);
	slate_init(&p->slate);
}

static int open_views(struct publication *p)
{
	int rc;

	if (!hub_policy(p->hub))
		return 0;
	rc = slow_side_domains(p->side);
	if (!rc)
		rc = views_create(&p->views, p->hub, p->xenstore, p->side->domains);
	if (rc == -EPROTONOSUPPORT)
		log_warn("built without libxenvchan: guests have no view in XenStore");
	else if (rc < 0)
		log_errno(-rc, "guests cannot have views in XenStore");
	return rc == -EPROTONOSUPPORT ? 0 : rc;
}

/* For xenhub state and doctor: it can hardly be read in XenStore. */
static void on_store_health(void *data, const char *text)
{
	struct publication *p = data;

	states_set_text(hub_states(p->hub), clock_now_ns(), text, "health/xenstore");
}

int publication_open(struct publication *p, const struct config *c,
		     void (*focus)(void *data, const char *name), void *data)
{
	int rc;

	if (!strcmp(c->xenstore, "no") || (!strcmp(c->xenstore, "auto") && !xenstore_is_here()))
		return 0;
	rc = slow_side_worker(p->side);
	if (!rc)
		rc = xenstore_create(&p->xenstore, p->side->worker, hub_states(p->hub));
	if (rc == -ENOSYS)
		log_err("[publish] xenstore: built without libxenstore; install its development files and "
			"build again");
	else if (rc < 0)
		log_errno(-rc, "cannot publish to XenStore");
	if (rc < 0)
		return rc;
	p->dirty |= 1; /* the first batch clears what an earlier hub left */
	xenstore_on_focus(p->xenstore, focus, data);
	xenstore_on_health(p->xenstore, on_store_health, p);
	return open_views(p);
}

bool publication_turn(struct publication *p, uint64_t now_ns)
{
	p->dirty |= hub_take_dirty(p->hub);
	if (!p->dirty && states_serial(hub_states(p->hub)) == p->serial)
		return false;
	if (p->at == CLOCK_NEVER)
		p->at = p->published + p->interval_ns > now_ns ? p->published + p->interval_ns : now_ns;
	if (now_ns < p->at)
		return false;
	tree_update(&p->tree, p->dirty, now_ns);
	if (p->views)
		views_update(p->views, p->dirty, now_ns);
	if (p->xenstore) {
		xenstore_publish(p->xenstore);
		slate_update(&p->slate, p->side->worker, hub_states(p->hub));
	}
	p->serial = states_serial(hub_states(p->hub));
	p->dirty = 0;
	p->published = now_ns;
	p->at = CLOCK_NEVER;
	return true;
}

void publication_count_links(struct publication *p, const struct server_counters *c, uint64_t now_ns)
{
	struct states *s = hub_states(p->hub);

	if (!memcmp(c, &p->counted, sizeof(*c)))
		return;
	p->counted = *c;
	states_set_integer(s, now_ns, (int64_t)c->accepted, "", "counter/links/accepted");
	states_set_integer(s, now_ns, (int64_t)c->refused, "", "counter/links/refused");
	states_set_integer(s, now_ns, (int64_t)c->violations, "", "counter/links/violations");
	states_set_integer(s, now_ns, (int64_t)c->timeouts, "", "counter/links/timeouts");
}

uint64_t publication_deadline(const struct publication *p)
{
	return p->at;
}

void publication_finish(struct publication *p)
{
	if (p->xenstore)
		xenstore_withdraw(p->xenstore);
	views_destroy(p->views);
	xenstore_destroy(p->xenstore);
	p->views = NULL;
	p->xenstore = NULL;
}
