/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "sandbox"
#include "hub/relay/confine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/fence.h"
#include "hub/core/log.h"
#include "hub/core/sandbox.h"
#include "hub/relay/endpoint.h"

static const char *after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) ? NULL : text + n;
}

/* The folder that a socket is made in; one that is not there yet is made in one that is. */
static int let_listen(struct fence *f, const char *path)
{
	char folder[CONFIG_TEXT_MAX + 2];
	int rc = -ENOENT;

	memcpy(folder, path, strlen(path) + 1);
	while (rc == -ENOENT) {
		char *slash = strrchr(folder, '/');

		if (!slash)
			return fence_let_listen(f, ".");
		slash[slash == folder] = '\0';
		rc = fence_let_listen(f, folder);
		if (slash == folder)
			break;
	}
	return rc;
}

/* What is not there needs no leave. */
static int let_write(struct fence *f, const char *path)
{
	int rc = fence_let_write(f, path);

	return rc == -ENOENT || rc == -ENOTDIR ? 0 : rc;
}

/* serve: it is listened on. Who connects to a unix socket needs no leave. */
static int let_endpoint(struct fence *f, const char *endpoint, bool serve)
{
	const char *bare = after(endpoint, "mux+"), *path;
	int rc;

	bare = bare ? bare : endpoint;
	if ((path = after(bare, "unix:")))
		return serve ? let_listen(f, path) : 0;
	if (after(bare, "tcp:"))
		return fence_let_port(f, (uint16_t)strtoul(strrchr(bare, ':') + 1, NULL, 10), serve);
	if (after(bare, "fd:"))
		return 0;
	/* A line or a channel may be any terminal, and appear later. */
	path = after(bare, "tty:");
	if (path && (rc = let_write(f, path)))
		return rc;
	rc = after(bare, "vchan:") ? fence_let_write(f, "/dev/xen") : -ENOENT;
	if (rc == -ENOENT)
		rc = let_write(f, "/dev");
	return rc || path ? rc : let_write(f, "/proc/xen");
}

static int let_all(struct fence *f, const struct config *config)
{
	int rc = *config->control ? let_listen(f, config->control) : 0;

	for (unsigned i = 0; i < config->n_routes && !rc; i++) {
		const struct config_route *r = &config->routes[i];

		rc = let_endpoint(f, r->listen, endpoint_serves(r->listen, r->listen_link, true));
		if (!rc)
			rc = let_endpoint(f, r->connect, endpoint_serves(r->connect, r->connect_link, false));
	}
	return rc;
}

static void fence_in(const struct config *config)
{
	struct fence *f;
	int rc = fence_create(&f);

	if (rc == -EOPNOTSUPP) {
		log_debug("the kernel has no Landlock");
		return;
	}
	if (!rc) {
		rc = let_all(f, config);
		if (!rc)
			rc = fence_enter(f);
		fence_destroy(f);
	}
	if (rc < 0)
		log_warn_errno(
			-rc,
			"files and ports cannot be fenced in; [relay] sandbox = no says that this is meant");
}

void confine(const struct config *config)
{
	static const struct sandbox_needs needs = { .calls = "splice" };

	/* In this order: the filter has no place for the fence's calls. */
	if (config->sandbox)
		fence_in(config);
	sandbox_confine(config->sandbox, &needs, "[relay] sandbox");
}
