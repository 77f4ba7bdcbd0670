/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub focus: who gets what is typed and touched. */
#include <stdio.h>
#include <string.h>

#include "hub/ctl/json.h"
#include "hub/ctl/session.h"

struct focus_run {
	const char *name; /* NULL: only show */
	bool json;
};

static void on_up(struct session *s)
{
	struct focus_run *run = s->data;
	char request[300];

	if (run->name)
		snprintf(request, sizeof(request), "focus set %s", run->name);
	else
		snprintf(request, sizeof(request), "focus");
	if (xenhub_request(s->hub, request) < 0) {
		ctl_say("focus: the daemon takes no request at present");
		session_stop(s, EXIT_FAILED);
	}
}

/* The answer's first line is who has focus, each further one a consumer. */
static void print_json(struct session *s, const char *text)
{
	struct json j = { 0 };
	char line[300];

	json_object(&j, NULL);
	for (bool first = true; *text; first = false) {
		size_t n = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		json_string(&j, first ? "focus" : NULL, line);
		if (first)
			json_array(&j, "consumers");
		text += n + (text[n] == '\n');
	}
	json_end(&j);
	json_end(&j);
	json_newline(&j);
	if (!json_error(&j))
		output_write(&s->out, j.text, j.len);
	json_finish(&j);
}

static void on_reply(void *data, unsigned code, const char *text)
{
	struct session *s = session_of(data);
	struct focus_run *run = s->data;
	size_t n = strlen(text);

	if (code) {
		ctl_say("focus: %s", *text ? text : strerror((int)code));
		session_stop(s, EXIT_FAILED);
		return;
	}
	if (run->json && !run->name) {
		print_json(s, text);
	} else if (n) {
		output_write(&s->out, text, n);
		if (text[n - 1] != '\n')
			output_write(&s->out, "\n", 1);
	}
	session_stop(s, EXIT_OK);
}

static int focus_main(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' }, CTL_OPTIONS };
	struct focus_run run = { 0 };
	struct session s = {
		.ctl = ctl,
		.listener = { .reply = on_reply },
		.data = &run,
		.up = on_up,
	};
	int c;

	while ((c = ctl_getopt(ctl, argc, argv, options)) != -1) {
		if (c != 'j')
			return ctl->status;
		run.json = true;
	}
	if (argc - optind > 1)
		return ctl_usage(ctl, "one name at most");
	run.name = optind < argc ? argv[optind] : NULL;
	if (run.name && (!*run.name || strlen(run.name) > 255))
		return ctl_usage(ctl, "expected a consumer's name, `all` or `none`");
	return session_run(&s);
}

const struct subcommand focus_command = {
	.name = "focus",
	.summary = "show or set who gets what is typed and touched",
	.help = "Usage: xenhub focus [NAME|next|all|none] [--json]\n"
		"Without a name: prints who has focus, and below it the consumers that are there.\n"
		"With one: moves focus there. The old one gets its releases first, so that no key\n"
		"stays down. A name that is not there yet gets focus when it comes.\n"
		"`next` is the next one that is connected.\n"
		"\n"
		"  --json    {\"focus\":…,\"consumers\":[…]}\n",
	.run = focus_main,
};
