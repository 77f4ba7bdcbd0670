/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub-twin: the input devices of a hub, made anew here with uinput. */
#define LOG_MODULE "xenhub-twin"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "hub/client/xenhub.h"
#include "hub/core/exit.h"
#include "hub/core/log.h"
#include "hub/device/classify.h"
#include "hub/link/link.h"
#include "hub/twin/session.h"
#include "hub/twin/uinput.h"

enum option_key {
	OPT_CLASSES = 256,
	OPT_TOUCHPAD,
	OPT_NAME,
	OPT_ONCE,
	OPT_LOG_LEVEL,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "classes", required_argument, NULL, OPT_CLASSES },
	{ "touchpad", required_argument, NULL, OPT_TOUCHPAD },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static void print_help(void)
{
	fputs("Usage: xenhub-twin [OPTION...] LINK\n"
	      "Makes the input devices of the hub behind LINK anew here, with uinput.\n"
	      "\n"
	      "LINK is auto (in a guest: what Dom0's hub has published for it), unix:PATH,\n"
	      "tcp:127.0.0.1:PORT, channel:NAME or tty:PATH. A hub that is not there is\n"
	      "waited for; when it comes back, the twins go on.\n"
	      "\n"
	      "Options:\n"
	      "  --classes LIST    only these classes (default all), joined by commas:\n"
	      "                    keyboard mouse trackpoint touchpad touchscreen pen pad\n"
	      "                    buttons switch other\n"
	      "  --touchpad KIND   raw (default): for a libinput here; pointer: as a mouse\n"
	      "  --name NAME       what the hub calls us, for focus (default xenhub-twin)\n"
	      "  --once            end with the link instead of waiting for the next\n"
	      "  --log-level LEVEL error, warning, info (default) or debug\n"
	      "  --help            this page\n"
	      "  --version         print the version\n"
	      "\n"
	      "Exit codes: 0 ended by a signal, or --once and the hub is done; 1 no uinput,\n"
	      "or --once and the link was lost or refused; 2 wrong usage.\n"
	      "See xenhub-twin(1).\n",
	      stdout);
}

static int usage(const char *what, const char *value, const char *why)
{
	fprintf(stderr, "xenhub-twin: %s '%s': %s; `xenhub-twin --help` shows how\n", what, value, why);
	return EXIT_USAGE;
}

static int parse_touchpad(const char *text, unsigned *touchpad)
{
	if (!strcmp(text, "raw"))
		*touchpad = XENHUB_TOUCHPAD_RAW;
	else if (!strcmp(text, "pointer"))
		*touchpad = XENHUB_TOUCHPAD_POINTER;
	else
		return usage("--touchpad", text, "neither raw nor pointer");
	return EXIT_OK;
}

/* *done: there is nothing left to do but to exit with what is returned. */
static int parse(int argc, char **argv, struct xenhub_options *options, const char **link, bool *done)
{
	enum log_level level;
	int rc = EXIT_OK, key;
	char why[128];

	*done = true;
	while (!rc && (key = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (key) {
		case OPT_CLASSES:
			if (class_parse(optarg, &options->classes) < 0)
				rc = usage("--classes", optarg, "not a list of classes");
			break;
		case OPT_TOUCHPAD:
			rc = parse_touchpad(optarg, &options->touchpad);
			break;
		case OPT_NAME:
			options->name = optarg;
			if (!*optarg)
				rc = usage("--name", optarg, "empty");
			break;
		case OPT_ONCE:
			options->once = true;
			break;
		case OPT_LOG_LEVEL:
			if (log_level_parse(optarg, &level) < 0)
				rc = usage("--log-level", optarg, "none of error, warning, info, debug");
			else
				log_set_level(level);
			break;
		case OPT_HELP:
			print_help();
			return EXIT_OK;
		case OPT_VERSION:
			puts("xenhub-twin " XENHUB_VERSION);
			return EXIT_OK;
		default:
			return EXIT_USAGE; /* getopt has said it */
		}
	}
	if (rc)
		return rc;
	if (optind == argc)
		return usage("LINK", "unix:PATH", "one is needed");
	if (optind + 1 < argc)
		return usage("LINK", argv[optind + 1], "one is enough");
	*link = argv[optind];
	if (link_check_endpoint(*link, why, sizeof(why)) < 0)
		return usage("LINK", *link, why);
	*done = false;
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	struct xenhub_options options = {
		.name = "xenhub-twin",
		.classes = XENHUB_ALL_CLASSES,
		.touchpad = XENHUB_TOUCHPAD_RAW,
	};
	const char *link;
	bool done;
	int rc = parse(argc, argv, &options, &link, &done);

	if (done)
		return rc;
	/* Before the hub counts us as somebody who takes its events. */
	rc = uinput_check();
	if (rc < 0) {
		log_err(UINPUT_PATH ": %s: %s", strerror(-rc), uinput_advice(-rc));
		return EXIT_FAILED;
	}
	return session_run(link, &options);
}
