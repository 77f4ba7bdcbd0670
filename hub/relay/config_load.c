/* The file: inih's lines into config.c's options, and each error with its place. */
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <string.h>

#include "hub/relay/config.h"

struct load {
	struct config *config;
	const char *path;
	FILE *in, *errors;
	unsigned line, n_errors;
	struct config_route *route; /* of the section; NULL in [relay] and in what is wrong */
	bool in_relay;
	bool too_long;
	char seen[32][32]; /* keys of this section */
	unsigned n_seen;
};

static void complain_at(struct load *l, unsigned line, const char *section, const char *key, const char *why)
{
	if (l->n_errors++ < CONFIG_ERRORS_MAX)
		fprintf(l->errors, "%s:%u: [%s]%s%s: %s\n", l->path, line, section, *key ? " " : "", key,
			why);
}

static void complain_whole(void *data, const struct config_route *route, const char *key, const char *why)
{
	struct load *l = data;
	char section[CONFIG_NAME_MAX + 16];

	if (!route) {
		l->n_errors++;
		fprintf(l->errors, "%s: %s\n", l->path, why);
		return;
	}
	snprintf(section, sizeof(section), "route %s", route->name);
	complain_at(l, route->line, section, key, why);
}

static bool name_is_sound(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.", *p))
			return false;
	return *name && strlen(name) <= CONFIG_NAME_MAX;
}

/* Sections without options count, too, and inih does not tell of those. */
static void begin_section(struct load *l, const char *line)
{
	char section[2 * CONFIG_NAME_MAX], why[128];
	const char *name = section + 5;
	size_t n = strcspn(line, "]");

	l->route = NULL;
	l->in_relay = false;
	l->n_seen = 0;
	if (line[n] != ']' || n >= sizeof(section)) {
		complain_at(l, l->line, "", "", "a section is [relay] or [route NAME]");
		return;
	}
	memcpy(section, line, n);
	section[n] = '\0';
	if (!strcmp(section, "relay")) {
		l->in_relay = true;
		return;
	}
	if (strncmp(section, "route", 5) || (*name && *name != ' ' && *name != '\t')) {
		complain_at(l, l->line, section, "", "no such section; see xenhub-relay --help-config");
		return;
	}
	name += strspn(name, " \t");
	if (!name_is_sound(name)) {
		complain_at(l, l->line, section, "",
			    "a name belongs into the brackets, of letters, digits and -_.: [route NAME]");
		return;
	}
	for (unsigned i = 0; i < l->config->n_routes; i++) {
		if (!strcmp(l->config->routes[i].name, name)) {
			snprintf(why, sizeof(why), "is on line %u already: one section each",
				 l->config->routes[i].line);
			complain_at(l, l->line, section, "", why);
			return;
		}
	}
	l->route = config_add_route(l->config, name, l->line);
	if (!l->route) {
		snprintf(why, sizeof(why), "more than %d routes", CONFIG_ROUTES_MAX);
		complain_at(l, l->line, section, "", why);
	}
}

/* inih does not tell its handler the line: it is counted where lines are read. */
static char *read_line(char *buf, int size, void *stream)
{
	struct load *l = stream;
	char *line = fgets(buf, size, l->in);

	if (!line)
		return NULL;
	l->line++;
	if (!strchr(line, '\n') && !feof(l->in)) {
		int c;

		while ((c = fgetc(l->in)) != EOF && c != '\n')
			;
		l->too_long = true;
	}
	if (*line == '[')
		begin_section(l, line + 1);
	return line;
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

static int on_option(void *data, const char *section, const char *key, const char *value)
{
	struct load *l = data;
	char why[512];

	if (l->too_long) {
		l->too_long = false;
		complain_at(l, l->line, section, key, "the line is too long");
	} else if (!*section) {
		complain_at(l, l->line, section, key, "belongs into a section: [relay] or [route NAME]");
	} else if (!l->route && !l->in_relay) {
		return 1; /* the section was complained about */
	} else if (seen_before(l, key)) {
		complain_at(l, l->line, section, key, "is given twice");
	} else if (config_set(l->config, l->route, key, value, why, sizeof(why)) < 0) {
		complain_at(l, l->line, section, key, why);
	}
	return 1;
}

int config_load(struct config *config, const char *path, FILE *errors)
{
	struct load l = { .config = config, .path = path, .errors = errors };
	int rc;

	l.in = fopen(path, "re");
	if (!l.in)
		return -errno;
	rc = ini_parse_stream(read_line, &l, on_option, &l);
	if (ferror(l.in))
		rc = -EIO;
	fclose(l.in);
	if (rc > 0)
		fprintf(errors, "%s:%d: expected [section] or key = value\n", path, rc);
	/* What is wrong by itself was told; what is wrong together only makes sense without that. */
	if (rc >= 0 && !rc && !l.n_errors)
		config_check(config, complain_whole, &l);
	return rc > 0 || l.n_errors ? -EINVAL : rc;
}
