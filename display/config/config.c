/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/config/config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "display/net/pin.h"
#include "display/present/kind.h"
#include "hub/core/inifile.h"
#include "hub/core/log.h"
#include "hub/core/text.h"
#include "hub/link/link.h"

enum kind {
	KIND_TEXT,
	KIND_BOOL,
	KIND_INT,
	KIND_CHOICE, /* `choices`, in the order of an enum */
	KIND_ROTATION,
	KIND_SIZE,
};

struct option {
	const char *section, *key;
	enum kind kind;
	size_t offset;
	const char *value;
	const char *choices;
	long min, max;
	const char *help;
};

#define AT(member) offsetof(struct config, member)
#define IN(member) offsetof(struct config_connection, member)
#define CONNECTION "connection"
#define SCALES     "fit fill integer none"
#define ENCODINGS  "auto raw hextile zrle tight"
#define MOUNTS     "0 90 180 270"

static const struct option options[] = {
	{ "display", "rotate", KIND_ROTATION, AT(rotate), "0", NULL, 0, 0,
	  "turns the picture clockwise: 0, 90, 180, 270, or auto to follow the hub's orientation" },
	{ "display", "mounted", KIND_CHOICE, AT(mounted), "0", MOUNTS, 0, 0,
	  "with auto: the rotation that is upright while the orientation is \"normal\"" },
	{ "display", "scale", KIND_CHOICE, AT(scale), "fit", SCALES, 0, 0,
	  "fit, fill, integer (whole factors), or none (one to one)" },
	{ "display", "fullscreen", KIND_BOOL, AT(fullscreen), "yes", NULL, 0, 0,
	  "the whole screen, keys included" },
	{ "display", "windowed", KIND_SIZE, AT(windowed_w), "", NULL, 0, 0,
	  "WxH: a window of that size instead" },
	{ "display", "output", KIND_TEXT, AT(output), "", NULL, 0, 0,
	  "which screen: its number from 0, or a part of its name" },
	{ "display", "present", KIND_CHOICE, AT(present), "auto", PRESENT_KIND_NAMES, 0, 0,
	  "auto, surface, stream or gpu: how pixels get into the window" },
	{ "display", "resize-remote", KIND_BOOL, AT(resize_remote), "no", NULL, 0, 0,
	  "ask the server for a picture of our size, where it can" },
	{ "display", "stats", KIND_BOOL, AT(stats), "no", NULL, 0, 0,
	  "show frame rate, latencies and bytes" },
	{ "display", "indicators", KIND_CHOICE, AT(indicators), "auto", "auto always never", 0, 0,
	  "battery, link, rotation lock and caps on the screen" },
	{ "display", "quit-key", KIND_BOOL, AT(may_quit), "yes", NULL, 0, 0,
	  "whether Ctrl+Alt+Shift+Q ends the program" },
	{ "display", "font", KIND_TEXT, AT(font), "", NULL, 0, 0,
	  "a TrueType file; otherwise a usual one is looked for" },
	{ "display", "log-level", KIND_TEXT, AT(log_level), "info", NULL, 0, 0,
	  "error, warning, info or debug" },
	{ "hub", "link", KIND_TEXT, AT(hub), "", NULL, 0, 0,
	  "the hub: auto (in a guest: what Dom0 has for it), unix:PATH, tcp:ADDRESS:PORT or channel:NAME" },
	{ "hub", "input", KIND_CHOICE, AT(input), "sdl", "sdl hub", 0, 0,
	  "whose devices count: the window's or the hub's" },
	{ "touch", "long-press-ms", KIND_INT, AT(long_press_ms), "600", NULL, 0, 10000,
	  "a finger that rests so long is a right click; 0: never" },
	{ "touch", "slop", KIND_INT, AT(slop_px), "10", NULL, 0, 200,
	  "pixels that a finger may tremble in a tap" },
	{ "touch", "scroll-step", KIND_INT, AT(scroll_px), "24", NULL, 1, 1000,
	  "pixels of two fingers for one wheel step" },
	{ "touch", "natural-scroll", KIND_BOOL, AT(natural_scroll), "yes", NULL, 0, 0,
	  "the picture follows the fingers" },
	{ "pen", "eraser", KIND_CHOICE, AT(eraser), "middle", "middle left right none", 0, 0,
	  "the button that a pen's other end is" },
	{ "keyboard", "layout", KIND_TEXT, AT(layout), "", NULL, 0, 0,
	  "XKB layout; XKB_DEFAULT_LAYOUT or us without" },
	{ "keyboard", "variant", KIND_TEXT, AT(variant), "", NULL, 0, 0, "XKB variant" },
	{ "keyboard", "options", KIND_TEXT, AT(xkb_options), "", NULL, 0, 0, "XKB options" },
	{ "keyboard", "repeat-delay-ms", KIND_INT, AT(repeat_delay_ms), "500", NULL, 0, 10000,
	  "0: keys do not repeat" },
	{ "keyboard", "repeat-interval-ms", KIND_INT, AT(repeat_interval_ms), "33", NULL, 5, 1000,
	  "between two repeats" },
	{ CONNECTION, "uri", KIND_TEXT, IN(uri), "", NULL, 0, 0,
	  "vnc://HOST[:PORT] or vnc+unix:PATH; for SPICE spice://HOST:PORT, spice+tls://HOST:PORT or "
	  "spice+unix:PATH" },
	{ CONNECTION, "username", KIND_TEXT, IN(username), "", NULL, 0, 0, "where the server asks for one" },
	{ CONNECTION, "password-file", KIND_TEXT, IN(password_file), "", NULL, 0, 0,
	  "its first line is the password; not to be readable by others" },
	{ CONNECTION, "tls", KIND_BOOL, IN(tls), "no", NULL, 0, 0,
	  "refuse a server that talks in the clear" },
	{ CONNECTION, "ca", KIND_TEXT, IN(ca), "", NULL, 0, 0, "PEM file of the authority to believe" },
	{ CONNECTION, "pin", KIND_TEXT, IN(pin), "", NULL, 0, 0,
	  "SHA-256 of the server's certificate: believe it alone" },
	{ CONNECTION, "host-subject", KIND_TEXT, IN(host_subject), "", NULL, 0, 0,
	  "of SPICE: the certificate is to have this subject instead of the host's name" },
	{ CONNECTION, "encoding", KIND_CHOICE, IN(encoding), "auto", ENCODINGS, 0, 0,
	  "of VNC: auto, raw, hextile, zrle or tight" },
	{ CONNECTION, "quality", KIND_INT, IN(quality), "8", NULL, -1, 9,
	  "of JPEG in tight, the best in auto: 0 to 9; -1 lossless" },
	{ CONNECTION, "view-only", KIND_BOOL, IN(view_only), "no", NULL, 0, 0, "send no input" },
	{ CONNECTION, "clipboard", KIND_BOOL, IN(clipboard), "no", NULL, 0, 0, "exchange texts, both ways" },
};

