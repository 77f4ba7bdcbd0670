/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "display/app/exit.h"

enum {
	OPT_ROTATE = 256,
	OPT_FULLSCREEN,
	OPT_WINDOWED,
	OPT_SCALE,
	OPT_PRESENT,
	OPT_ENCODING,
	OPT_OUTPUT,
	OPT_HUB,
	OPT_INPUT,
	OPT_VIEW_ONLY,
	OPT_PASSWORD_FILE,
	OPT_STATS,
	OPT_SCREENSHOT,
	OPT_EXIT_AFTER,
	OPT_LOG_LEVEL,
	OPT_CHECK,
	OPT_HELP_CONFIG,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "rotate", required_argument, NULL, OPT_ROTATE },
	{ "fullscreen", no_argument, NULL, OPT_FULLSCREEN },
	{ "windowed", required_argument, NULL, OPT_WINDOWED },
	{ "scale", required_argument, NULL, OPT_SCALE },
	{ "present", required_argument, NULL, OPT_PRESENT },
	{ "encoding", required_argument, NULL, OPT_ENCODING },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "hub", required_argument, NULL, OPT_HUB },
	{ "input", required_argument, NULL, OPT_INPUT },
	{ "view-only", no_argument, NULL, OPT_VIEW_ONLY },
	{ "password-file", required_argument, NULL, OPT_PASSWORD_FILE },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ "screenshot", required_argument, NULL, OPT_SCREENSHOT },
	{ "exit-after", required_argument, NULL, OPT_EXIT_AFTER },
	{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
	{ "check-config", no_argument, NULL, OPT_CHECK },
	{ "help-config", no_argument, NULL, OPT_HELP_CONFIG },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* Options that are one of the configuration by another name. */
static const struct {
	int option;
	const char *section, *key, *value; /* value: of an option without an argument */
} settings[] = {
	{ OPT_ROTATE, "display", "rotate", NULL },
	{ OPT_FULLSCREEN, "display", "fullscreen", "yes" },
	{ OPT_WINDOWED, "display", "windowed", NULL },
	{ OPT_SCALE, "display", "scale", NULL },
	{ OPT_PRESENT, "display", "present", NULL },
	{ OPT_OUTPUT, "display", "output", NULL },
	{ OPT_HUB, "hub", "link", NULL },
	{ OPT_INPUT, "hub", "input", NULL },
	{ OPT_STATS, "display", "stats", "yes" },
	{ OPT_LOG_LEVEL, "display", "log-level", NULL },
	{ OPT_ENCODING, "connection", "encoding", NULL },
	{ OPT_VIEW_ONLY, "connection", "view-only", "yes" },
	{ OPT_PASSWORD_FILE, "connection", "password-file", NULL },
};

static void print_help(void)
{
	printf("Usage: xenhub-display [OPTION]... [URI]\n"
	       "Shows another domain's screen: vnc://HOST[:PORT], vnc+unix:PATH,\n"
	       "vnc+vchan:@ROUTE, vnc+channel:NAME; spice:// and spice+... likewise.\n"
	       "\n"
	       "  -c, --config FILE      configuration (default " CONFIG_DEFAULT ")\n"
	       "      --rotate ANGLE     0, 90, 180, 270 clockwise; auto: as the tablet is held\n"
	       "      --fullscreen       the whole screen (the default)\n"
	       "      --windowed WxH     a window\n"
	       "      --scale HOW        fit, fill, integer or none\n"
	       "      --present HOW      auto, surface, stream, gpu or gpu-any\n"
	       "      --encoding NAME    auto, raw, hextile, zrle or tight\n"
	       "      --output SCREEN    a number from 0, or a part of the screen's name\n"
	       "      --hub LINK         auto (in a guest), unix:PATH, channel:NAME, ...\n"
	       "      --input FROM       sdl (this window's devices) or hub\n"
	       "      --view-only        send no input\n"
	       "      --password-file F  its first line is the password\n"
	       "      --stats            show frame rate, latencies and bytes\n"
	       "      --screenshot FILE  written at the end, and at SIGUSR1; PNG or BMP\n"
	       "      --exit-after SECS  end by itself\n"
	       "      --log-level LEVEL  error, warning, info or debug\n"
	       "      --check-config     read the configuration, say what is wrong, and end\n"
	       "      --help-config      print every option of the configuration\n"
	       "      --version, -h, --help\n"
	       "\n"
	       "Keys, with Ctrl+Alt+Shift: R rotate, L rotation lock, N next connection, 1-9\n"
	       "that one, T try again now, F full-screen, S statistics, P screenshot, Q quit.\n"
	       "Exit codes: 0 well, 1 failed, 2 usage or configuration, 4 URI, 5 file,\n"
	       "6 no screen, 7 no renderer, 8 no picture came, 9 screenshot not written.\n"
	       "Manual: xenhub-display(1).\n");
}

static int usage_error(const char *option, const char *value, const char *why)
{
	fprintf(stderr, "xenhub-display: %s%s%s: %s\n", option, value ? " " : "", value ? value : "", why);
	return EXIT_USAGE;
}

static const char *option_name(int option)
{
	for (const struct option *o = long_options; o->name; o++)
		if (o->val == option)
			return o->name;
	return "";
}

/* The URI is a connection of its own, in place of those in the file. */
static int take_uri(struct options *options, const char *text, struct config_connection **connection)
{
	char why[256];
	struct uri uri;

	if (uri_parse(&uri, text, why, sizeof(why)) < 0 || remote_check(&uri, why, sizeof(why)) < 0) {
		fprintf(stderr, "xenhub-display: %s: %s\n", text, why);
		return EXIT_URI;
	}
	options->config.connection_count = 0;
	*connection = config_add_connection(&options->config, text);
	return config_set_connection(*connection, "uri", text, why, sizeof(why)) < 0
		       ? usage_error(text, NULL, why)
		       : -1;
}

static int take_setting(struct options *options, unsigned index)
{
	const char *value = settings[index].value ? settings[index].value : optarg;
	char why[512], name[64];
	int rc = 0;

	if (strcmp(settings[index].section, "connection"))
		rc = config_set(&options->config, settings[index].section, settings[index].key, value, why,
				sizeof(why));
	for (unsigned i = 0; rc == 0 && !strcmp(settings[index].section, "connection") &&
			     i < options->config.connection_count;
	     i++)
		rc = config_set_connection(&options->config.connections[i], settings[index].key, value, why,
					   sizeof(why));
	if (rc == 0)
		return -1;
	snprintf(name, sizeof(name), "--%s", option_name(settings[index].option));
	return usage_error(name, optarg, why);
}

static int take_seconds(struct options *options, const char *text)
{
	char *end;

	options->exit_after = strtod(text, &end);
	if (end == text || *end || !(options->exit_after > 0) || options->exit_after > 1e6)
		return usage_error("--exit-after", text, "expected a number of seconds above 0");
	return -1;
}

static int load(struct options *options, const char *path)
{
	bool given = path != NULL;
	int rc;

	if (!given)
		path = CONFIG_DEFAULT;
	rc = config_load(&options->config, path, stderr);
	if (rc == 0 || (rc == -ENOENT && !given))
		return -1;
	if (rc == -EINVAL)
		return EXIT_USAGE;
	fprintf(stderr, "xenhub-display: %s: cannot read: %s\n", path, strerror(-rc));
	return EXIT_FILE;
}

/* What has to be known before the others mean anything. */
static int first_pass(int argc, char **argv, const char **path, bool *check)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			*path = optarg;
			break;
		case OPT_CHECK:
			*check = true;
			break;
		case 'h':
			print_help();
			return EXIT_OK;
		case OPT_VERSION:
			printf("xenhub-display %s\n", XENHUB_VERSION);
			return EXIT_OK;
		case OPT_HELP_CONFIG:
			config_print_help(stdout);
			return EXIT_OK;
		case '?':
			return EXIT_USAGE;
		}
	}
	return -1;
}

