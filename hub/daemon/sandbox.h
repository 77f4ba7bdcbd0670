/*
 * A filter of system calls (seccomp), for who takes bytes from hostile domains: what xenhubd's work needs is allowed, all else fails
 * with EPERM. No program is run, no process made or looked into, no user changed, nothing mounted, no socket of another family
 * than unix, loopback's and netlink opened. A limit to accidents: docs/security.md says what it is not.
 */
#ifndef HUB_DAEMON_SANDBOX_H
#define HUB_DAEMON_SANDBOX_H

#include <stdbool.h>

/* Whether this build has it: libseccomp, and no sanitizer, whose own calls it would refuse. */
bool sandbox_is_built(void);

/*
 * From now on, for this thread and those it makes, for ever; with no_new_privs. Call before there are others. 0, -ENOSYS (not
 * built), or why the kernel refused.
 */
int sandbox_enter(void);

#endif
