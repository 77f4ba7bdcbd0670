/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to knock again. Pure. The first try after a loss is immediate, the next ones come after 50, 100, 200 … ms,
 * up to RETRY_MAX_MS; on this machine, where a refused connection costs microseconds, up to RETRY_LOCAL_MS, so
 * that a server that comes back is seen at once. A refusal that only a person can mend (a password) waits
 * RETRY_PERSON_MS: servers shut out who insists.
 */
#ifndef XENHUB_DISPLAY_RETRY_H
#define XENHUB_DISPLAY_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define RETRY_FIRST_MS  50
#define RETRY_LOCAL_MS  250
#define RETRY_MAX_MS    2000
#define RETRY_PERSON_MS 30000
#define RETRY_SOUND_MS  1000 /* a connection that lasted so long was good: its loss starts anew */

struct retry {
	unsigned max_ms;
	unsigned failures; /* since the last good connection */
};

void retry_init(struct retry *retry, bool local);

/* A connection ended at now with this negative errno, having run for running_ns (0: it never did). The time of the next try. */
uint64_t retry_after(struct retry *retry, uint64_t now_ns, int error, uint64_t running_ns);

#endif
