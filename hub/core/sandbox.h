/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A filter of system calls (seccomp), for who takes bytes from hostile domains: what the program's work needs is allowed, all else fails
 * with EPERM. No program is run, no process made or looked into, no user changed, nothing mounted, no socket of another family
 * than unix and loopback's opened. A limit to accidents: docs/security.md says what it is not.
 */
#ifndef HUB_CORE_SANDBOX_H
#define HUB_CORE_SANDBOX_H

#include <stdbool.h>

/* Whether this build has it: libseccomp, and no sanitizer, whose own calls it would refuse. */
bool sandbox_is_built(void);

/* Besides what all need: memory, threads, time, waiting, sockets, and files that are there. */
struct sandbox_needs {
	const char *calls; /* by name, separated by blanks; NULL: none */
	bool netlink;      /* the kernel's announcements of devices */
};

/*
 * From now on, for this thread and those it makes, for ever; with no_new_privs. Call before there are others. 0, -ENOSYS (not
 * built), or why the kernel refused.
 */
int sandbox_enter(const struct sandbox_needs *needs);

/* The same where it is wanted, and where it cannot be, the program goes on without and says so. option: "[daemon] sandbox". */
void sandbox_confine(bool wanted, const struct sandbox_needs *needs, const char *option);

#endif
