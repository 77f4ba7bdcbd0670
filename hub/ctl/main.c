/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub: the hub's command line for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/ctl/ctl.h"

static const struct subcommand *const commands[] = {
	&devices_command, &state_command,   &watch_command,   &record_command,
	&replay_command,  &focus_command,   &consent_command, &grab_command,
	&sensors_command, &quiesce_command, &resume_command,  &doctor_command,
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	fputs("Usage: xenhub [--control PATH] COMMAND [OPTION...]\n"
	      "Shows and steers xenhubd, the hub between input devices, sensors and domains.\n"
	      "Commands:\n",
	      stdout);
	for (unsigned i = 0; i < N_COMMANDS; i++)
		printf("  %-9s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n"
	      "Options:\n"
	      "  --control PATH  the daemon's control socket: default $" CTL_CONTROL_ENV ", or else\n"
	      "                  " CTL_CONTROL_DEFAULT "\n"
	      "  --help          this page; `xenhub COMMAND --help`: a command's own\n"
	      "  --version       print the version\n"
	      "\n"
	      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no daemon answers.\n"
	      "See xenhub(1); begin with `xenhub doctor` when something does not work.\n",
	      stdout);
}

static const struct subcommand *find_command(const char *name)
{
	for (unsigned i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int run_command(struct ctl *ctl, int argc, char **argv)
{
	char name[64];

	ctl->command = find_command(argv[0]);
	if (!ctl->command) {
		ctl_say("%s: no such command; `xenhub --help` lists them", argv[0]);
		return EXIT_USAGE;
	}
	/* getopt's complaints begin with argv[0]. */
	snprintf(name, sizeof(name), "xenhub %s", ctl->command->name);
	argv[0] = name;
	optind = 0;
	return ctl->command->run(ctl, argc, argv);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "version", no_argument, NULL, 'V' },
		{ "control", required_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct ctl ctl = { .control = getenv(CTL_CONTROL_ENV) };
	int c;

	if (!ctl.control || !*ctl.control)
		ctl.control = CTL_CONTROL_DEFAULT;
	while ((c = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (c) {
		case 'V':
			puts("xenhub " XENHUB_VERSION);
			return EXIT_OK;
		case 'C':
			ctl.control = optarg;
			break;
		case 'h':
			print_help();
			return EXIT_OK;
		default:
			fputs("`xenhub --help` says how it is used\n", stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc) {
		ctl_say("no command given; `xenhub --help` lists them");
		return EXIT_USAGE;
	}
	return run_command(&ctl, argc - optind, argv + optind);
}
