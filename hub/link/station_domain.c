/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a station is for: a domain that comes and goes, and one that is to be saved. */
#define LOG_MODULE "link"
#include <errno.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/link/station_private.h"

static void leave_domain(struct station *s)
{
	struct link *link = s->link;

	s->life++;
	loop_timer_at(s->timer, CLOCK_NEVER);
	switch (s->state) {
	case STATION_WAITING:
		s->state = STATION_AWAY;
		station_drop_waiting(s);
		break;
	case STATION_TAKEN:
		s->state = STATION_AWAY;
		s->callbacks.lost(s->callbacks.data, link, false);
		break;
	case STATION_MAKING: /* on_made will see */
		break;
	default:
		s->state = STATION_AWAY;
	}
	memset(&s->domain, 0, sizeof(s->domain));
}

static void say_domain(const struct station *s, const struct domain *domain, const char *what)
{
	if (*s->domain_name == '@')
		log_info("%s: the route is %s", s->endpoint, what);
	else
		log_info("%s: domain '%s' (%u) is %s", s->endpoint, domain->name, domain->id, what);
}

void station_on_appeared(void *data, const struct domain *domain)
{
	struct station *s = data;
	bool making = s->state == STATION_MAKING;

	if (!domain_is_called(domain, s->domain_name) || domain->id <= s->domain.id)
		return;
	if (s->callbacks.may_serve && !s->callbacks.may_serve(s->callbacks.data, s->endpoint, domain))
		return;
	if (s->domain.id)
		leave_domain(s);
	s->life++;
	s->domain = *domain;
	s->made = s->strikes = 0;
	s->rest_ns = STATION_REST_MS * NS_PER_MS;
	s->complained = false;
	say_domain(s, domain, "there");
	if (!making)
		station_begin_unless_quiet(s);
}

void station_on_gone(void *data, const struct domain *domain)
{
	struct station *s = data;

	if (!s->domain.id || domain->id != s->domain.id)
		return;
	say_domain(s, domain, "gone");
	leave_domain(s);
}

int station_quiesce(struct station *s)
{
	struct link *link = s->link;

	if (!s->quiet) {
		s->quiet = true;
		s->unwilling = false;
		s->life++; /* what is being made is not wanted any more */
		loop_timer_at(s->timer, CLOCK_NEVER);
		if (s->state == STATION_WAITING)
			station_drop_waiting(s);
		if (s->state != STATION_MAKING && s->state != STATION_AWAY) {
			bool was_taken = s->state == STATION_TAKEN;

			s->state = STATION_QUIET;
			if (was_taken)
				s->callbacks.lost(s->callbacks.data, link, true);
		}
	}
	if (s->state == STATION_MAKING || s->closing)
		return -EAGAIN;
	return s->unwilling ? -EBUSY : 0;
}

void station_resume(struct station *s)
{
	if (!s->quiet)
		return;
	s->quiet = false;
	if (s->state == STATION_QUIET)
		station_begin(s);
}

bool station_is_of(const struct station *s, const char *domain)
{
	return s->domain_name &&
	       (!strcmp(s->domain_name, domain) || (s->domain.id && domain_is_called(&s->domain, domain)));
}

const char *station_endpoint(const struct station *s)
{
	return s->endpoint;
}

uint32_t station_domid(const struct station *s)
{
	return s->domain.id;
}

bool station_needs_domains(const char *endpoint)
{
	return !strncmp(endpoint, "vchan:", 6) ||
	       (!strncmp(endpoint, "channel:", 8) && strchr(endpoint, '/'));
}
