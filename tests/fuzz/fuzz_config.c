/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration, as a file that somebody has mistyped in every possible way. Errors name the file, and
 * its limits hold. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hub/core/inifile.h"
#include "hub/daemon/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_errors(char *text, int rc)
{
	unsigned lines = 0;

	/* Refused means that a line says why, and the other way round; each line begins with the place. */
	if ((rc < 0) != (text[0] != '\0'))
		abort();
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, "/proc/self/fd/", 14) || ++lines > INIFILE_ERRORS_MAX + 1)
			abort();
}

/* What was let through is a policy as it stands: each guest once, and all its patterns can match. */
static void check_policy(const struct config *c)
{
	struct policy policy;
	char why[256];

	config_policy(c, &policy);
	if (policy.count != c->n_guests)
		abort();
	for (unsigned i = 0; i < policy.count; i++)
		for (unsigned k = 0; k < policy.guests[i].n_devices; k++)
			if (policy_check_pattern(policy.guests[i].devices[k], why, sizeof(why)) < 0)
				abort();
	for (unsigned i = 0; i < c->n_chords; i++)
		if (!c->chords[i].keys[0] || !c->chords[i].action[0])
			abort();
}

static void check_limits(const struct config *c)
{
	if (c->width < 1 || c->width > 65535 || c->interval_ms < 10 || c->interval_ms > 10000)
		abort();
	if (c->listen.count > CONFIG_LIST_MAX || c->source.count > CONFIG_LIST_MAX ||
	    c->ignore.count > CONFIG_LIST_MAX)
		abort();
	if (strlen(c->control) >= CONFIG_TEXT_MAX || strlen(c->panic_chord) >= CONFIG_TEXT_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct config config;
	char path[64];
	char *text = NULL;
	size_t n;
	FILE *errors = open_memstream(&text, &n);
	int rc;

	if (fd < 0 || !errors || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	config_init(&config);
	rc = config_load(&config, path, errors);
	fclose(errors);
	check_errors(text, rc);
	if (rc == 0) {
		check_limits(&config);
		check_policy(&config);
	}
	config_finish(&config);
	free(text);
	close(fd);
	return 0;
}
