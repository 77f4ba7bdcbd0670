/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile SPICE server in front of the guard. The first byte chooses the channel and whether the greeting is part of
 * the input, the second the size of the pieces. However it is cut the verdict is the same and so is what passes, and what
 * the library is made to keep stays within its limits. The other way, too, the cut does not matter.
 */
#include <stdlib.h>
#include <string.h>
#include "display/spice/guard.h"

#define BYTES_MAX (1u << 20)
#define INPUT_MAX 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct guard whole, pieces;

static void check_bytes(const struct guard *guard)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < GUARD_SURFACES_MAX; i++)
		bytes += (size_t)guard->surfaces[i].kib << 10;
	if (guard->error == 0 && (bytes != guard->surface_bytes || bytes > 2 * BYTES_MAX))
		abort();
	bytes = 0;
	for (unsigned i = 0; i < guard->cursor_count; i++)
		bytes += guard->cursors[i].bytes;
	if (bytes != guard->cursor_bytes || bytes > GUARD_CURSORS_BYTES)
		abort();
	bytes = 0;
	for (uint32_t i = 0; i < guard->images.room; i++)
		if (guard->images.entries[i].times > 0)
			bytes +=
				(size_t)guard->images.entries[i].width * guard->images.entries[i].height * 4 +
				KEPT_COST;
	if (bytes != guard->images.bytes || (guard->error == 0 && bytes > GUARD_IMAGES_BYTES))
		abort();
	bytes = 0;
	for (uint64_t i = guard->glz.oldest; i < guard->glz.next; i++)
		bytes += guard->glz.sizes[i % GUARD_GLZ_MAX];
	if (bytes != guard->glz.bytes || (guard->error == 0 && bytes > GUARD_GLZ_BYTES))
		abort();
}

static void check(const struct guard *guard)
{
	check_bytes(guard);
	if (guard->palette_count > GUARD_PALETTES_MAX || guard->part_count > GUARD_PARTS_MAX)
		abort();
	/* No part of a message is left behind. */
	if (guard->error == 0 && guard_is_between(guard) && guard->part_count > 0)
		abort();
	if ((guard->error == 0) != (guard->reason[0] == '\0'))
		abort();
}

/* Up to the ticket; of a display up to a screen to draw on. */
static void greet(struct guard *guard)
{
	uint8_t magic[16] = { 'R', 'E', 'D', 'Q', 2, 0, 0, 0, 2, 0, 0, 0, 182, 0, 0, 0 };
	uint8_t reply[182] = { [166] = 1, [174] = 178, [178] = 0xb };
	uint8_t screen[4 + 26] = {
		[4] = 314 & 0xff, 314 >> 8, 20, [14] = 64, [18] = 64, [22] = 32, [26] = 1
	};

	if (guard_receive(guard, magic, sizeof(magic)) || guard_receive(guard, reply, sizeof(reply)) ||
	    guard_receive(guard, screen, guard->channel == GUARD_DISPLAY ? sizeof(screen) : 4))
		abort();
}

static size_t send_in_pieces(struct guard *guard, const uint8_t *data, size_t size, size_t step, uint8_t *out)
{
	size_t sent = 0;

	for (size_t at = 0; at < size; at += step)
		sent += guard_send(guard, data + at, size - at < step ? size - at : step, out + sent);
	return sent;
}

/* The greeting is taken in one piece, as the library sends it. */
static void check_sending(const uint8_t *data, size_t size, size_t step)
{
	static const uint8_t greeting[16 + 18] = { 'R', 'E', 'D', 'Q', [12] = 18 };
	static uint8_t out[2][INPUT_MAX + GUARD_LINK_MAX];
	size_t sent;

	send_in_pieces(&whole, data, size, size, out[0]);
	send_in_pieces(&pieces, data, size, step, out[1]);
	whole.sending = pieces.sending = (struct guard_sending){ 0 };
	whole.greeting_have = pieces.greeting_have = 0;
	whole.greeting_need = pieces.greeting_need = 16;
	if (whole.phase < GUARD_HEADER)
		return;
	guard_send(&whole, greeting, sizeof(greeting), out[0]);
	guard_send(&pieces, greeting, sizeof(greeting), out[1]);
	sent = guard_send(&whole, data, size, out[0]);
	if (sent > size || send_in_pieces(&pieces, data, size, step, out[1]) != sent ||
	    memcmp(out[0], out[1], sent) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t in[2][INPUT_MAX];
	enum guard_channel channel;
	size_t step, rest = size - 2;

	if (size < 3 || rest > INPUT_MAX)
		return 0;
	channel = (enum guard_channel)(data[0] % 4 + 1);
	step = data[1] % 64 + 1u;
	guard_init(&whole, channel, BYTES_MAX);
	guard_init(&pieces, channel, BYTES_MAX);
	if (data[0] & 4) {
		greet(&whole);
		greet(&pieces);
	}
	check_sending(data + 2, rest, step);
	memcpy(in[0], data + 2, rest);
	memcpy(in[1], data + 2, rest);
	guard_receive(&whole, in[0], rest);
	for (size_t at = 0; at < rest; at += step)
		guard_receive(&pieces, in[1] + at, rest - at < step ? rest - at : step);
	if (whole.error != pieces.error || strcmp(whole.reason, pieces.reason) != 0 ||
	    (whole.error == 0 && memcmp(in[0], in[1], rest) != 0))
		abort();
	check(&whole);
	check(&pieces);
	guard_finish(&whole);
	guard_finish(&pieces);
	return 0;
}
