/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/inifile.h"
#include "hub/daemon/config_option.h"
#include "hub/link/route.h"

#define OPTION(in, section, member, key, kind, value, min, max, help)                                        \
	{ #section, key, KIND_##kind, offsetof(struct in, member), value, min, max, help },
#define MACHINE_OPTION(...) OPTION(config, __VA_ARGS__)
#define GUEST_OPTION(...)   OPTION(config_guest, __VA_ARGS__)
#define CHORD_OPTION(...)   OPTION(config_chord, __VA_ARGS__)
#define ROUTE_OPTION(...)   OPTION(config_route, __VA_ARGS__)

static const struct config_option options[] = { CONFIG_OPTIONS(MACHINE_OPTION) CONFIG_GUEST_OPTIONS(
	GUEST_OPTION) CONFIG_CHORD_OPTIONS(CHORD_OPTION) CONFIG_ROUTE_OPTIONS(ROUTE_OPTION) };

#define OPTIONS_COUNT (sizeof(options) / sizeof(options[0]))

/* ---- sections with a name ---- */

/* A kind of section that may be there several times: an array of structures that begin with struct config_named. */
struct kind {
	const char *name;
	size_t size; /* of one */
	unsigned max;
	size_t items, count; /* where struct config has them */
	int (*check_name)(const char *name, char *why, size_t size);
};

static int check_guest_name(const char *name, char *why, size_t size)
{
	if (strcmp(name, "all") && strcmp(name, "none") && strcmp(name, "next"))
		return 0;
	snprintf(why, size, "'%s' means something else to `xenhub focus`; use the domain's UUID", name);
	return -EINVAL;
}

static int check_any_name(const char *name, char *why, size_t size)
{
	return 0;
}

static int check_route_name(const char *name, char *why, size_t size)
{
	return route_check_name(name, strlen(name), why, size);
}

#define KIND(name, max, check)                                                                               \
	{                                                                                                    \
#name, sizeof(struct config_##name), max, offsetof(struct config, name##s),                  \
			offsetof(struct config, n_##name##s), check                                          \
	}

static const struct kind kinds[] = {
	KIND(guest, POLICY_GUESTS_MAX, check_guest_name),
	KIND(chord, CONFIG_CHORDS_MAX, check_any_name),
	KIND(route, CONFIG_ROUTES_MAX, check_route_name),
};

#define KINDS_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static char **items_of(const struct config *config, const struct kind *kind)
{
	return (char **)((char *)config + kind->items);
}

static unsigned *count_of(const struct config *config, const struct kind *kind)
{
	return (unsigned *)((char *)config + kind->count);
}

static struct config_named *item_of(const struct config *config, const struct kind *kind, unsigned index)
{
	return (struct config_named *)(*items_of(config, kind) + index * kind->size);
}

/* NULL: options of that section are the machine's. */
static const struct kind *kind_of(const struct config_option *o)
{
	for (unsigned i = 0; i < KINDS_COUNT; i++)
		if (!strcmp(kinds[i].name, o->section))
			return &kinds[i];
	return NULL;
}

/* "guest gui" is [guest NAME] with the name gui. NULL: no section with a name. */
static const struct kind *find_kind(const char *section, const char **name)
{
	for (unsigned i = 0; i < KINDS_COUNT; i++) {
		size_t n = strlen(kinds[i].name);

		if (strncmp(section, kinds[i].name, n) ||
		    (section[n] != ' ' && section[n] != '\t' && section[n] != '\0'))
			continue;
		*name = section + n + strspn(section + n, " \t");
		return &kinds[i];
	}
	return NULL;
}

static int check_name(const struct kind *kind, const char *name, char *why, size_t size)
{
	if (!*name) {
		snprintf(why, size, "a name belongs into the brackets: [%s NAME]", kind->name);
		return -EINVAL;
	}
	if (strlen(name) > CONFIG_SECTION_NAME_MAX) {
		snprintf(why, size, "a name of more than %d bytes: use the domain's UUID",
			 CONFIG_SECTION_NAME_MAX);
		return -EINVAL;
	}
	for (const char *p = name; *p; p++) {
		if (iscntrl((unsigned char)*p) || *p == '/') {
			snprintf(why, size, "a name has no slash and no control character");
			return -EINVAL;
		}
	}
	return kind->check_name(name, why, size);
}

static void set_defaults(const char *section, void *base)
{
	char why[128];

	for (unsigned i = 0; i < OPTIONS_COUNT; i++)
		if (!strcmp(options[i].section, section))
			config_option_set(&options[i], base, options[i].value, true, why, sizeof(why));
}

/* A UUID is the same in any case: one of its spellings stands for all. */
static void fold_uuid(char *name)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(name) != strlen(shape))
		return;
	for (unsigned i = 0; shape[i]; i++)
		if (shape[i] == '-' ? name[i] != '-' : !isxdigit((unsigned char)name[i]))
			return;
	for (; *name; name++)
		*name = (char)tolower((unsigned char)*name);
}

