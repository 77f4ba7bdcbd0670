/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/spice/guard_private.h"

#ifdef XENHUB_HAVE_ZLIB
#include <zlib.h>

bool guard_inflate(const uint8_t *packed, size_t size, uint8_t *out, size_t want)
{
	z_stream stream = {
		.next_in = (Bytef *)packed, .avail_in = (uInt)size, .next_out = out, .avail_out = (uInt)want
	};

	if (inflateInit(&stream) != Z_OK)
		return false;
	inflate(&stream, Z_SYNC_FLUSH);
	inflateEnd(&stream);
	return stream.avail_out == 0;
}
#else
bool guard_inflate(const uint8_t *packed, size_t size, uint8_t *out, size_t want)
{
	return false;
}
#endif
