/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hub/core/text.h"

#define SECONDS_MAX (366l * 24 * 3600)

static void say(const char *prefix, const char *format, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	text_clean(text);
	fprintf(stderr, "%s: %s\n", prefix, text);
}

void ctl_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("xenhub", format, args);
	va_end(args);
}

int ctl_usage(const struct ctl *ctl, const char *format, ...)
{
	char prefix[64];
	va_list args;

	snprintf(prefix, sizeof(prefix), "xenhub %s", ctl->command->name);
	va_start(args, format);
	say(prefix, format, args);
	va_end(args);
	fprintf(stderr, "%s --help says how it is used\n", prefix);
	return EXIT_USAGE;
}

int ctl_getopt(struct ctl *ctl, int argc, char **argv, const struct option *options)
{
	for (;;) {
		int c = getopt_long(argc, argv, "h", options, NULL);

		switch (c) {
		case 'C':
			ctl->control = optarg;
			break;
		case 'h':
			fputs(ctl->command->help, stdout);
			ctl->status = EXIT_OK;
			return '?';
		case '?':
			/* getopt has said what is wrong. */
			fprintf(stderr, "xenhub %s --help says how it is used\n", ctl->command->name);
			ctl->status = EXIT_USAGE;
			return '?';
		default:
			return c;
		}
	}
}

int ctl_seconds(const struct ctl *ctl, const char *text, unsigned *seconds)
{
	long value;

	if (text_to_long(text, 10, 1, SECONDS_MAX, &value) < 0)
		return ctl_usage(ctl, "--seconds %s: expected a whole number of seconds, 1 to %ld", text,
				 SECONDS_MAX);
	*seconds = (unsigned)value;
	return 0;
}

static bool exists(const char *root, const char *path)
{
	char full[512];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return access(full, F_OK) == 0;
}

const char *ctl_start_command(const char *root)
{
	if (exists(root, "/etc/init.d/xenhubd") && exists(root, "/sbin/openrc-run"))
		return "rc-service xenhubd start";
	if (exists(root, "/run/systemd/system") && (exists(root, "/usr/lib/systemd/system/xenhubd.service") ||
						    exists(root, "/lib/systemd/system/xenhubd.service") ||
						    exists(root, "/etc/systemd/system/xenhubd.service")))
		return "systemctl start xenhubd";
	return "xenhubd --foreground";
}
