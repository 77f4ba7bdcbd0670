/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile SPICE server in front of the guard. The first byte chooses the channel and whether the greeting is part of
 * the input, the second the size of the pieces. However it is cut the verdict is the same, and what the library is
 * made to keep stays within its limits.
 */
#include <stdlib.h>
#include <string.h>
#include "display/spice/guard.h"

#define BYTES_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct guard whole, pieces;

static void check(const struct guard *guard)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < GUARD_SURFACES_MAX; i++)
		bytes += (size_t)guard->surfaces[i] << 10;
	if (guard->error == 0 && (bytes != guard->surface_bytes || bytes > 2 * BYTES_MAX))
		abort();
	bytes = 0;
	for (unsigned i = 0; i < guard->cursor_count; i++)
		bytes += guard->cursors[i].bytes;
	if (bytes != guard->cursor_bytes || bytes > GUARD_CURSORS_BYTES)
		abort();
	if ((guard->error == 0) != (guard->reason[0] == '\0'))
		abort();
}

static void greet(struct guard *guard)
{
	static const uint8_t magic[16] = { 'R', 'E', 'D', 'Q', 2, 0, 0, 0, 2, 0, 0, 0, 182, 0, 0, 0 };
	static const uint8_t reply[182] = { [166] = 1, [174] = 178, [178] = 0xb };
	static const uint8_t ticket[4];

	if (guard_receive(guard, magic, sizeof(magic)) || guard_receive(guard, reply, sizeof(reply)) ||
	    guard_receive(guard, ticket, sizeof(ticket)))
		abort();
}

static void pass_ours(struct guard *guard, const uint8_t *data, size_t size, size_t step)
{
	const uint8_t *out;

	for (size_t at = 0; at < size; at += step) {
		size_t n = guard_send(guard, data + at, size - at < step ? size - at : step, &out);

		if (n > GUARD_LINK_MAX && n > size)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum guard_channel channel;
	size_t step;

	if (size < 2)
		return 0;
	channel = (enum guard_channel)(data[0] % 4 + 1);
	step = data[1] % 64 + 1u;
	guard_init(&whole, channel, BYTES_MAX);
	guard_init(&pieces, channel, BYTES_MAX);
	pass_ours(&whole, data + 2, size - 2, step);
	if (data[0] & 4) {
		greet(&whole);
		greet(&pieces);
	}
	guard_receive(&whole, data + 2, size - 2);
	for (size_t at = 2; at < size; at += step)
		guard_receive(&pieces, data + at, size - at < step ? size - at : step);
	if (whole.error != pieces.error || strcmp(whole.reason, pieces.reason) != 0)
		abort();
	check(&whole);
	check(&pieces);
	return 0;
}
