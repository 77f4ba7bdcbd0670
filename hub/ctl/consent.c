/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub consent: whether a keyboard that another domain says it has may type here. */
#include <stdio.h>
#include <string.h>

#include "hub/ctl/session.h"

static void on_up(struct session *s)
{
	const char *id = s->data;
	char request[300];

	snprintf(request, sizeof(request), "consent%s%s", id ? " " : "", id ? id : "");
	if (xenhub_request(s->hub, request) < 0) {
		ctl_say("consent: the daemon takes no request at present");
		session_stop(s, EXIT_FAILED);
	}
}

static void on_reply(void *data, unsigned code, const char *text)
{
	struct session *s = session_of(data);

	if (code)
		ctl_say("consent: %s", *text ? text : strerror((int)code));
	else if (*text)
		output_print(&s->out, "%s\n", text);
	session_stop(s, code ? EXIT_FAILED : EXIT_OK);
}

static int consent_main(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { CTL_OPTIONS };
	struct session s = {
		.ctl = ctl,
		.listener = { .reply = on_reply },
		.up = on_up,
	};

	if (ctl_getopt(ctl, argc, argv, options) != -1)
		return ctl->status;
	if (argc - optind > 1 || (optind < argc && strlen(argv[optind]) > 200))
		return ctl_usage(ctl, "one device's id at most");
	s.data = optind < argc ? argv[optind] : NULL;
	return session_run(&s);
}

const struct subcommand consent_command = {
	.name = "consent",
	.summary = "let a keyboard of another domain type",
	.help = "Usage: xenhub consent [ID]\n"
		"Without an id: prints the devices of other domains that wait for a yes, since\n"
		"they could type: id, name, and where they come from, as that domain claims.\n"
		"With one: says yes, until the machine boots again. What was typed before is\n"
		"lost.\n",
	.run = consent_main,
};
