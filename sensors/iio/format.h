/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layout of an IIO buffer: what one scan element looks like, and where it stands in a scan. Pure.
 * Rules: Documentation/ABI/testing/sysfs-bus-iio, scan_elements/…_type.
 */
#ifndef SENSORS_IIO_FORMAT_H
#define SENSORS_IIO_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan_type {
	bool big_endian;
	bool is_signed;
	/* Bits that count, after shifting right by shift; storage is 8, 16, 32 or 64. */
	unsigned bits, storage, shift;
	/* Elements in a row of that storage; the first one is decoded. */
	unsigned repeat;
};

#define SCAN_REPEAT_MAX 16

/* "le:s12/16>>4" or "be:u32/32X3>>0". 0, or -EINVAL. */
int scan_type_parse(const char *text, struct scan_type *type);

/* Decodes the element at data, which has room for storage bits; u64 beyond INT64_MAX is clipped. */
int64_t scan_type_decode(const struct scan_type *type, const uint8_t *data);

/*
 * Places count elements, given in the order of their index, each aligned to its own size; offsets get their
 * places. Returns the bytes of a whole scan.
 */
size_t scan_layout(const struct scan_type *types, unsigned count, size_t *offsets);

#endif
