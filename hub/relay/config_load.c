/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file into config.c's options, and each error with its place. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "hub/core/inifile.h"
#include "hub/relay/config.h"

struct load {
	struct config *config;
	struct inifile file;
	struct config_route *route; /* of the section; NULL in [relay] and in what is wrong */
	bool in_relay;
	char seen[32][32]; /* keys of this section */
	unsigned n_seen;
};

static void complain(struct load *l, const char *section, const char *key, const char *why)
{
	inifile_complain(&l->file, l->file.line, section, key, why);
}

static void complain_whole(void *data, const struct config_route *route, const char *key, const char *why)
{
	struct load *l = data;
	char section[CONFIG_NAME_MAX + 16];

	if (!route) {
		l->file.n_errors++;
		fprintf(l->file.errors, "%s: %s\n", l->file.path, why);
		return;
	}
	snprintf(section, sizeof(section), "route %s", route->name);
	inifile_complain(&l->file, route->line, section, key, why);
}

static bool name_is_sound(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.", *p))
			return false;
	return *name && strlen(name) <= CONFIG_NAME_MAX;
}

static void on_section(void *data, const char *section)
{
	struct load *l = data;
	const char *name;
	char why[128];

	l->route = NULL;
	l->in_relay = false;
	l->n_seen = 0;
	if (!section) {
		complain(l, "", "", "a section is [relay] or [route NAME]");
		return;
	}
	if (!strcmp(section, "relay")) {
		l->in_relay = true;
		return;
	}
	name = inifile_section_name(section, "route");
	if (!name) {
		complain(l, section, "", "no such section; see xenhub-relay --help-config");
		return;
	}
	if (!name_is_sound(name)) {
		complain(l, section, "",
			 "a name belongs into the brackets, of letters, digits and -_.: [route NAME]");
		return;
	}
	for (unsigned i = 0; i < l->config->n_routes; i++) {
		if (!strcmp(l->config->routes[i].name, name)) {
			snprintf(why, sizeof(why), "is on line %u already: one section each",
				 l->config->routes[i].line);
			complain(l, section, "", why);
			return;
		}
	}
	l->route = config_add_route(l->config, name, l->file.line);
	if (!l->route) {
		snprintf(why, sizeof(why), "more than %d routes", CONFIG_ROUTES_MAX);
		complain(l, section, "", why);
	}
}

static bool seen_before(struct load *l, const char *key)
{
	for (unsigned i = 0; i < l->n_seen; i++)
		if (!strcmp(l->seen[i], key))
			return true;
	if (l->n_seen < sizeof(l->seen) / sizeof(l->seen[0]))
		snprintf(l->seen[l->n_seen++], sizeof(l->seen[0]), "%s", key);
	return false;
}

static void on_option(void *data, const char *section, const char *key, const char *value)
{
	struct load *l = data;
	char why[512];

	if (!*section)
		complain(l, section, key, "belongs into a section: [relay] or [route NAME]");
	else if (!l->route && !l->in_relay)
		return; /* the section was complained about */
	else if (seen_before(l, key))
		complain(l, section, key, "is given twice");
	else if (config_set(l->config, l->route, key, value, why, sizeof(why)) < 0)
		complain(l, section, key, why);
}

int config_load(struct config *config, const char *path, FILE *errors)
{
	static const struct inifile_callbacks callbacks = { .section = on_section, .option = on_option };
	struct load l = { .config = config };
	int rc = inifile_read(&l.file, path, errors, &callbacks, &l);

	if (rc < 0)
		return rc;
	/* What is wrong by itself was told; what is wrong together only makes sense without that. */
	if (!l.file.n_errors)
		config_check(config, complain_whole, &l);
	return l.file.n_errors ? -EINVAL : 0;
}
