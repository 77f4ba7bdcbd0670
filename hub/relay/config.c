/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/relay/config.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/log.h"
#include "hub/core/text.h"

enum kind {
	KIND_TEXT,
	KIND_BOOL,
	KIND_INT,
	KIND_END,
};

struct option {
	const char *key;
	enum kind kind;
	size_t offset;
	const char *value;
	long min, max;
	const char *help;
};

#define OPTION(in, member, key, kind, value, min, max, help)                                                 \
	{ key, KIND_##kind, offsetof(struct in, member), value, min, max, help },
#define RELAY_OPTION(...) OPTION(config, __VA_ARGS__)
#define ROUTE_OPTION(...) OPTION(config_route, __VA_ARGS__)

static const struct option relay_options[] = { CONFIG_RELAY_OPTIONS(RELAY_OPTION) };
static const struct option route_options[] = { CONFIG_ROUTE_OPTIONS(ROUTE_OPTION) };

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static int set_end(enum endpoint_end *end, const char *value, char *why, size_t size)
{
	static const char *const names[] = { "auto", "serve", "join" };

	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		if (!strcmp(value, names[i])) {
			*end = (enum endpoint_end)i;
			return 0;
		}
	}
	snprintf(why, size, "expected serve, join or auto, not '%s'", value);
	return -EINVAL;
}

static int set_option(const struct option *o, void *base, const char *value, char *why, size_t size)
{
	void *member = (char *)base + o->offset;

	switch (o->kind) {
	case KIND_TEXT:
		if (strlen(value) >= CONFIG_TEXT_MAX) {
			snprintf(why, size, "longer than %d bytes", CONFIG_TEXT_MAX - 1);
			return -EINVAL;
		}
		memcpy(member, value, strlen(value) + 1);
		return 0;
	case KIND_BOOL:
		if (strcmp(value, "yes") && strcmp(value, "no")) {
			snprintf(why, size, "expected yes or no, not '%s'", value);
			return -EINVAL;
		}
		*(bool *)member = !strcmp(value, "yes");
		return 0;
	case KIND_INT:
		if (text_to_long(value, 10, o->min, o->max, member) == 0)
			return 0;
		snprintf(why, size, "expected a number from %ld to %ld, not '%s'", o->min, o->max, value);
		return -EINVAL;
	case KIND_END:
		return set_end(member, value, why, size);
	}
	return -EINVAL;
}

static void set_defaults(const struct option *options, unsigned n, void *base)
{
	char why[128];

	for (unsigned i = 0; i < n; i++)
		set_option(&options[i], base, options[i].value, why, sizeof(why));
}

int config_init(struct config *config)
{
	memset(config, 0, sizeof(*config));
	config->routes = calloc(CONFIG_ROUTES_MAX, sizeof(*config->routes));
	if (!config->routes)
		return -ENOMEM;
	set_defaults(relay_options, COUNT_OF(relay_options), config);
	return 0;
}

void config_finish(struct config *config)
{
	free(config->routes);
	memset(config, 0, sizeof(*config));
}

struct config_route *config_add_route(struct config *config, const char *name, unsigned line)
{
	struct config_route *r;

	if (config->n_routes == CONFIG_ROUTES_MAX)
		return NULL;
	r = &config->routes[config->n_routes++];
	memset(r, 0, sizeof(*r));
	text_copy(r->name, sizeof(r->name), name, strlen(name));
	r->line = line;
	set_defaults(route_options, COUNT_OF(route_options), r);
	return r;
}

/* Names or numbers of users. */
static int parse_uids(struct config_route *r, char *why, size_t size)
{
	char text[CONFIG_TEXT_MAX], *rest = text, *word;

	memcpy(text, r->uid, sizeof(text));
	r->n_uids = 0;
	while ((word = strsep(&rest, " \t"))) {
		const struct passwd *user;
		long number;

		if (!*word)
			continue;
		if (r->n_uids == CONFIG_UIDS_MAX) {
			snprintf(why, size, "more than %d users", CONFIG_UIDS_MAX);
			return -EINVAL;
		}
		if (text_to_long(word, 10, 0, UINT32_MAX - 1L, &number) == 0) {
			r->uids[r->n_uids++] = (uid_t)number;
		} else if ((user = getpwnam(word))) {
			r->uids[r->n_uids++] = user->pw_uid;
		} else {
			snprintf(why, size, "there is no user '%s' here", word);
			return -EINVAL;
		}
	}
	return 0;
}

static int check_service(const char *service, char *why, size_t size)
{
	if (strlen(service) >= MUX_SERVICE_MAX) {
		snprintf(why, size, "a name has at most %d bytes", MUX_SERVICE_MAX - 1);
		return -EINVAL;
	}
	for (const char *p = service; *p; p++) {
		if (!isgraph((unsigned char)*p)) {
			snprintf(why, size, "a name has no blanks and no control characters");
			return -EINVAL;
		}
	}
	return 0;
}

