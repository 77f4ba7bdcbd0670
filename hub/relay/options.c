/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/relay/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/exit.h"

enum {
	OPT_CONTROL = 256,
	OPT_SERVICE,
	OPT_UID,
	OPT_EXPOSE,
	OPT_STREAMS,
	OPT_RATE,
	OPT_WINDOW,
	OPT_LISTEN_LINK,
	OPT_CONNECT_LINK,
	OPT_GROUP,
	OPT_LOG_LEVEL,
	OPT_SYSLOG,
	OPT_JSON,
	OPT_IF_SERVED,
	OPT_CHECK,
	OPT_HELP_CONFIG,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "service", required_argument, NULL, OPT_SERVICE },
	{ "uid", required_argument, NULL, OPT_UID },
	{ "expose", no_argument, NULL, OPT_EXPOSE },
	{ "streams", required_argument, NULL, OPT_STREAMS },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "window", required_argument, NULL, OPT_WINDOW },
	{ "listen-link", required_argument, NULL, OPT_LISTEN_LINK },
	{ "connect-link", required_argument, NULL, OPT_CONNECT_LINK },
	{ "group", required_argument, NULL, OPT_GROUP },
	{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
	{ "syslog", no_argument, NULL, OPT_SYSLOG },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "if-served", no_argument, NULL, OPT_IF_SERVED },
	{ "check-config", no_argument, NULL, OPT_CHECK },
	{ "help-config", no_argument, NULL, OPT_HELP_CONFIG },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void print_help(void)
{
	printf("Usage: xenhub-relay [OPTION]... LISTEN CONNECT\n"
	       "       xenhub-relay -c FILE [OPTION]...\n"
	       "       xenhub-relay status [--json] [--control PATH]\n"
	       "       xenhub-relay quiesce|resume [--if-served] DOMAIN [--control PATH]\n"
	       "Carries byte streams between sockets, domains and serial lines.\n"
	       "\n"
	       "Endpoints: unix:PATH, tcp:ADDRESS:PORT, fd:N; and links, which carry many\n"
	       "streams at once: vchan:DOMAIN/ROUTE (in Dom0), vchan:@ROUTE (in a guest),\n"
	       "channel:NAME, channel:DOMAIN/NAME, tty:PATH, mux+unix:PATH.\n"
	       "\n"
	       "  -c, --config FILE     many routes, usually " CONFIG_DEFAULT "\n"
	       "      --control PATH    the socket that is asked; " CONFIG_CONTROL "\n"
	       "      --service NAME    by which both ends tell streams on a link apart\n"
	       "      --uid USERS       who may connect to a unix socket\n"
	       "      --group GROUP     of the sockets\n"
	       "      --expose          listen on TCP addresses other than loopback, too\n"
	       "      --streams N       connections at a time\n"
	       "      --rate N          new connections in a second\n"
	       "      --window BYTES    kept of a stream for a reader that has stalled\n"
	       "      --listen-link END serve, join or auto: the end that LISTEN takes\n"
	       "      --connect-link END  the same of CONNECT\n"
	       "      --log-level LEVEL error, warning, info or debug\n"
	       "      --syslog          write the log to syslog instead of stderr\n"
	       "      --check-config    read the configuration, say what is wrong, and end\n"
	       "      --help-config     print every option of the configuration\n"
	       "      --json            status as JSON\n"
	       "      --if-served       that nothing is served to DOMAIN is no failure\n"
	       "      --version         print the version\n"
	       "  -h, --help            print this\n"
	       "\n"
	       "Exit codes: 0 well, 1 failed, 2 usage or configuration, 3 no relay answers.\n"
	       "Manual: xenhub-relay(1).\n");
}

/* The key of the route that an option stands for. */
static const char *route_key(int option)
{
	switch (option) {
	case OPT_SERVICE:
		return "service";
	case OPT_UID:
		return "uid";
	case OPT_EXPOSE:
		return "expose";
	case OPT_STREAMS:
		return "streams";
	case OPT_RATE:
		return "rate";
	case OPT_WINDOW:
		return "window";
	case OPT_LISTEN_LINK:
		return "listen-link";
	case OPT_CONNECT_LINK:
		return "connect-link";
	}
	return NULL;
}

static const char *relay_key(int option)
{
	return option == OPT_CONTROL     ? "control"
	       : option == OPT_GROUP     ? "group"
	       : option == OPT_LOG_LEVEL ? "log-level"
					 : NULL;
}

