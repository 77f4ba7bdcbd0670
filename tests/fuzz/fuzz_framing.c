/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The framing of serial lines. Each input is a script: pieces of it are said by the hub, damage the line, or come from nowhere.
 * Whatever happens, the twin gets a prefix of what the hub said.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/link/framing.h"

#define SAID_MAX (64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct framing hub, twin;
static uint8_t said[SAID_MAX];
static size_t n_said, n_got;

static void take(uint64_t now_ns)
{
	uint8_t buf[512];
	size_t n;

	while ((n = framing_take(&twin, buf, sizeof(buf), now_ns))) {
		if (n_got + n > n_said || memcmp(said + n_got, buf, n))
			abort();
		n_got += n;
	}
	while (framing_take(&hub, buf, sizeof(buf), now_ns))
		;
}

static void feed(struct framing *to, const uint8_t *bytes, size_t n, uint64_t now_ns)
{
	while (n) {
		uint8_t *where;
		size_t room = framing_input(to, &where);

		if (!room)
			return;
		if (room > n)
			room = n;
		memcpy(where, bytes, room);
		framing_fed(to, room, now_ns);
		bytes += room;
		n -= room;
		take(now_ns);
	}
}

static void carry(struct framing *from, struct framing *to, int damage, uint8_t where, uint64_t now_ns)
{
	uint8_t bytes[4 * FRAMING_FRAME_MAX];
	const uint8_t *out;
	size_t n = framing_output(from, &out);

	memcpy(bytes, out, n);
	framing_output_sent(from, n);
	if (damage && n)
		bytes[where * n / 256] ^= (uint8_t)damage;
	feed(to, bytes, n, now_ns);
}

/* Bytes from nowhere. A fuzzer that sees comparisons could forge a whole DATA frame with its checksum, as no line does. */
static void inject(struct framing *to, const uint8_t *bytes, size_t n, uint64_t now_ns)
{
	uint8_t copy[256];

	memcpy(copy, bytes, n);
	for (size_t i = 0; i + 2 < n; i++)
		if (copy[i] == 0xe9 && copy[i + 1] == 0xb5 && copy[i + 2] == 3)
			copy[i + 2] = 4;
	feed(to, copy, n, now_ns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t now_ns = NS_PER_S;

	n_said = n_got = 0;
	framing_init(&hub, false, 0x11111111, now_ns);
	framing_init(&twin, true, 0x22222222, now_ns);
	for (int i = 0; i < 3; i++) {
		carry(&hub, &twin, 0, 0, now_ns);
		carry(&twin, &hub, 0, 0, now_ns);
	}
	while (size >= 2) {
		uint8_t what = data[0] & 7, n = data[1];
		size_t len;

		data += 2;
		size -= 2;
		len = n < size ? n : size;
		switch (what) {
		case 0:
		case 1:
			if (n_said + len <= SAID_MAX) {
				len = framing_put(&hub, data, len, now_ns);
				memcpy(said + n_said, data, len);
				n_said += len;
			}
			break;
		case 2:
			inject(&twin, data, len, now_ns);
			break;
		case 3:
			inject(&hub, data, len, now_ns);
			break;
		case 4:
			now_ns += n * 50 * NS_PER_MS;
			framing_tick(&hub, now_ns);
			framing_tick(&twin, now_ns);
			len = 0;
			break;
		default:
			len = what == 7 && size ? 1 : 0;
			carry(&hub, &twin, len ? data[0] : 0, n, now_ns);
			carry(&twin, &hub, 0, 0, now_ns);
		}
		data += len;
		size -= len;
	}
	return 0;
}