int config_set(struct config *config, struct config_route *route, const char *key, const char *value,
	       char *why, size_t size)
{
	const struct option *options = route ? route_options : relay_options;
	unsigned n = route ? COUNT_OF(route_options) : COUNT_OF(relay_options);
	enum log_level level;

	for (unsigned i = 0; i < n; i++) {
		if (strcmp(options[i].key, key))
			continue;
		if (set_option(&options[i], route ? (void *)route : config, value, why, size) < 0)
			return -EINVAL;
		if (route && !strcmp(key, "uid"))
			return parse_uids(route, why, size);
		if (route && !strcmp(key, "service"))
			return check_service(value, why, size);
		if (!strcmp(key, "log-level") && log_level_parse(value, &level) < 0) {
			snprintf(why, size, "expected error, warning, info or debug, not '%s'", value);
			return -EINVAL;
		}
		return 0;
	}
	snprintf(why, size, "no such option here; see xenhub-relay --help-config");
	return -EINVAL;
}

/* ---- the whole ---- */

struct check {
	struct config *config;
	config_complain_fn complain;
	void *data;
	bool failed;
};

static void complain(struct check *c, const struct config_route *route, const char *key, const char *why)
{
	c->failed = true;
	c->complain(c->data, route, key, why);
}

static bool check_endpoint(struct check *c, const struct config_route *r, bool listen)
{
	const char *key = listen ? "listen" : "connect", *endpoint = listen ? r->listen : r->connect;
	char why[512];

	if (!*endpoint) {
		complain(c, r, key, "is missing: a route has both ends");
		return false;
	}
	if (endpoint_check(endpoint, listen ? r->listen_link : r->connect_link, listen, why, sizeof(why)) ==
	    0)
		return true;
	complain(c, r, key, why);
	return false;
}

/* An endpoint that a relay takes has one end here, and one service a route. */
static void compare(struct check *c, const struct config_route *r, const struct config_route *other)
{
	char why[512];

	if (!strcmp(r->listen, other->listen)) {
		bool is_link = endpoint_kind(r->listen) == ENDPOINT_LINK;

		if (!is_link || !strcmp(r->service, other->service)) {
			snprintf(why, sizeof(why), "route '%s' on line %u listens there already%s",
				 other->name, other->line, is_link ? ": give each a service of its own" : "");
			complain(c, r, "listen", why);
		}
	}
	if (endpoint_kind(r->connect) == ENDPOINT_FD && !strcmp(r->connect, other->connect)) {
		snprintf(why, sizeof(why), "route '%s' on line %u has it already", other->name, other->line);
		complain(c, r, "connect", why);
	}
}

static const char *side_of(const struct config_route *r, unsigned side, bool *serves)
{
	const char *endpoint = side ? r->connect : r->listen;

	*serves = endpoint_serves(endpoint, side ? r->connect_link : r->listen_link, !side);
	return endpoint_kind(endpoint) == ENDPOINT_LINK ? endpoint : NULL;
}

static void compare_ends(struct check *c, const struct config_route *r, const struct config_route *other)
{
	for (unsigned i = 0; i < 4; i++) {
		bool serves, other_serves;
		const char *endpoint = side_of(r, i & 1, &serves);
		const char *other_endpoint = side_of(other, i >> 1, &other_serves);
		char why[512];

		if (!endpoint || !other_endpoint || strcmp(endpoint, other_endpoint) ||
		    serves == other_serves || (r == other && (i & 1) == i >> 1))
			continue;
		snprintf(why, sizeof(why),
			 "route '%s' on line %u takes the other end of this link: say `%s-link = %s` here, "
			 "or there the "
			 "opposite",
			 other->name, other->line, i & 1 ? "connect" : "listen",
			 other_serves ? "serve" : "join");
		complain(c, r, i & 1 ? "connect" : "listen", why);
		return;
	}
}

bool config_check(struct config *config, config_complain_fn fn, void *data)
{
	struct check c = { .config = config, .complain = fn, .data = data };

	for (unsigned i = 0; i < config->n_routes; i++) {
		const struct config_route *r = &config->routes[i];
		bool sound = check_endpoint(&c, r, true);

		sound = check_endpoint(&c, r, false) && sound;
		for (unsigned k = 0; sound && k < i; k++) {
			compare(&c, r, &config->routes[k]);
			compare_ends(&c, r, &config->routes[k]);
		}
		if (sound)
			compare_ends(&c, r, r);
	}
	if (!config->n_routes)
		complain(&c, NULL, "", "there is no [route NAME]: nothing to do");
	return !c.failed;
}

static void print_options(FILE *out, const struct option *options, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		fprintf(out, "# %s\n#%s = %s\n", options[i].help, options[i].key, options[i].value);
}

void config_print_help(FILE *out)
{
	fprintf(out, "[relay]\n");
	print_options(out, relay_options, COUNT_OF(relay_options));
	fprintf(out, "\n#[route NAME]\n");
	print_options(out, route_options, COUNT_OF(route_options));
}
