/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub grab: whether the hub has the devices for itself alone. */
#include <stdio.h>
#include <string.h>

#include "hub/ctl/session.h"

static void on_up(struct session *s)
{
	char request[16];

	snprintf(request, sizeof(request), "grab %s", (const char *)s->data);
	if (xenhub_request(s->hub, request) < 0) {
		ctl_say("grab: the daemon takes no request at present");
		session_stop(s, EXIT_FAILED);
	}
}

static void on_reply(void *data, unsigned code, const char *text)
{
	struct session *s = session_of(data);

	if (code)
		ctl_say("grab: %s", *text ? text : strerror((int)code));
	session_stop(s, code ? EXIT_FAILED : EXIT_OK);
}

static int grab_main(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { CTL_OPTIONS };
	struct session s = {
		.ctl = ctl,
		.listener = { .reply = on_reply },
		.up = on_up,
	};

	if (ctl_getopt(ctl, argc, argv, options) != -1)
		return ctl->status;
	if (argc - optind != 1 || (strcmp(argv[optind], "on") && strcmp(argv[optind], "off")))
		return ctl_usage(ctl, "expected `on` or `off`");
	s.data = argv[optind];
	return session_run(&s);
}

const struct subcommand grab_command = {
	.name = "grab",
	.summary = "take the devices for the hub alone, or let go of them",
	.help = "Usage: xenhub grab on|off\n"
		"on takes each device as soon as nothing is held on it, also after the panic\n"
		"chord; off lets the rest of the machine see its events as well. Lasts until\n"
		"xenhubd ends; [input] grab in xenhub.conf is what it begins with. `xenhub\n"
		"devices --json` says of each device whether it is grabbed.\n",
	.run = grab_main,
};
