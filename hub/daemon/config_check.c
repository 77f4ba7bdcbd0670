/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an option's kind cannot say: which words, which numbers go together, who must be there. */
#include "hub/daemon/config_option.h"

#include <ctype.h>
#include <errno.h>
#include <libevdev/libevdev.h>
#include <string.h>
#include <strings.h>

#include "hub/core/log.h"
#include "hub/link/link.h"
#include "hub/link/route.h"
#include "hub/link/xen.h"
#include "hub/source/peer.h"
#include "sensors/claims.h"
#include "sensors/matrix.h"

static int check_choice(const char *value, const char *const choices[3], char *why, size_t size)
{
	for (int i = 0; i < 3; i++)
		if (!strcmp(value, choices[i]))
			return 0;
	snprintf(why, size, "expected %s, %s or %s, not '%s'", choices[0], choices[1], choices[2], value);
	return -EINVAL;
}

static int check_classes(const struct config_list *list, char *why, size_t size)
{
	for (unsigned i = 0; i < list->count; i++) {
		unsigned class = 0;

		while (class < SENSOR_CLASSES &&
		       strcmp(list->items[i], sensor_class_name((enum sensor_class) class)))
			class ++;
		if (class == SENSOR_CLASSES) {
			snprintf(why, size, "expected light, orientation, proximity, lid or power, not '%s'",
				 list->items[i]);
			return -EINVAL;
		}
	}
	return 0;
}

static int check_sensors(const struct config_option *o, const struct config *config, char *why, size_t size)
{
	static const char *const enable[] = { "yes", "no", "auto" };
	static const char *const backend[] = { "libiio", "sysfs", "auto" };
	struct matrix matrix;

	if (!strcmp(o->key, "enable"))
		return check_choice(config->sensors, enable, why, size);
	if (!strcmp(o->key, "backend"))
		return check_choice(config->backend, backend, why, size);
	if (!strcmp(o->key, "always"))
		return check_classes(&config->always, why, size);
	if (!strcmp(o->key, "mount-matrix") && config->mount_matrix[0])
		return matrix_parse(config->mount_matrix, &matrix, why, size);
	return 0;
}

static int check_source(const char *s, char *why, size_t size)
{
	if (!strcmp(s, "evdev") || (!strncmp(s, "evemu:", 6) && s[6]))
		return 0;
	if (!strncmp(s, "peer:", 5))
		return (peer_is_served(s + 5) ? link_check_listen(s + 5, why, size)
					      : link_check_endpoint(s + 5, why, size)) < 0
			       ? -EINVAL
			       : 0;
	snprintf(why, size, "expected evdev, evemu:FILE[,fast] or peer:ENDPOINT, not '%s'", s);
	return -EINVAL;
}

static int check_machine(const struct config_option *o, const struct config *config, char *why, size_t size)
{
	uint16_t keys[CHORD_KEYS_MAX];
	enum log_level level;
	unsigned count;

	if (!strcmp(o->key, "log-level") && log_level_parse(config->log_level, &level) < 0) {
		snprintf(why, size, "expected error, warning, info or debug, not '%s'", config->log_level);
		return -EINVAL;
	}
	if (!strcmp(o->key, "xenstore") && strcmp(config->xenstore, "auto") &&
	    strcmp(config->xenstore, "yes") && strcmp(config->xenstore, "no")) {
		snprintf(why, size, "expected yes, no or auto, not '%s'", config->xenstore);
		return -EINVAL;
	}
	if (!strcmp(o->key, "control") && (!config->control[0] || strlen(config->control) > 107)) {
		snprintf(why, size, "expected a path of 1 to 107 bytes");
		return -EINVAL;
	}
	if (!strcmp(o->key, "listen"))
		for (unsigned i = 0; i < config->listen.count; i++)
			if (link_check_listen(config->listen.items[i], why, size) < 0)
				return -EINVAL;
	if (!strcmp(o->key, "source"))
		for (unsigned i = 0; i < config->source.count; i++)
			if (check_source(config->source.items[i], why, size) < 0)
				return -EINVAL;
	if (!strcmp(o->key, "panic-chord") && config->panic_chord[0])
		return config_parse_keys(config->panic_chord, keys, &count, why, size);
	return 0;
}

static bool is_dom0(const char *domain)
{
	return !strcmp(domain, "0") || !strcasecmp(domain, "dom0") || !strcasecmp(domain, "Domain-0");
}

/* ---- guests ---- */