/* Finds the structure of the section, or makes it. NULL with the reason in why. made: whether it is new; may
 * be NULL. */
static struct config_named *find_named(struct config *config, const char *section, unsigned line, bool *made,
				       char *why, size_t size)
{
	const char *given;
	const struct kind *kind = find_kind(section, &given);
	unsigned *count = count_of(config, kind);
	char name[CONFIG_SECTION_NAME_MAX + 1];
	struct config_named *named;
	char *grown;

	if (check_name(kind, given, why, size) < 0)
		return NULL;
	memcpy(name, given, strlen(given) + 1);
	fold_uuid(name);
	if (made)
		*made = false;
	for (unsigned i = 0; i < *count; i++)
		if (!strcmp(item_of(config, kind, i)->name, name))
			return item_of(config, kind, i);
	if (made)
		*made = true;
	if (*count == kind->max) {
		snprintf(why, size, "more than %u sections of this kind", kind->max);
		return NULL;
	}
	grown = realloc(*items_of(config, kind), (*count + 1) * kind->size);
	if (!grown) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	*items_of(config, kind) = grown;
	named = memset(item_of(config, kind, (*count)++), 0, kind->size);
	memcpy(named->name, name, strlen(name) + 1);
	named->line = line;
	set_defaults(kind->name, named);
	return named;
}

static bool section_is_named(const char *section)
{
	const char *name;

	return find_kind(section, &name) != NULL;
}

static bool belongs(const struct config_option *o, const char *section)
{
	const struct kind *kind = kind_of(o);
	const char *name;

	return kind ? find_kind(section, &name) == kind : !strcmp(o->section, section);
}

static const struct config_option *find_option(const char *section, const char *key, char *why, size_t size)
{
	bool known_section = false;

	for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
		if (!belongs(&options[i], section))
			continue;
		known_section = true;
		if (!strcmp(options[i].key, key))
			return &options[i];
	}
	snprintf(why, size,
		 known_section ? "no such option here; see xenhubd --help-config"
			       : "no such section; see xenhubd --help-config");
	return NULL;
}

int config_set(struct config *config, const char *section, const char *key, const char *value, bool first,
	       char *why, size_t size)
{
	const struct config_option *o = find_option(section, key, why, size);
	void *base = config;

	if (!o)
		return -EINVAL;
	if (kind_of(o) && !(base = find_named(config, section, 0, NULL, why, size)))
		return -EINVAL;
	if (config_option_set(o, base, value, first, why, size) < 0)
		return -EINVAL;
	return config_check_option(o, base, why, size);
}

int config_add_item(struct config *config, const char *section, const char *key, const char *item, bool first,
		    char *why, size_t size)
{
	const struct config_option *o = find_option(section, key, why, size);

	if (!o || o->kind != KIND_LIST || kind_of(o))
		return -EINVAL;
	if (config_option_add(o, config, item, first, why, size) < 0)
		return -EINVAL;
	return config_check_option(o, config, why, size);
}

