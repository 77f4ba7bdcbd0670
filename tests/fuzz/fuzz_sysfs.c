/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes as a driver may write them: numbers, mount matrices, buffer formats, quirks, states. What is accepted must
 * keep the promises of its header.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sensors/attr.h"
#include "sensors/estimate.h"
#include "sensors/iio/format.h"
#include "sensors/matrix.h"
#include "sensors/orientation.h"
#include "sensors/quirks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int promise)
{
	if (!promise)
		abort();
}

static void fuzz_numbers(const char *text)
{
	int64_t value;
	double real;

	if (!attr_parse_range(text, -1000, 1000, &value))
		require(value >= -1000 && value <= 1000);
	if (!attr_parse_s64(text, &value)) {
		require(attr_parse_double(text, &real) == 0);
		require(battery_power_sane(value) <= BATTERY_POWER_MAX_UW);
		require(battery_energy_sane(value) <= BATTERY_ENERGY_MAX_UWH);
	}
	if (!attr_parse_double(text, &real)) {
		require(isfinite(real));
		if (!attr_round(real, -5, 5, &value))
			require(value >= -5 && value <= 5);
	}
}

static void fuzz_matrix(const char *text)
{
	static const double down[3] = { 0, -9.8, 0 };
	struct matrix matrix, again;
	char why[MATRIX_TEXT_MAX];
	char copy[MATRIX_TEXT_MAX];
	double device[3];

	if (matrix_parse(text, &matrix, why, sizeof(why)) < 0) {
		require(why[0] != '\0');
		return;
	}
	require(matrix_check(&matrix, why, sizeof(why)) == 0);
	matrix_apply(&matrix, down, device);
	require(isfinite(device[0]) && isfinite(device[1]) && isfinite(device[2]));
	require(orientation_name(orientation_next(ORIENTATION_UNDEFINED, device)) != NULL);
	/* Six digits of a number near a limit may round across it; anything else comes back. */
	matrix_format(&matrix, copy, sizeof(copy));
	(void)matrix_parse(copy, &again, why, sizeof(why));
}

static void fuzz_format(const char *text)
{
	static const uint8_t bytes[8] = { 0x80, 0xff, 0x00, 0x7f, 0x55, 0xaa, 0x01, 0xfe };
	struct scan_type types[2];
	size_t offsets[2];
	int64_t value;

	if (scan_type_parse(text, &types[0]) < 0)
		return;
	types[1] = types[0];
	require(scan_layout(types, 2, offsets) >= types[0].storage / 4 * types[0].repeat);
	value = scan_type_decode(&types[0], bytes);
	if (types[0].bits < 63) {
		int64_t limit = 1ll << (types[0].is_signed ? types[0].bits - 1 : types[0].bits);

		require(value < limit && value >= (types[0].is_signed ? -limit : 0));
	}
}

static void on_refused(void *data, unsigned line, const char *section, const char *key, const char *why)
{
	require(line > 0 && section && key && why && *why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct quirk quirk;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	fuzz_numbers(text);
	fuzz_matrix(text);
	fuzz_format(text);
	quirks_find(text, "dmi:svnA:pnB:", "als", &quirk, on_refused, NULL);
	if (quirk.has_matrix)
		require(matrix_check(&quirk.matrix, NULL, 0) == 0);
	require(battery_state_parse(text) <= BATTERY_FULL);
	require(strlen(attr_trim(text)) <= size);
	free(text);
	return 0;
}