static int check_guest(const struct config_option *o, const struct config_guest *guest, char *why,
		       size_t size)
{
	struct policy_guest policy = { 0 };
	uint32_t mask;

	if (!strcmp(o->key, "link"))
		return policy_parse_link(&policy, guest->link, why, size);
	if (!strcmp(o->key, "classes"))
		for (unsigned i = 0; i < guest->classes.count; i++)
			if (class_parse(guest->classes.items[i], &mask) < 0) {
				snprintf(
					why, size,
					"there is no class '%s'; `xenhub devices` shows those of the devices",
					guest->classes.items[i]);
				return -EINVAL;
			}
	if (!strcmp(o->key, "devices"))
		for (unsigned i = 0; i < guest->devices.count; i++)
			if (policy_check_pattern(guest->devices.items[i], why, size) < 0)
				return -EINVAL;
	if (!strcmp(o->key, "sensors"))
		for (unsigned i = 0; i < guest->sensors.count; i++)
			if (policy_parse_sensor(&policy.sensors, guest->sensors.items[i], why, size) < 0)
				return -EINVAL;
	return 0;
}

/* What a guest's link is served on; what the daemon listens on anyway needs none. */
static int check_guest_link(const struct config_guest *guest, char *why, size_t size)
{
	struct policy_guest policy = { 0 };
	char endpoint[CONFIG_TEXT_MAX];

	if (policy_parse_link(&policy, guest->link, why, size) < 0)
		return 0; /* told already */
	if (is_dom0(guest->named.name) && policy.link != POLICY_LINK_UNIX) {
		snprintf(why, size, "Dom0 is no guest; for a program here, say link = unix");
		return -EINVAL;
	}
	snprintf(policy.name, sizeof(policy.name), "%s", guest->named.name);
	return guest_endpoint(&policy, endpoint, sizeof(endpoint)) ? link_check_listen(endpoint, why, size)
								   : 0;
}

/* ---- chords ---- */

int config_parse_keys(const char *text, uint16_t keys[CHORD_KEYS_MAX], unsigned *count, char *why,
		      size_t size)
{
	char copy[CONFIG_TEXT_MAX];
	char *rest = copy;
	char *name;

	*count = 0;
	snprintf(copy, sizeof(copy), "%s", text);
	while ((name = strsep(&rest, "+"))) {
		int code = libevdev_event_code_from_name(EV_KEY, name);

		if (code < 0 || *count == CHORD_KEYS_MAX) {
			snprintf(why, size, "expected up to %d names such as KEY_ESC, joined by +, not '%s'",
				 CHORD_KEYS_MAX, text);
			return -EINVAL;
		}
		if (!code_is_key((unsigned)code)) {
			snprintf(why, size, "buttons (BTN_*) cannot be part of a chord: '%s'", name);
			return -EINVAL;
		}
		for (unsigned i = 0; i < *count; i++) {
			if (keys[i] == code) {
				snprintf(why, size, "'%s' is there twice", name);
				return -EINVAL;
			}
		}
		keys[(*count)++] = (uint16_t)code;
	}
	return 0;
}

int config_parse_action(const char *text, enum config_action *action, const char **argument, char *why,
			size_t size)
{
	*argument = "";
	if (!strcmp(text, "panic")) {
		*action = CONFIG_ACTION_PANIC;
	} else if (!strcmp(text, "focus next")) {
		*action = CONFIG_ACTION_FOCUS_NEXT;
	} else if (!strncmp(text, "focus ", 6)) {
		*action = CONFIG_ACTION_FOCUS;
		*argument = text + 6 + strspn(text + 6, " ");
	} else if (!strncmp(text, "run ", 4)) {
		*action = CONFIG_ACTION_RUN;
		*argument = text + 4 + strspn(text + 4, " ");
	} else {
		snprintf(why, size, "expected focus NAME, focus next, panic or run COMMAND, not '%s'", text);
		return -EINVAL;
	}
	return 0;
}

static int check_chord(const struct config_option *o, const struct config_chord *chord, char *why,
		       size_t size)
{
	uint16_t keys[CHORD_KEYS_MAX];
	enum config_action action;
	const char *argument;
	unsigned count;

	if (!strcmp(o->key, "keys"))
		return config_parse_keys(chord->keys, keys, &count, why, size);
	return config_parse_action(chord->action, &action, &argument, why, size);
}

/* ---- routes ---- */

