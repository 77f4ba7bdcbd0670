#include "hub/daemon/config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "hub/daemon/config_option.h"

#define OPTION(in, section, member, key, kind, value, min, max, help)                                        \
	{ #section, key, KIND_##kind, offsetof(struct in, member), value, min, max, help },
#define MACHINE_OPTION(...) OPTION(config, __VA_ARGS__)
#define GUEST_OPTION(...)   OPTION(config_guest, __VA_ARGS__)
#define CHORD_OPTION(...)   OPTION(config_chord, __VA_ARGS__)

static const struct config_option options[] = { CONFIG_OPTIONS(MACHINE_OPTION) CONFIG_GUEST_OPTIONS(
	GUEST_OPTION) CONFIG_CHORD_OPTIONS(CHORD_OPTION) };

#define OPTIONS_COUNT (sizeof(options) / sizeof(options[0]))

static bool is_named(const struct config_option *o)
{
	return !strcmp(o->section, "guest") || !strcmp(o->section, "chord");
}

/* ---- sections with a name ---- */

/* "guest gui" is [guest NAME] with the name gui. NULL: no such kind of section. */
static const char *name_of(const char *section, const char *kind)
{
	size_t n = strlen(kind);

	if (strncmp(section, kind, n) || (section[n] != ' ' && section[n] != '\t' && section[n] != '\0'))
		return NULL;
	section += n;
	return section + strspn(section, " \t");
}

static int check_name(const char *name, bool guest, char *why, size_t size)
{
	if (!*name) {
		snprintf(why, size, "a name belongs into the brackets: [guest NAME], [chord NAME]");
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
	if (!guest)
		return 0;
	if (!strcmp(name, "all") || !strcmp(name, "none") || !strcmp(name, "next")) {
		snprintf(why, size, "'%s' means something else to `xenhub focus`; use the domain's UUID",
			 name);
		return -EINVAL;
	}
	return 0;
}

static void set_defaults(const char *section, void *base)
{
	char why[128];

	for (unsigned i = 0; i < OPTIONS_COUNT; i++)
		if (!strcmp(options[i].section, section))
			config_option_set(&options[i], base, options[i].value, true, why, sizeof(why));
}

/* Finds the structure of the section, or makes it. NULL with the reason in why. made: whether it is new; may
 * be NULL. */
static void *find_named(struct config *config, const char *section, unsigned line, bool *made, char *why,
			size_t size)
{
	const char *guest = name_of(section, "guest");
	const char *chord = name_of(section, "chord");
	void *grown;

	if (check_name(guest ? guest : chord, guest != NULL, why, size) < 0)
		return NULL;
	if (made)
		*made = false;
	for (unsigned i = 0; guest && i < config->n_guests; i++)
		if (!strcmp(config->guests[i].name, guest))
			return &config->guests[i];
	for (unsigned i = 0; chord && i < config->n_chords; i++)
		if (!strcmp(config->chords[i].name, chord))
			return &config->chords[i];
	if (made)
		*made = true;
	if (guest ? config->n_guests == POLICY_GUESTS_MAX : config->n_chords == CONFIG_CHORDS_MAX) {
		snprintf(why, size, "more than %d sections of this kind",
			 guest ? POLICY_GUESTS_MAX : CONFIG_CHORDS_MAX);
		return NULL;
	}
	grown = guest ? realloc(config->guests, (config->n_guests + 1) * sizeof(*config->guests))
		      : realloc(config->chords, (config->n_chords + 1) * sizeof(*config->chords));
	if (!grown) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	if (guest) {
		struct config_guest *g;

		config->guests = grown;
		g = memset(&config->guests[config->n_guests++], 0, sizeof(*g));
		memcpy(g->name, guest, strlen(guest) + 1);
		g->line = line;
		set_defaults("guest", g);
		return g;
	} else {
		struct config_chord *c;

		config->chords = grown;
		c = memset(&config->chords[config->n_chords++], 0, sizeof(*c));
		memcpy(c->name, chord, strlen(chord) + 1);
		c->line = line;
		set_defaults("chord", c);
		return c;
	}
}

static bool section_is_named(const char *section)
{
	return name_of(section, "guest") || name_of(section, "chord");
}

static bool belongs(const struct config_option *o, const char *section)
{
	return is_named(o) ? name_of(section, o->section) != NULL : !strcmp(o->section, section);
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
	if (is_named(o) && !(base = find_named(config, section, 0, NULL, why, size)))
		return -EINVAL;
	if (config_option_set(o, base, value, first, why, size) < 0)
		return -EINVAL;
	return config_check_option(o, base, why, size);
}

int config_add_item(struct config *config, const char *section, const char *key, const char *item, bool first,
		    char *why, size_t size)
{
	const struct config_option *o = find_option(section, key, why, size);

	if (!o || o->kind != KIND_LIST || is_named(o))
		return -EINVAL;
	if (config_option_add(o, config, item, first, why, size) < 0)
		return -EINVAL;
	return config_check_option(o, config, why, size);
}

void config_finish(struct config *config)
{
	for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
		if (!is_named(&options[i]))
			config_option_finish(&options[i], config);
		for (unsigned k = 0; k < config->n_guests && !strcmp(options[i].section, "guest"); k++)
			config_option_finish(&options[i], &config->guests[k]);
	}
	free(config->guests);
	free(config->chords);
	config->guests = NULL;
	config->chords = NULL;
	config->n_guests = config->n_chords = 0;
}

void config_init(struct config *config)
{
	char why[128];

	memset(config, 0, sizeof(*config));
	for (unsigned i = 0; i < OPTIONS_COUNT; i++)
		if (!is_named(&options[i]))
			config_option_set(&options[i], config, options[i].value, true, why, sizeof(why));
}

struct load {
	struct config *config;
	const char *path;
	FILE *in;
	FILE *errors;
	unsigned line;
	unsigned n_errors;
	unsigned seen[OPTIONS_COUNT]; /* the line each option was first given on; of a section with a name, in
					 this one */
	bool too_long;
	bool repeated; /* a section that was there before: what is in it has been complained about already */
};

static void complain_at(struct load *l, unsigned line, const char *section, const char *key, const char *why)
{
	if (l->n_errors++ < CONFIG_ERRORS_MAX)
		fprintf(l->errors, "%s:%u: [%s]%s%s: %s\n", l->path, line, section, *key ? " " : "", key,
			why);
}

static void complain(struct load *l, const char *section, const char *key, const char *why)
{
	complain_at(l, l->line, section, key, why);
}

static void complain_whole(void *data, unsigned line, const char *section, const char *name, const char *key,
			   const char *why)
{
	char both[CONFIG_SECTION_NAME_MAX + 16];

	snprintf(both, sizeof(both), "%s %s", section, name);
	complain_at(data, line, both, key, why);
}

/* A section without options counts too, and inih does not tell of those. */
static void begin_section(struct load *l, const char *line)
{
	char section[CONFIG_SECTION_NAME_MAX * 2];
	struct config_guest *guest;
	char why[512];
	bool made;
	size_t n = strcspn(line, "]");

	l->repeated = false;
	if (line[n] != ']' || n >= sizeof(section))
		return;
	memcpy(section, line, n);
	section[n] = '\0';
	if (!section_is_named(section))
		return;
	for (unsigned i = 0; i < OPTIONS_COUNT; i++)
		if (is_named(&options[i]))
			l->seen[i] = 0;
	guest = find_named(l->config, section, l->line, &made, why, sizeof(why));
	if (!guest) {
		complain(l, section, "", why);
	} else if (!made) {
		snprintf(why, sizeof(why), "is on line %u already: one section each",
			 name_of(section, "guest") ? guest->line : ((struct config_chord *)guest)->line);
		complain(l, section, "", why);
	}
	l->repeated = !guest || !made;
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

static int on_option(void *data, const char *section, const char *key, const char *value)
{
	struct load *l = data;
	char why[512];
	bool first = true;

	if (l->too_long) {
		l->too_long = false;
		complain(l, section, key, "the line is too long");
		return 1;
	}
	if (l->repeated && section_is_named(section))
		return 1;
	for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
		if (!belongs(&options[i], section) || strcmp(options[i].key, key))
			continue;
		if (l->seen[i] && options[i].kind != KIND_LIST) {
			snprintf(why, sizeof(why), "given on line %u already", l->seen[i]);
			complain(l, section, key, why);
			return 1;
		}
		first = !l->seen[i];
		l->seen[i] = l->line;
	}
	if (config_set(l->config, section, key, value, first, why, sizeof(why)) < 0)
		complain(l, section, key, why);
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
	/* The first line that is neither; what follows a broken section is complained about as well. */
	if (rc > 0)
		fprintf(errors, "%s:%d: expected [section] or key = value\n", path, rc);
	config_check_whole(config, complain_whole, &l);
	return rc > 0 || l.n_errors ? -EINVAL : rc;
}

void config_print_help(FILE *out)
{
	const char *section = "";

	for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
		const struct config_option *o = &options[i];

		/* A name has to be thought of: as they stand here they are no sections yet. */
		if (strcmp(section, o->section))
			fprintf(out, "%s%s[%s%s]\n", *section ? "\n" : "", is_named(o) ? "#" : "", o->section,
				is_named(o) ? " NAME" : "");
		section = o->section;
		fprintf(out, "# %s\n#%s = %s\n", o->help, o->key, o->value);
	}
}