#define OPTIONS_COUNT (sizeof(options) / sizeof(options[0]))

static int set_choice(int *member, const char *choices, const char *value, char *why, size_t size)
{
	size_t length = strlen(value);
	int index = 0;

	for (const char *at = choices; *at; index++) {
		size_t n = strcspn(at, " ");

		if (n == length && !strncmp(at, value, n)) {
			*member = index;
			return 0;
		}
		at += n;
		at += strspn(at, " ");
	}
	snprintf(why, size, "expected one of: %s; not '%s'", choices, value);
	return -EINVAL;
}

static int set_bool(bool *member, const char *value, char *why, size_t size)
{
	int index;

	if (set_choice(&index, "no yes false true 0 1", value, why, size) < 0) {
		snprintf(why, size, "expected yes or no, not '%s'", value);
		return -EINVAL;
	}
	*member = index % 2;
	return 0;
}

static int set_size(struct config *config, const char *value, char *why, size_t size)
{
	int w, h, end = 0;

	if (!*value)
		return 0;
	if (sscanf(value, "%5dx%5d%n", &w, &h, &end) != 2 || value[end] || w < 16 || h < 16 ||
	    w > VIEW_SIDE_MAX || h > VIEW_SIDE_MAX) {
		snprintf(why, size, "expected WIDTHxHEIGHT, as 1280x800, not '%s'", value);
		return -EINVAL;
	}
	config->windowed_w = w;
	config->windowed_h = h;
	config->windowed_given = true;
	config->fullscreen = false;
	return 0;
}

