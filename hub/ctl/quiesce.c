/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub quiesce, xenhub resume: the links of a domain that is to be saved; and resume for a machine that has slept. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/ctl/session.h"

#define ASK_AGAIN_MS 50

struct quiesce_run {
	const char *word, *name;
	bool if_served; /* that nothing is served to the domain is no failure */
};

static void ask(struct session *s)
{
	const struct quiesce_run *run = s->data;
	char request[300];

	snprintf(request, sizeof(request), "%s%s%s", run->word, *run->name ? " " : "", run->name);
	if (xenhub_request(s->hub, request) < 0) {
		ctl_say("%s: the daemon takes no request at present", run->word);
		session_stop(s, EXIT_FAILED);
	}
}

static void on_reply(void *data, unsigned code, const char *text)
{
	struct session *s = session_of(data);
	const struct quiesce_run *run = s->data;

	if (code == ENOENT && run->if_served)
		code = 0;
	if (code == EAGAIN) {
		session_timer_at(s, clock_now_ns() + ASK_AGAIN_MS * NS_PER_MS);
		return;
	}
	if (code)
		ctl_say("%s: %s", run->word, *text ? text : strerror((int)code));
	session_stop(s, code ? EXIT_FAILED : EXIT_OK);
}

static int run_main(struct ctl *ctl, int argc, char **argv, const char *word, bool alone)
{
	static const struct option options[] = { { "if-served", no_argument, NULL, 'i' }, CTL_OPTIONS };
	struct quiesce_run run = { .word = word, .name = "" };
	struct session s = {
		.ctl = ctl,
		.listener = { .reply = on_reply },
		.data = &run,
		.up = ask,
		.timer = ask,
	};
	int c;

	while ((c = ctl_getopt(ctl, argc, argv, options)) != -1) {
		if (c != 'i')
			return ctl->status;
		run.if_served = true;
	}
	if (alone && optind == argc)
		return session_run(&s);
	if (argc - optind != 1 || !*argv[optind] || strlen(argv[optind]) > 255 || strchr(argv[optind], ' '))
		return ctl_usage(ctl, "expected the name or UUID of a domain");
	run.name = argv[optind];
	return session_run(&s);
}

static int quiesce_main(struct ctl *ctl, int argc, char **argv)
{
	return run_main(ctl, argc, argv, "quiesce", false);
}

static int resume_main(struct ctl *ctl, int argc, char **argv)
{
	return run_main(ctl, argc, argv, "resume", true);
}

const struct subcommand quiesce_command = {
	.name = "quiesce",
	.summary = "end the links of a domain that is to be saved",
	.help = "Usage: xenhub quiesce [--if-served] DOMAIN\n"
		"Ends the links and routes of this domain, waits until it has let go, and makes\n"
		"none until `xenhub resume DOMAIN`: a guest that is saved with a vchan mapped\n"
		"crashes when it is restored. PV channels need nothing. xenhub-save does it all.\n"
		"      --if-served    that nothing is served to the domain is no failure\n",
	.run = quiesce_main,
};

const struct subcommand resume_command = {
	.name = "resume",
	.summary = "make the links of a domain again; or: the machine has slept",
	.help = "Usage: xenhub resume [--if-served] [DOMAIN]\n"
		"After `xenhub quiesce` and the restore, or when nothing came of the save.\n"
		"Without a domain: this machine has slept. Devices and sensors are read anew, as\n"
		"xenhubd does by itself where the kernel's clocks show the sleep.\n",
	.run = resume_main,
};
