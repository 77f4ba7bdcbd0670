/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/relay/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/ctl/json.h"
#include "hub/ctl/table.h"
#include "hub/relay/relay.h"

#define CELL_MAX 256

static const struct table_column route_columns[] = {
	{ .title = "ROUTE" },
	{ .title = "FROM" },
	{ .title = "TO" },
	{ .title = "NOW", .right = true },
	{ .title = "TOTAL", .right = true },
	{ .title = "IN", .right = true },
	{ .title = "OUT", .right = true },
	{ .title = "STALLS", .right = true },
};

static const struct table_column link_columns[] = {
	{ .title = "LINK" },
	{ .title = "END" },
	{ .title = "STATE" },
	{ .title = "STREAMS", .right = true },
	{ .title = "UPS", .right = true },
	{ .title = "IN", .right = true },
	{ .title = "OUT", .right = true },
	{ .title = "STALLS", .right = true },
};

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Bytes in three digits or so. */
static const char *amount(char *buf, uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	double value = (double)bytes;
	unsigned i = 0;

	while (value >= 1000 && i + 1 < COUNT_OF(units)) {
		value /= 1024;
		i++;
	}
	snprintf(buf, CELL_MAX, i && value < 10 ? "%.1f %s" : "%.0f %s", value, units[i]);
	return buf;
}

static const char *number(char *buf, uint64_t n)
{
	snprintf(buf, CELL_MAX, "%" PRIu64, n);
	return buf;
}

static const char *state_name(enum carrier_state state)
{
	switch (state) {
	case CARRIER_WAITING:
		return "waiting";
	case CARRIER_TRYING:
		return "trying";
	case CARRIER_RESTING:
		return "resting";
	case CARRIER_UP:
		return "up";
	case CARRIER_QUIET:
		return "quiet";
	}
	return "?";
}

/* ---- for people ---- */

struct counted {
	const char *what;
	uint64_t n;
};

/* "refused: 3 over rate, 1 over streams", of those that are not 0. */
static void note_counters(struct table *table, const char *title, const struct counted *all, unsigned n)
{
	char text[512];
	size_t used = 0;

	for (unsigned i = 0; i < n && used < sizeof(text); i++)
		if (all[i].n)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s%" PRIu64 " %s",
						 used ? ", " : "", used ? "" : title, all[i].n, all[i].what);
	if (used)
		table_add_note(table, text);
}

static void add_route(struct table *table, const struct route_status *s)
{
	char now[CELL_MAX], total[CELL_MAX], in[CELL_MAX], out[CELL_MAX], stalls[CELL_MAX],
		why[CELL_MAX + 32];
	const struct route_counters *n = &s->counters;
	const char *cells[] = { s->config->name,
				s->config->listen,
				s->config->connect,
				number(now, s->connections),
				number(total, n->connections),
				amount(in, n->in),
				amount(out, n->out),
				number(stalls, n->stalls) };
	const struct counted refused[] = {
		{ "users that may not", n->denied },
		{ "over the rate", n->over_rate },
		{ "over the limit of streams", n->over_limit },
	};
	const struct counted failed[] = {
		{ "not reached", n->unreachable },
		{ "broken", n->broken },
	};

	table_add(table, cells);
	if (*s->config->service) {
		snprintf(why, sizeof(why), "service: %s", s->config->service);
		table_add_note(table, why);
	}
	if (!s->listens || *s->why) {
		snprintf(why, sizeof(why), "%s%s",
			 s->listens ? "last: " : "does not listen: ", *s->why ? s->why : "not yet");
		table_add_note(table, why);
	}
	note_counters(table, "refused: ", refused, COUNT_OF(refused));
	note_counters(table, "connections: ", failed, COUNT_OF(failed));
}

static void add_link(struct table *table, const struct link_status *s)
{
	char streams[CELL_MAX], ups[CELL_MAX], in[CELL_MAX], out[CELL_MAX], stalls[CELL_MAX],
		note[2 * CELL_MAX];
	const struct carrier_counters *n = &s->carrier.counters;
	const char *cells[] = { s->endpoint,
				s->serve ? "serves" : "joins",
				state_name(s->carrier.state),
				number(streams, s->carrier.streams),
				number(ups, n->links),
				amount(in, n->in),
				amount(out, n->out),
				number(stalls, n->stalls) };
	const struct counted ended[] = {
		{ "tries in vain", n->failures },
		{ "of another version", n->versions },
		{ "malformed", n->malformed },
		{ "past a credit", n->credits },
		{ "floods", n->floods },
		{ "fell silent", n->timeouts },
		{ "never spoke (half open)", n->half_open },
		{ "not let in", n->denied },
		{ "more than may join at a time", n->crowded },
	};

	table_add(table, cells);
	if (*s->waits_for)
		snprintf(note, sizeof(note), "waits for domain '%s', which is not there", s->waits_for);
	else if (s->carrier.state == CARRIER_UP)
		snprintf(note, sizeof(note), "with %s", s->carrier.peer);
	else
		snprintf(note, sizeof(note), "%s", *s->carrier.why ? s->carrier.why : "waits for its peer");
	table_add_note(table, note);
	note_counters(table, "ended: ", ended, COUNT_OF(ended));
}

