/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which protocol a URI asks for. SPICE's library doubles the process, so it comes as a module, which is loaded for the
 * first URI that asks for it, and stays.
 */
#include "display/remote/protocol.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "hub/link/carrier.h"

#define MODULE_NAME "xenhub-display-spice.so"

/* Next to the program, as in a build; else where it was installed. */
static void *load_module(char *why, size_t size)
{
	char path[512];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - sizeof(MODULE_NAME) - 1);
	char *slash;
	void *module = NULL;

	if (length > 0) {
		path[length] = '\0';
		slash = strrchr(path, '/');
		memcpy(slash ? slash + 1 : path, MODULE_NAME, sizeof(MODULE_NAME));
		if (access(path, R_OK) == 0)
			module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	}
	if (!module)
		module = dlopen(XENHUB_MODULE_DIR "/" MODULE_NAME, RTLD_NOW | RTLD_LOCAL);
	if (!module)
		snprintf(why, size,
			 "SPICE is not installed: install xenhub's %s, and libspice-client-glib-2.0-8 "
			 "(Debian) or "
			 "spice-gtk (Alpine), or give the guest a VNC display (%s)",
			 MODULE_NAME, dlerror());
	return module;
}

int protocol_find(const struct protocol **protocol, const struct uri *uri, char *why, size_t size)
{
	static const struct protocol *spice; /* as the module it is in: once in a process */
	void *module;

	*protocol = &protocol_rfb;
	if (uri->protocol == URI_VNC)
		return 0;
	if (!spice) {
		module = load_module(why, size);
		if (!module)
			return -EPROTONOSUPPORT;
		spice = dlsym(module, "protocol_spice");
	}
	if (!spice) {
		snprintf(why, size, "%s is of another version of xenhub: install the one that belongs to it",
			 MODULE_NAME);
		return -EPROTONOSUPPORT;
	}
	*protocol = spice;
	return 0;
}

int remote_check(const struct uri *uri, char *why, size_t size)
{
	const struct protocol *protocol;
	int rc = 0;

	if (uri->kind == URI_CARRIER)
		rc = carrier_check(uri->endpoint, false, why, size);
	if (rc < 0)
		return rc;
	return protocol_find(&protocol, uri, why, size);
}