static int set(struct options *o, struct config_route *route, const char *key, const char *value)
{
	char why[512];

	if (config_set(&o->config, route, key, value, why, sizeof(why)) == 0)
		return 0;
	if (!strcmp(key, "listen") || !strcmp(key, "connect"))
		fprintf(stderr, "xenhub-relay: %s: %s\n", value, why);
	else
		fprintf(stderr, "xenhub-relay: --%s %s: %s\n", key, value, why);
	return -EINVAL;
}

static void complain(void *data, const struct config_route *route, const char *key, const char *why)
{
	const char *value = !strcmp(key, "listen")    ? route->listen
			    : !strcmp(key, "connect") ? route->connect
						      : key;

	fprintf(stderr, "xenhub-relay: %s: %s\n", value, why);
}

/* Options are laid over a file; those of a route need the route of the command line. */
static int apply(struct options *o, struct config_route *route, int argc, char **argv)
{
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
		const char *value = c == OPT_EXPOSE ? "yes" : optarg;

		if (relay_key(c) && set(o, NULL, relay_key(c), value) < 0)
			return -EINVAL;
		if (route_key(c) && !route) {
			fprintf(stderr,
				"xenhub-relay: --%s belongs to a route: with -c it stands in the file\n",
				route_key(c));
			return -EINVAL;
		}
		if (route_key(c) && set(o, route, route_key(c), value) < 0)
			return -EINVAL;
	}
	return 0;
}

static int load_file(struct options *o, const char *path)
{
	int rc = config_load(&o->config, path, stderr);

	if (rc < 0 && rc != -EINVAL)
		fprintf(stderr, "xenhub-relay: %s: cannot read: %s\n", path, strerror(-rc));
	return rc;
}

static int take_route(struct options *o, int argc, char **argv)
{
	struct config_route *route = config_add_route(&o->config, "relay", 0);

	/* Several such relays may run: there is no control socket unless it is asked for. */
	o->config.control[0] = '\0';
	if (set(o, route, "listen", argv[optind]) < 0 || set(o, route, "connect", argv[optind + 1]) < 0 ||
	    apply(o, route, argc, argv) < 0 || !config_check(&o->config, complain, NULL))
		return -EINVAL;
	return 0;
}

/* Whether the words ask another process for something. */
static bool take_command(struct options *o, int n, char **words)
{
	if (n == 1 && !strcmp(words[0], "status"))
		o->command = OPTIONS_STATUS;
	else if (n == 2 && !strcmp(words[0], "quiesce"))
		o->command = OPTIONS_QUIESCE;
	else if (n == 2 && !strcmp(words[0], "resume"))
		o->command = OPTIONS_RESUME;
	o->domain = n == 2 ? words[1] : NULL;
	return o->command != OPTIONS_RUN;
}

int options_parse(struct options *o, int argc, char **argv)
{
	const char *path = NULL;
	bool check = false;
	int c, n;

	memset(o, 0, sizeof(*o));
	if (config_init(&o->config) < 0)
		return EXIT_FAILED;
	while ((c = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
		switch (c) {
		case '?':
			return EXIT_USAGE;
		case 'h':
			print_help();
			return EXIT_OK;
		case OPT_VERSION:
			printf("xenhub-relay %s\n", XENHUB_VERSION);
			return EXIT_OK;
		case OPT_HELP_CONFIG:
			config_print_help(stdout);
			return EXIT_OK;
		case 'c':
			path = optarg;
			break;
		case OPT_CHECK:
			check = true;
			break;
		case OPT_JSON:
			o->json = true;
			break;
		case OPT_IF_SERVED:
			o->if_served = true;
			break;
		case OPT_SYSLOG:
			o->syslog = true;
			break;
		}
	}
	n = argc - optind;
	if (!path && take_command(o, n, argv + optind))
		return apply(o, NULL, argc, argv) < 0 ? EXIT_USAGE : -1;
	if (n == 2 && !path) {
		if (take_route(o, argc, argv) < 0)
			return EXIT_USAGE;
	} else if (n == 0 && path) {
		if (load_file(o, path) < 0 || apply(o, NULL, argc, argv) < 0)
			return EXIT_USAGE;
	} else {
		fprintf(stderr,
			"xenhub-relay: expected LISTEN CONNECT, -c FILE, status, quiesce DOMAIN or resume "
			"DOMAIN; see xenhub-relay --help\n");
		return EXIT_USAGE;
	}
	if (check) {
		printf("%s: the configuration is right\n", path ? path : "command line");
		return EXIT_OK;
	}
	return -1;
}
