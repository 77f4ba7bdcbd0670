/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a daemon answers: whatever it is, a message lies within the bytes, and putting it together again gives the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hub/publish/xswire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xswire_message m;
	uint8_t again[XSWIRE_MESSAGE];
	int n;

	while ((n = xswire_take(data, size, &m)) > 0) {
		const char *end = m.len ? memchr(m.body, '\0', m.len) : NULL;

		if ((size_t)n > size || m.body != (const char *)data + XSWIRE_HEADER ||
		    m.len != (size_t)n - XSWIRE_HEADER || xswire_result(&m) > 0)
			abort();
		if (end) {
			size_t put = xswire_put(again, sizeof(again), m.type, m.id, m.tx, m.body, end + 1,
						m.len - (size_t)(end + 1 - m.body));

			if (put != (size_t)n || memcmp(again, data, put))
				abort();
		}
		data += n;
		size -= (size_t)n;
	}
	return 0;
}
