#include "hub/daemon/config.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/log.h"
#include "hub/core/text.h"
#include "hub/link/link.h"
#include "sensors/claims.h"
#include "sensors/matrix.h"

enum kind {
	KIND_TEXT,
	KIND_BOOL,
	KIND_INT,
	KIND_LIST,
};

struct option {
	const char *section;
	const char *key;
	enum kind kind;
	size_t offset;
	const char *value;
	long min, max;
	const char *help;
};

#define OPTION(section, member, key, kind, value, min, max, help)                                                            \
	{ #section, key, KIND_##kind, offsetof(struct config, member), value, min, max, help },

static const struct option options[] = { CONFIG_OPTIONS(OPTION) };

#define OPTIONS_COUNT (sizeof(options) / sizeof(options[0]))

static int set_text(char *dst, const char *value, char *why, size_t size)
{
	if (strlen(value) >= CONFIG_TEXT_MAX) {
		snprintf(why, size, "longer than %d bytes", CONFIG_TEXT_MAX - 1);
		return -EINVAL;
	}
	memcpy(dst, value, strlen(value) + 1);
	return 0;
}

static int set_bool(bool *dst, const char *value, char *why, size_t size)
{
	if (!strcmp(value, "yes") || !strcmp(value, "true") || !strcmp(value, "1")) {
		*dst = true;
	} else if (!strcmp(value, "no") || !strcmp(value, "false") || !strcmp(value, "0")) {
		*dst = false;
	} else {
		snprintf(why, size, "expected yes or no, not '%s'", value);
		return -EINVAL;
	}
	return 0;
}

static void clear_list(struct config_list *list)
{
	while (list->count)
		free(list->items[--list->count]);
	free(list->items);
	list->items = NULL;
}

static int add_item(struct config_list *list, const char *item, size_t n, char *why, size_t size)
{
	char **items;

	if (n >= CONFIG_TEXT_MAX) {
		snprintf(why, size, "an item longer than %d bytes", CONFIG_TEXT_MAX - 1);
		return -EINVAL;
	}
	if (list->count == CONFIG_LIST_MAX) {
		snprintf(why, size, "more than %d items", CONFIG_LIST_MAX);
		return -EINVAL;
	}
	items = realloc(list->items, (list->count + 1) * sizeof(*items));
	if (items)
		list->items = items;
	if (!items || !(items[list->count] = strndup(item, n))) {
		snprintf(why, size, "out of memory");
		return -EINVAL;
	}
	list->count++;
	return 0;
}

static int add_list(struct config_list *list, const char *value, char *why, size_t size)
{
	while (*value) {
		size_t n = strcspn(value, " \t");

		if (n && add_item(list, value, n, why, size) < 0)
			return -EINVAL;
		value += n;
		value += strspn(value, " \t");
	}
	return 0;
}

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

		while (class < SENSOR_CLASSES && strcmp(list->items[i], sensor_class_name((enum sensor_class)class)))
			class ++;
		if (class == SENSOR_CLASSES) {
			snprintf(why, size, "expected light, orientation, proximity, lid or power, not '%s'", list->items[i]);
			return -EINVAL;
		}
	}
	return 0;
}

static int check_sensors(const struct option *o, const struct config *config, char *why, size_t size)
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