static int set_option(const struct option *o, void *base, const char *value, char *why, size_t size)
{
	void *member = (char *)base + o->offset;
	long number;

	switch (o->kind) {
	case KIND_TEXT:
		if (strlen(value) >= CONFIG_TEXT_MAX) {
			snprintf(why, size, "longer than %d bytes", CONFIG_TEXT_MAX - 1);
			return -EINVAL;
		}
		memcpy(member, value, strlen(value) + 1);
		return 0;
	case KIND_BOOL:
		return set_bool(member, value, why, size);
	case KIND_INT:
		if (text_to_long(value, 10, o->min, o->max, &number) < 0) {
			snprintf(why, size, "expected a number from %ld to %ld, not '%s'", o->min, o->max,
				 value);
			return -EINVAL;
		}
		*(long *)member = number;
		return 0;
	case KIND_CHOICE:
		return set_choice(member, o->choices, value, why, size);
	case KIND_ROTATION:
		if (!strcmp(value, "auto")) {
			*(int *)member = ROTATE_AUTO;
			return 0;
		}
		if (set_choice(member, MOUNTS, value, why, size) == 0)
			return 0;
		snprintf(why, size, "expected 0, 90, 180, 270 or auto, not '%s'", value);
		return -EINVAL;
	case KIND_SIZE:
		return set_size(base, value, why, size);
	}
	return -EINVAL;
}

/* What the table's kinds cannot say. */
static int check(const struct option *o, const char *value, char *why, size_t size)
{
	uint8_t pin[PIN_BYTES];
	enum log_level level;
	struct uri uri;

	if (!*value)
		return 0;
	if (!strcmp(o->key, "uri"))
		return uri_parse(&uri, value, why, size) < 0 ? -EINVAL : 0;
	if (!strcmp(o->key, "link"))
		return link_check_endpoint(value, why, size) < 0 ? -EINVAL : 0;
	if (!strcmp(o->key, "pin") && pin_parse(pin, value) < 0) {
		snprintf(why, size, "expected the SHA-256 of a certificate, 64 hex digits");
		return -EINVAL;
	}
	if (!strcmp(o->key, "log-level") && log_level_parse(value, &level) < 0) {
		snprintf(why, size, "expected error, warning, info or debug, not '%s'", value);
		return -EINVAL;
	}
	return 0;
}

static int set(const char *section, void *base, const char *key, const char *value, char *why, size_t size)
{
	bool known = false;

	for (size_t i = 0; i < OPTIONS_COUNT; i++) {
		const struct option *o = &options[i];

		if (strcmp(o->section, section))
			continue;
		known = true;
		if (strcmp(o->key, key))
			continue;
		return set_option(o, base, value, why, size) < 0 ? -EINVAL : check(o, value, why, size);
	}
	snprintf(why, size, "no such %s; see xenhub-display --help-config",
		 known ? "option here" : "section");
	return -EINVAL;
}

int config_set(struct config *config, const char *section, const char *key, const char *value, char *why,
	       size_t size)
{
	return set(section, config, key, value, why, size);
}

int config_set_connection(struct config_connection *connection, const char *key, const char *value, char *why,
			  size_t size)
{
	return set(CONNECTION, connection, key, value, why, size);
}

static void set_defaults(const char *section, bool same, void *base)
{
	char why[256];

	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		if (!strcmp(options[i].section, section) == same)
			set_option(&options[i], base, options[i].value, why, sizeof(why));
}

void config_init(struct config *config)
{
	memset(config, 0, sizeof(*config));
	set_defaults(CONNECTION, false, config);
}