static char *as_table(const struct relay *relay)
{
	struct table *routes = NULL, *links = NULL;
	char *first = NULL, *second = NULL, *all = NULL;
	struct route_status route;
	struct link_status link;

	if (table_create(&routes, route_columns, COUNT_OF(route_columns)) < 0 ||
	    table_create(&links, link_columns, COUNT_OF(link_columns)) < 0)
		goto out;
	for (unsigned i = 0; relay_route(relay, i, &route); i++)
		add_route(routes, &route);
	for (unsigned i = 0; relay_link(relay, i, &link); i++)
		add_link(links, &link);
	first = table_format(routes, 0);
	second = table_format(links, 0);
	if (first && second &&
	    asprintf(&all, relay_link(relay, 0, &link) ? "%s\n%s" : "%s", first, second) < 0)
		all = NULL;

out:
	free(first);
	free(second);
	table_destroy(routes);
	table_destroy(links);
	return all;
}

/* ---- for programs ---- */

static void put_route(struct json *j, const struct route_status *s)
{
	const struct route_counters *n = &s->counters;

	json_object(j, NULL);
	json_string(j, "name", s->config->name);
	json_string(j, "listen", s->config->listen);
	json_string(j, "connect", s->config->connect);
	json_string(j, "service", s->config->service);
	json_bool(j, "listens", s->listens);
	json_unsigned(j, "connections", s->connections);
	json_string(j, "why", s->why);
	json_unsigned(j, "total", n->connections);
	json_unsigned(j, "bytes-in", n->in);
	json_unsigned(j, "bytes-out", n->out);
	json_unsigned(j, "stalls", n->stalls);
	json_unsigned(j, "denied", n->denied);
	json_unsigned(j, "over-limit", n->over_limit);
	json_unsigned(j, "over-rate", n->over_rate);
	json_unsigned(j, "unreachable", n->unreachable);
	json_unsigned(j, "broken", n->broken);
	json_end(j);
}

static void put_link(struct json *j, const struct link_status *s)
{
	const struct carrier_counters *n = &s->carrier.counters;

	json_object(j, NULL);
	json_string(j, "endpoint", s->endpoint);
	json_string(j, "end", s->serve ? "serve" : "join");
	json_string(j, "state", state_name(s->carrier.state));
	json_string(j, "waits-for-domain", s->waits_for);
	json_string(j, "peer", s->carrier.peer);
	json_string(j, "why", s->carrier.why);
	json_unsigned(j, "peers", s->carrier.peers);
	json_unsigned(j, "streams", s->carrier.streams);
	json_unsigned(j, "bytes-kept", s->carrier.keeping);
	json_unsigned(j, "ups", n->links);
	json_unsigned(j, "bytes-in", n->in);
	json_unsigned(j, "bytes-out", n->out);
	json_unsigned(j, "stalls", n->stalls);
	json_unsigned(j, "failures", n->failures);
	json_unsigned(j, "versions", n->versions);
	json_unsigned(j, "malformed", n->malformed);
	json_unsigned(j, "past-credit", n->credits);
	json_unsigned(j, "floods", n->floods);
	json_unsigned(j, "timeouts", n->timeouts);
	json_unsigned(j, "half-open", n->half_open);
	json_unsigned(j, "denied", n->denied);
	json_unsigned(j, "crowded", n->crowded);
	json_end(j);
}

static char *as_json(const struct relay *relay)
{
	struct json j = { 0 };
	struct route_status route;
	struct link_status link;
	char *text;

	json_object(&j, NULL);
	json_array(&j, "routes");
	for (unsigned i = 0; relay_route(relay, i, &route); i++)
		put_route(&j, &route);
	json_end(&j);
	json_array(&j, "links");
	for (unsigned i = 0; relay_link(relay, i, &link); i++)
		put_link(&j, &link);
	json_end(&j);
	json_end(&j);
	json_newline(&j);
	text = json_error(&j) ? NULL : strdup(j.text);
	json_finish(&j);
	return text;
}

char *report(const struct relay *relay, bool json)
{
	return json ? as_json(relay) : as_table(relay);
}