/* What the table's kinds cannot say. */
static int check(const struct option *o, const struct config *config, char *why, size_t size)
{
	enum log_level level;

	if (!strcmp(o->section, "sensors"))
		return check_sensors(o, config, why, size);
	if (!strcmp(o->key, "log-level") && log_level_parse(config->log_level, &level) < 0) {
		snprintf(why, size, "expected error, warning, info or debug, not '%s'", config->log_level);
		return -EINVAL;
	}
	if (!strcmp(o->key, "xenstore") && strcmp(config->xenstore, "auto") && strcmp(config->xenstore, "yes") &&
	    strcmp(config->xenstore, "no")) {
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
	if (!strcmp(o->key, "source")) {
		for (unsigned i = 0; i < config->source.count; i++) {
			const char *s = config->source.items[i];

			if (strcmp(s, "evdev") && (strncmp(s, "evemu:", 6) || !s[6])) {
				snprintf(why, size, "expected evdev or evemu:FILE[,fast], not '%s'", s);
				return -EINVAL;
			}
		}
	}
	return 0;
}

static const struct option *find_option(const char *section, const char *key, char *why, size_t size)
{
	bool known_section = false;

	for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
		if (strcmp(options[i].section, section))
			continue;
		known_section = true;
		if (!strcmp(options[i].key, key))
			return &options[i];
	}
	snprintf(why, size, known_section ? "no such option here; see xenhubd --help-config" :
					    "no such section; see xenhubd --help-config");
	return NULL;
}

int config_set(struct config *config, const char *section, const char *key, const char *value, bool first, char *why,
	       size_t size)
{
	const struct option *o = find_option(section, key, why, size);
	void *member;
	long number;
	int rc = 0;

	if (!o)
		return -EINVAL;
	member = (char *)config + o->offset;
	switch (o->kind) {
	case KIND_TEXT:
		rc = set_text(member, value, why, size);
		break;
	case KIND_BOOL:
		rc = set_bool(member, value, why, size);
		break;
	case KIND_INT:
		rc = text_to_long(value, 10, o->min, o->max, &number);
		if (rc < 0)
			snprintf(why, size, "expected a number from %ld to %ld, not '%s'", o->min, o->max, value);
		else
			*(long *)member = number;
		break;
	case KIND_LIST:
		if (first)
			clear_list(member);
		rc = add_list(member, value, why, size);
		break;
	}
	return rc < 0 ? -EINVAL : check(o, config, why, size);
}

int config_add_item(struct config *config, const char *section, const char *key, const char *item, bool first, char *why,
		    size_t size)
{
	const struct option *o = find_option(section, key, why, size);
	struct config_list *list;

	if (!o || o->kind != KIND_LIST)
		return -EINVAL;
	list = (struct config_list *)((char *)config + o->offset);
	if (first)
		clear_list(list);
	if (add_item(list, item, strlen(item), why, size) < 0)
		return -EINVAL;
	return check(o, config, why, size);
}

void config_finish(struct config *config)
{
	for (unsigned i = 0; i < OPTIONS_COUNT; i++)
		if (options[i].kind == KIND_LIST)
			clear_list((struct config_list *)((char *)config + options[i].offset));
}

void config_init(struct config *config)
{
	char why[128];

	memset(config, 0, sizeof(*config));
	for (unsigned i = 0; i < OPTIONS_COUNT; i++)
		config_set(config, options[i].section, options[i].key, options[i].value, true, why, sizeof(why));
}

struct load {
	struct config *config;
	const char *path;
	FILE *in;
	FILE *errors;
	unsigned line;
	unsigned n_errors;
	unsigned seen[OPTIONS_COUNT]; /* the line each option was first given on */
	bool too_long;
};

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
	return line;
}

static void complain(struct load *l, const char *section, const char *key, const char *why)
{
	if (l->n_errors++ < CONFIG_ERRORS_MAX)
		fprintf(l->errors, "%s:%u: [%s] %s: %s\n", l->path, l->line, section, key, why);
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
	for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
		if (strcmp(options[i].section, section) || strcmp(options[i].key, key))
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
	return rc > 0 || l.n_errors ? -EINVAL : rc;
}

void config_print_help(FILE *out)
{
	const char *section = "";

	for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
		const struct option *o = &options[i];

		if (strcmp(section, o->section))
			fprintf(out, "%s[%s]\n", *section ? "\n" : "", o->section);
		section = o->section;
		fprintf(out, "# %s\n#%s = %s\n", o->help, o->key, o->value);
	}
}