struct config_connection *config_add_connection(struct config *config, const char *name)
{
	struct config_connection *connection;

	if (config->connection_count == CONFIG_CONNECTIONS_MAX)
		return NULL;
	connection = &config->connections[config->connection_count++];
	memset(connection, 0, sizeof(*connection));
	set_defaults(CONNECTION, true, connection);
	text_copy(connection->name, sizeof(connection->name), name, strlen(name));
	return connection;
}

struct load {
	struct config *config;
	struct inifile file;
	unsigned seen[OPTIONS_COUNT];    /* the line of each option outside connections */
	unsigned seen_in[OPTIONS_COUNT]; /* and of the connection being read */
	const struct config_connection *seen_which;
};

/* [connection NAME]: an option of that connection, which is made by its first one. */
static struct config_connection *find_connection(struct load *load, const char *section, char *why,
						 size_t size)
{
	const char *name = inifile_section_name(section, CONNECTION);
	struct config_connection *connection;

	if (!*name || strlen(name) >= sizeof(connection->name)) {
		snprintf(why, size, "write [connection NAME], with a name of 1 to %zu bytes",
			 sizeof(connection->name) - 1);
		return NULL;
	}
	for (unsigned i = 0; i < load->config->connection_count; i++)
		if (!strcmp(load->config->connections[i].name, name))
			return &load->config->connections[i];
	connection = config_add_connection(load->config, name);
	if (connection)
		connection->line = load->file.line;
	else
		snprintf(why, size, "more than %d connections", CONFIG_CONNECTIONS_MAX);
	return connection;
}

static bool given_before(struct load *load, unsigned *seen, const char *section, const char *key, char *why,
			 size_t size)
{
	for (size_t i = 0; i < OPTIONS_COUNT; i++) {
		if (strcmp(options[i].section, section) || strcmp(options[i].key, key))
			continue;
		if (seen[i]) {
			snprintf(why, size, "given on line %u already", seen[i]);
			return true;
		}
		seen[i] = load->file.line;
	}
	return false;
}

static void on_option(void *user, const char *section, const char *key, const char *value)
{
	struct config_connection *connection = NULL;
	struct load *load = user;
	struct inifile *file = &load->file;
	char why[512];

	if (!inifile_section_name(section, CONNECTION)) {
		if (given_before(load, load->seen, section, key, why, sizeof(why)) ||
		    config_set(load->config, section, key, value, why, sizeof(why)) < 0)
			inifile_complain(file, file->line, section, key, why);
		return;
	}
	connection = find_connection(load, section, why, sizeof(why));
	if (connection && connection != load->seen_which) {
		memset(load->seen_in, 0, sizeof(load->seen_in));
		load->seen_which = connection;
	}
	if (!connection || given_before(load, load->seen_in, CONNECTION, key, why, sizeof(why)) ||
	    config_set_connection(connection, key, value, why, sizeof(why)) < 0)
		inifile_complain(file, file->line, section, key, why);
}

int config_load(struct config *config, const char *path, FILE *errors)
{
	static const struct inifile_callbacks callbacks = { .option = on_option };
	struct load load = { .config = config };
	int rc = inifile_read(&load.file, path, errors, &callbacks, &load);

	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < config->connection_count; i++) {
		const struct config_connection *connection = &config->connections[i];

		if (!connection->uri[0] && !load.file.n_errors)
			inifile_complain(&load.file, connection->line, connection->name, "uri",
					 "missing: every connection needs one");
	}
	return load.file.n_errors ? -EINVAL : 0;
}

void config_print_help(FILE *out)
{
	const char *section = "";

	for (size_t i = 0; i < OPTIONS_COUNT; i++) {
		const struct option *o = &options[i];

		if (strcmp(section, o->section))
			fprintf(out, "%s[%s%s]\n", *section ? "\n" : "", o->section,
				strcmp(o->section, CONNECTION) ? "" : " NAME");
		section = o->section;
		fprintf(out, "# %s\n#%s = %s\n", o->help, o->key, o->value);
	}
}