static int second_pass(struct options *options, int argc, char **argv)
{
	int c, rc = -1;

	optind = 1;
	while (rc < 0 && (c = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
		if (c == OPT_SCREENSHOT)
			options->screenshot = optarg;
		else if (c == OPT_EXIT_AFTER)
			rc = take_seconds(options, optarg);
		for (unsigned i = 0; rc < 0 && i < sizeof(settings) / sizeof(settings[0]); i++)
			if (settings[i].option == c)
				rc = take_setting(options, i);
	}
	return rc;
}

int options_parse(struct options *options, int argc, char **argv)
{
	struct config_connection *connection = NULL;
	const char *path = NULL;
	bool check = false;
	int rc;

	memset(options, 0, sizeof(*options));
	config_init(&options->config);
	rc = first_pass(argc, argv, &path, &check);
	if (rc >= 0)
		return rc;
	if (argc - optind > 1)
		return usage_error(argv[optind + 1], NULL,
				   "one URI only; several connections go into the configuration");
	rc = load(options, path);
	if (rc < 0 && optind < argc)
		rc = take_uri(options, argv[optind], &connection);
	if (rc < 0)
		rc = second_pass(options, argc, argv);
	if (rc >= 0)
		return rc;
	if (check) {
		printf("%s: the configuration is right\n", path ? path : CONFIG_DEFAULT);
		return EXIT_OK;
	}
	if (options->config.connection_count == 0)
		return usage_error("URI", NULL,
				   "missing: give vnc://HOST[:PORT] or vnc+unix:PATH, or a configuration");
	if (options->config.input == INPUT_HUB && !options->config.hub[0])
		return usage_error("--input", "hub", "needs to know the hub: add --hub unix:PATH");
	if (options->config.rotate == ROTATE_AUTO && !options->config.hub[0])
		return usage_error("--rotate", "auto",
				   "needs a hub that knows the orientation: add --hub unix:PATH");
	return -1;
}

/* The file's first line, without its end. 0 or a negative errno; a folder can be opened, but not read. */
static int read_line_of(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	int rc = 0;

	if (!file)
		return -errno;
	line[0] = '\0';
	if (!fgets(line, (int)size, file) && ferror(file))
		rc = -errno;
	fclose(file);
	line[strcspn(line, "\r\n")] = '\0';
	return rc;
}

static int read_password(struct remote_config *to, const char *path)
{
	int rc = read_line_of(path, to->password, sizeof(to->password));
	struct stat info;

	if (rc == 0 && to->password[0]) {
		if (stat(path, &info) == 0 && (info.st_mode & (S_IRGRP | S_IROTH)))
			fprintf(stderr, "xenhub-display: %s: others can read this password: chmod 600 %s\n",
				path, path);
		return 0;
	}
	if (rc < 0)
		fprintf(stderr, "xenhub-display: %s: cannot read the password of %s: %s\n", path, to->name,
			strerror(-rc));
	else
		fprintf(stderr,
			"xenhub-display: %s: the password of %s is missing: its first line is empty\n", path,
			to->name);
	return EXIT_FILE;
}

static int check_readable(const char *path)
{
	char line[128];
	int rc = read_line_of(path, line, sizeof(line));

	if (rc == 0)
		return 0;
	fprintf(stderr, "xenhub-display: %s: cannot read the authority: %s\n", path, strerror(-rc));
	return EXIT_FILE;
}

static struct rfb_wishes choose_wishes(const struct config_connection *from)
{
	static const enum rfb_encoding encodings[] = {
		[ENCODING_RAW] = RFB_RAW,
		[ENCODING_HEXTILE] = RFB_HEXTILE,
		[ENCODING_ZRLE] = RFB_ZRLE,
		[ENCODING_TIGHT] = RFB_TIGHT,
	};
	struct rfb_wishes wishes = rfb_wishes_local;

	if (from->encoding != ENCODING_RAW)
		wishes = (struct rfb_wishes){ .encodings = { RFB_COPYRECT, encodings[from->encoding],
							     RFB_RAW },
					      .count = 3,
					      .jpeg_quality = -1,
					      .compression = 2,
					      .continuous = true };
	if (from->encoding == ENCODING_TIGHT)
		wishes.jpeg_quality = (int)from->quality;
	return wishes;
}

int options_connection(const struct config_connection *from, struct remote_config *to)
{
	char why[512];

	memset(to, 0, sizeof(*to));
	snprintf(to->name, sizeof(to->name), "%s", from->name);
	if (uri_parse(&to->uri, from->uri, why, sizeof(why)) < 0 ||
	    remote_check(&to->uri, why, sizeof(why)) < 0) {
		fprintf(stderr, "xenhub-display: %s: %s\n", from->uri, why);
		return EXIT_URI;
	}
	snprintf(to->username, sizeof(to->username), "%s", from->username);
	snprintf(to->ca, sizeof(to->ca), "%s", from->ca);
	snprintf(to->pin, sizeof(to->pin), "%s", from->pin);
	snprintf(to->subject, sizeof(to->subject), "%s", from->host_subject);
	to->view_only = from->view_only;
	to->clipboard = from->clipboard;
	to->tls_only = from->tls;
	to->adaptive = from->encoding == ENCODING_AUTO;
	to->jpeg_max = (int)from->quality;
	to->wishes = to->adaptive ? rfb_wishes_local : choose_wishes(from);
	if (from->ca[0] && check_readable(from->ca))
		return EXIT_FILE;
	return from->password_file[0] ? read_password(to, from->password_file) : 0;
}
