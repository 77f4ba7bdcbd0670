/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of consents: what is let in is written as it was read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hub/source/consents.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[CONSENTS_TEXT_MAX], again[CONSENTS_TEXT_MAX];
	static struct consents c;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	memset(&c, 0, sizeof(c));
	memcpy(c.boot, "b", 2);
	if (consents_read(&c, text) < 0) {
		if (c.count)
			abort();
		return 0;
	}
	if (consents_write(&c, again) != strlen(text) || strcmp(text, again))
		abort();
	return 0;
}
