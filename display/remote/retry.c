/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/remote/retry.h"

#include <errno.h>
#include "hub/core/clock.h"

void retry_init(struct retry *retry, bool local)
{
	*retry = (struct retry){ .max_ms = local ? RETRY_LOCAL_MS : RETRY_MAX_MS };
}

static unsigned delay_ms(const struct retry *retry)
{
	unsigned delay = RETRY_FIRST_MS;

	if (retry->failures == 0)
		return 0;
	for (unsigned i = 1; i < retry->failures && delay < retry->max_ms; i++)
		delay *= 2;
	return delay < retry->max_ms ? delay : retry->max_ms;
}

uint64_t retry_after(struct retry *retry, uint64_t now_ns, int error, uint64_t running_ns)
{
	unsigned delay;

	if (running_ns >= RETRY_SOUND_MS * NS_PER_MS)
		retry->failures = 0;
	delay = error == -EACCES ? RETRY_PERSON_MS : delay_ms(retry);
	retry->failures++;
	return now_ns + delay * NS_PER_MS;
}
