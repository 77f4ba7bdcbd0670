/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the subcommands of `xenhub` share: their table, their options, and how they speak to people. */
#ifndef HUB_CTL_CTL_H
#define HUB_CTL_CTL_H

#include <getopt.h>
#include <stdbool.h>

#include "hub/core/exit.h"

#define CTL_CONTROL_DEFAULT "/run/xenhub/control.sock"
#define CTL_CONTROL_ENV     "XENHUB_CONTROL"

struct ctl;

struct subcommand {
	const char *name;
	const char *summary; /* one line, for `xenhub --help` */
	const char *help;    /* for `xenhub NAME --help`, ends with a line end */
	int (*run)(struct ctl *ctl, int argc, char **argv); /* an exit code; argv[0] is "xenhub NAME" */
};

struct ctl {
	const struct subcommand *command;
	const char *control; /* path of the control socket */
	int status;          /* of ctl_getopt that returned '?' */
};

extern const struct subcommand devices_command;
extern const struct subcommand doctor_command;
extern const struct subcommand focus_command;
extern const struct subcommand consent_command;
extern const struct subcommand grab_command;
extern const struct subcommand quiesce_command;
extern const struct subcommand record_command;
extern const struct subcommand replay_command;
extern const struct subcommand resume_command;
extern const struct subcommand sensors_command;
extern const struct subcommand state_command;
extern const struct subcommand watch_command;

/* Ends each subcommand's array of struct option: what all of them take. */
// clang-format off
#define CTL_OPTIONS \
	{ "control", required_argument, NULL, 'C' }, \
	{ "help", no_argument, NULL, 'h' }, \
	{ NULL, 0, NULL, 0 }
// clang-format on

/*
 * The next option of the subcommand, as getopt_long has it, those of CTL_OPTIONS already served; -1 at the end. On '?' the
 * subcommand returns ctl->status: help was printed, or a usage error said.
 */
int ctl_getopt(struct ctl *ctl, int argc, char **argv, const struct option *options);

/* Says what is wrong with the command line. Returns EXIT_USAGE. */
int ctl_usage(const struct ctl *ctl, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --seconds' value: 1 .. a year. 0, or EXIT_USAGE after it was said. */
int ctl_seconds(const struct ctl *ctl, const char *text, unsigned *seconds);

/* "xenhub: …" on stderr, one line, cleaned of control characters. */
void ctl_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The command that starts the daemon on this machine, whose files are below root ("" for the real ones). Static text. */
const char *ctl_start_command(const char *root);

#endif