static int check_route(const struct config_option *o, const struct config_route *route, char *why,
		       size_t size)
{
	const char *domain = !strcmp(o->key, "server") ? route->server : route->client;

	if (is_dom0(domain)) {
		snprintf(why, size,
			 "a route is between two guests; Dom0 serves one by itself, with the endpoint "
			 "vchan:DOMAIN/ROUTE");
		return -EINVAL;
	}
	/* Whether it is there at all is seen at the end. */
	return *domain ? xen_check_domain(domain, why, size) : 0;
}

int config_check_option(const struct config_option *o, const void *base, char *why, size_t size)
{
	int rc = !strcmp(o->section, "sensors") ? check_sensors(o, base, why, size)
		 : !strcmp(o->section, "guest") ? check_guest(o, base, why, size)
		 : !strcmp(o->section, "chord") ? check_chord(o, base, why, size)
		 : !strcmp(o->section, "route") ? check_route(o, base, why, size)
						: check_machine(o, base, why, size);

	return rc < 0 ? -EINVAL : 0;
}

/* ---- all of it ---- */

static bool same_keys(const char *a, const char *b)
{
	uint16_t keys[2][CHORD_KEYS_MAX];
	unsigned count[2], same = 0;
	char why[256];

	if (config_parse_keys(a, keys[0], &count[0], why, sizeof(why)) < 0 ||
	    config_parse_keys(b, keys[1], &count[1], why, sizeof(why)) < 0 || count[0] != count[1])
		return false;
	for (unsigned i = 0; i < count[0]; i++)
		for (unsigned k = 0; k < count[1]; k++)
			same += keys[0][i] == keys[1][k];
	return same == count[0];
}

static bool is_guest(const struct config *config, const char *name)
{
	for (unsigned i = 0; i < config->n_guests; i++)
		if (!strcmp(config->guests[i].named.name, name))
			return true;
	return false;
}

static void check_whole_route(const struct config_route *route, config_complain_fn complain, void *data)
{
	static const char needs[] = "a route needs one: the name or UUID of a domain";
	const struct config_named *n = &route->named;
	char why[256];

	if (!strcmp(n->name, ROUTE_SOURCE))
		complain(data, n->line, "route", n->name, "",
			 "this name is kept for hubs that are sources: peer:vchan:DOMAIN");
	if (!route->server[0])
		complain(data, n->line, "route", n->name, "server", needs);
	if (!route->client[0])
		complain(data, n->line, "route", n->name, "client", needs);
	if (route->server[0] && !strcasecmp(route->server, route->client))
		complain(data, n->line, "route", n->name, "client", "is the server as well");
	else if (route->server[0] && route->client[0] && xen_check_built(why, sizeof(why)) < 0)
		complain(data, n->line, "route", n->name, "server", why);
}

void config_check_whole(const struct config *config, config_complain_fn complain, void *data)
{
	char why[512];

	for (unsigned i = 0; i < config->n_guests; i++) {
		const struct config_guest *guest = &config->guests[i];

		if (check_guest_link(guest, why, sizeof(why)) < 0)
			complain(data, guest->named.line, "guest", guest->named.name, "link", why);
	}
	for (unsigned i = 0; i < config->n_routes; i++)
		check_whole_route(&config->routes[i], complain, data);
	for (unsigned i = 0; i < config->n_chords; i++) {
		const struct config_chord *chord = &config->chords[i];
		const char *target = "";
		enum config_action action = CONFIG_ACTION_PANIC;

		if (!chord->keys[0])
			complain(data, chord->named.line, "chord", chord->named.name, "keys",
				 "a chord needs some");
		if (!chord->action[0])
			complain(data, chord->named.line, "chord", chord->named.name, "action",
				 "a chord needs one");
		else
			config_parse_action(chord->action, &action, &target, why, sizeof(why));
		if (action == CONFIG_ACTION_FOCUS && config->n_guests && !is_guest(config, target)) {
			snprintf(why, sizeof(why), "there is no [guest %s]", target);
			complain(data, chord->named.line, "chord", chord->named.name, "action", why);
		}
		if (same_keys(chord->keys, config->panic_chord))
			complain(data, chord->named.line, "chord", chord->named.name, "keys",
				 "these are those of [input] panic-chord");
		for (unsigned k = 0; k < i; k++) {
			if (!same_keys(chord->keys, config->chords[k].keys))
				continue;
			snprintf(why, sizeof(why), "these are those of [chord %s] on line %u",
				 config->chords[k].named.name, config->chords[k].named.line);
			complain(data, chord->named.line, "chord", chord->named.name, "keys", why);
		}
	}
}
