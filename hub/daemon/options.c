/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hub/core/exit.h"

enum {
	OPT_LISTEN = 256,
	OPT_CONTROL,
	OPT_SOURCE,
	OPT_ONCE,
	OPT_NO_GRAB,
	OPT_FOREGROUND,
	OPT_SYSLOG,
	OPT_LOG_LEVEL,
	OPT_CHECK,
	OPT_HELP_CONFIG,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "no-grab", no_argument, NULL, OPT_NO_GRAB },
	{ "foreground", no_argument, NULL, OPT_FOREGROUND },
	{ "syslog", no_argument, NULL, OPT_SYSLOG },
	{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
	{ "check-config", no_argument, NULL, OPT_CHECK },
	{ "help-config", no_argument, NULL, OPT_HELP_CONFIG },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void print_help(void)
{
	printf("Usage: xenhubd [OPTION]...\n"
	       "Publishes this machine's input devices and sensors to other domains.\n"
	       "\n"
	       "  -c, --config FILE     configuration (default " CONFIG_DEFAULT ")\n"
	       "      --listen ENDPOINT for consumers: unix:PATH, tcp:127.0.0.1:PORT,\n"
	       "                        vchan:DOMAIN, channel:DOMAIN/NAME, tty:PATH; in a\n"
	       "                        guest also channel:NAME, vchan:@ROUTE; repeatable\n"
	       "      --control PATH    the control socket, for xenhub\n"
	       "      --source SOURCE   evdev, evemu:FILE[,fast], peer:ENDPOINT; repeatable\n"
	       "      --once            wait for a consumer, play the recordings, and end\n"
	       "      --no-grab         leave the devices to others, too\n"
	       "      --foreground      stay in the foreground, as it always does\n"
	       "      --syslog          write the log to syslog instead of stderr\n"
	       "      --log-level LEVEL error, warning, info or debug\n"
	       "      --check-config    read the configuration, say what is wrong, and end\n"
	       "      --help-config     print every option of the configuration\n"
	       "      --version         print the version\n"
	       "  -h, --help            print this\n"
	       "\n"
	       "Exit codes: 0 well, 1 failed, 2 wrong usage or configuration.\n"
	       "Manual: xenhubd(8), xenhub.conf(5). What is missing: xenhub doctor.\n");
}

static int set(struct options *o, const char *option, const char *section, const char *key, const char *value)
{
	char why[512];

	if (config_set(&o->config, section, key, value, true, why, sizeof(why)) == 0)
		return 0;
	fprintf(stderr, "xenhubd: %s %s: %s\n", option, value, why);
	return -EINVAL;
}

/* An option that may be repeated; unlike in a file, blanks belong to its value. */
static int add(struct options *o, const char *option, const char *section, const char *key, const char *value,
	       bool *first)
{
	char why[512];
	int rc = config_add_item(&o->config, section, key, value, *first, why, sizeof(why));

	*first = false;
	if (rc < 0)
		fprintf(stderr, "xenhubd: %s %s: %s\n", option, value, why);
	return rc;
}

/* A configuration path comes first, whatever its place: options are laid over it. */
static int load(struct options *o, const char *path)
{
	bool given = path;
	int rc;

	if (!given)
		path = CONFIG_DEFAULT;
	rc = config_load(&o->config, path, stderr);
	if (rc == -ENOENT && !given)
		return 0;
	if (rc < 0 && rc != -EINVAL)
		fprintf(stderr, "xenhubd: %s: cannot read: %s\n", path, strerror(-rc));
	o->control_given = true;
	return rc;
}

int options_parse(struct options *o, int argc, char **argv)
{
	bool first_listen = true, first_source = true, check = false;
	const char *path = NULL;
	int c;

	memset(o, 0, sizeof(*o));
	config_init(&o->config);
	while ((c = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1)
		if (c == 'c')
			path = optarg;
		else if (c == '?')
			return EXIT_USAGE;
	if (optind < argc) {
		fprintf(stderr, "xenhubd: %s: no such argument; see xenhubd --help\n", argv[optind]);
		return EXIT_USAGE;
	}
	/* Options that only print do so even beside a broken file. */
	optind = 1;
	while ((c = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
		if (c == 'h') {
			print_help();
			return EXIT_OK;
		}
		if (c == OPT_VERSION) {
			printf("xenhubd %s\n", XENHUB_VERSION);
			return EXIT_OK;
		}
		if (c == OPT_HELP_CONFIG) {
			config_print_help(stdout);
			return EXIT_OK;
		}
	}
	if (load(o, path) < 0)
		return EXIT_USAGE;

	optind = 1;
	while ((c = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
		int rc = 0;

		switch (c) {
		case OPT_LISTEN:
			rc = add(o, "--listen", "daemon", "listen", optarg, &first_listen);
			break;
		case OPT_CONTROL:
			rc = set(o, "--control", "daemon", "control", optarg);
			o->control_given = true;
			break;
		case OPT_SOURCE:
			rc = add(o, "--source", "input", "source", optarg, &first_source);
			break;
		case OPT_LOG_LEVEL:
			rc = set(o, "--log-level", "daemon", "log-level", optarg);
			break;
		case OPT_ONCE:
			o->once = true;
			break;
		case OPT_NO_GRAB:
			o->config.grab = false;
			break;
		case OPT_SYSLOG:
			o->syslog = true;
			break;
		case OPT_CHECK:
			check = true;
			break;
		}
		if (rc < 0)
			return EXIT_USAGE;
	}
	if (check) {
		printf("%s: the configuration is right\n", path ? path : CONFIG_DEFAULT);
		return EXIT_OK;
	}
	return -1;
}
