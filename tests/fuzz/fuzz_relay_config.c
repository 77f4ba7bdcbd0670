/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The relay's file of routes, mistyped in every possible way. Errors name the file; what passes holds its limits. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hub/core/inifile.h"
#include "hub/relay/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_errors(char *text, int rc)
{
	unsigned lines = 0;

	/* Refused means that a line says why, and the other way round; each line begins with the place. */
	if ((rc < 0) != (text[0] != '\0'))
		abort();
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, "/proc/self/fd/", 14) || ++lines > INIFILE_ERRORS_MAX + 2)
			abort();
}

static void check_routes(const struct config *c)
{
	char why[512];

	if (!c->n_routes || c->n_routes > CONFIG_ROUTES_MAX)
		abort();
	for (unsigned i = 0; i < c->n_routes; i++) {
		const struct config_route *r = &c->routes[i];

		if (!*r->name || r->rate < 1 || r->streams < 1 || r->streams > MUX_STREAMS_MAX ||
		    strlen(r->service) >= MUX_SERVICE_MAX ||
		    endpoint_check(r->listen, r->listen_link, true, why, sizeof(why)) < 0 ||
		    endpoint_check(r->connect, r->connect_link, false, why, sizeof(why)) < 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config config;
	char path[64], *text = NULL;
	size_t text_size;
	FILE *errors;
	int fd = memfd_create("relay", 0), rc;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || config_init(&config) < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	errors = open_memstream(&text, &text_size);
	rc = config_load(&config, path, errors);
	fclose(errors);
	check_errors(text, rc);
	if (!rc)
		check_routes(&config);
	config_finish(&config);
	free(text);
	close(fd);
	return 0;
}