void config_finish(struct config *config)
{
	for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
		const struct kind *kind = kind_of(&options[i]);

		if (!kind)
			config_option_finish(&options[i], config);
		for (unsigned k = 0; kind && k < *count_of(config, kind); k++)
			config_option_finish(&options[i], item_of(config, kind, k));
	}
	for (unsigned i = 0; i < KINDS_COUNT; i++) {
		free(*items_of(config, &kinds[i]));
		*items_of(config, &kinds[i]) = NULL;
		*count_of(config, &kinds[i]) = 0;
	}
}

void config_init(struct config *config)
{
	char why[128];

	memset(config, 0, sizeof(*config));
	for (unsigned i = 0; i < OPTIONS_COUNT; i++)
		if (!kind_of(&options[i]))
			config_option_set(&options[i], config, options[i].value, true, why, sizeof(why));
}

struct load {
	struct config *config;
	struct inifile file;
	unsigned seen[OPTIONS_COUNT]; /* the line each option was first given on; of a section with a name, in
					 this one */
	bool repeated; /* a section that was there before: what is in it has been complained about already */
};

static void complain(struct load *l, const char *section, const char *key, const char *why)
{
	inifile_complain(&l->file, l->file.line, section, key, why);
}

static void complain_whole(void *data, unsigned line, const char *section, const char *name, const char *key,
			   const char *why)
{
	char both[CONFIG_SECTION_NAME_MAX + 16];

	snprintf(both, sizeof(both), "%s %s", section, name);
	inifile_complain(data, line, both, key, why);
}

static void on_section(void *data, const char *section)
{
	struct load *l = data;
	struct config_named *named;
	char why[512];
	bool made;

	l->repeated = false;
	if (!section || !section_is_named(section))
		return;
	for (unsigned i = 0; i < OPTIONS_COUNT; i++)
		if (kind_of(&options[i]))
			l->seen[i] = 0;
	named = find_named(l->config, section, l->file.line, &made, why, sizeof(why));
	if (!named) {
		complain(l, section, "", why);
	} else if (!made) {
		snprintf(why, sizeof(why), "is on line %u already: one section each", named->line);
		complain(l, section, "", why);
	}
	l->repeated = !named || !made;
}

static void on_option(void *data, const char *section, const char *key, const char *value)
{
	struct load *l = data;
	char why[512];
	bool first = true;

	if (l->repeated && section_is_named(section))
		return;
	for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
		if (!belongs(&options[i], section) || strcmp(options[i].key, key))
			continue;
		if (l->seen[i] && options[i].kind != KIND_LIST) {
			snprintf(why, sizeof(why), "given on line %u already", l->seen[i]);
			complain(l, section, key, why);
			return;
		}
		first = !l->seen[i];
		l->seen[i] = l->file.line;
	}
	if (config_set(l->config, section, key, value, first, why, sizeof(why)) < 0)
		complain(l, section, key, why);
}

int config_load(struct config *config, const char *path, FILE *errors)
{
	static const struct inifile_callbacks callbacks = { .section = on_section, .option = on_option };
	struct load l = { .config = config };
	int rc = inifile_read(&l.file, path, errors, &callbacks, &l);

	if (rc < 0)
		return rc;
	config_check_whole(config, complain_whole, &l.file);
	return l.file.n_errors ? -EINVAL : 0;
}

void config_print_help(FILE *out)
{
	const char *section = "";

	for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
		const struct config_option *o = &options[i];

		/* A name has to be thought of: as they stand here they are no sections yet. */
		if (strcmp(section, o->section))
			fprintf(out, "%s%s[%s%s]\n", *section ? "\n" : "", kind_of(o) ? "#" : "", o->section,
				kind_of(o) ? " NAME" : "");
		section = o->section;
		fprintf(out, "# %s\n#%s = %s\n", o->help, o->key, o->value);
	}
}
