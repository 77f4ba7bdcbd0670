/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/shot/shot.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static void put_be32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_le32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (8 * i));
}

static void write_chunk(FILE *file, const char type[4], const uint8_t *data, size_t size)
{
	uint8_t number[4];
	uLong crc = crc32(0, (const Bytef *)type, 4);

	if (size > 0)
		crc = crc32(crc, data, (uInt)size);
	put_be32(number, (uint32_t)size);
	fwrite(number, 1, 4, file);
	fwrite(type, 1, 4, file);
	fwrite(data, 1, size, file);
	put_be32(number, (uint32_t)crc);
	fwrite(number, 1, 4, file);
}

/* Each row with the difference to the row above: flat areas and repeated rows compress best so. */
static void filter_rows(const struct surface *surface, uint8_t *out)
{
	for (int y = 0; y < surface->height; y++) {
		const uint32_t *row = surface->pixels + (size_t)y * (size_t)surface->stride;

		*out++ = y > 0 ? 2 : 0;
		for (int x = 0; x < surface->width; x++)
			for (int shift = 16; shift >= 0; shift -= 8) {
				uint32_t above = y > 0 ? row[x - surface->stride] : 0;

				*out++ = (uint8_t)((row[x] >> shift) - (above >> shift));
			}
	}
}

static int write_png(const struct surface *surface, FILE *file)
{
	static const uint8_t signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	uint8_t header[13] = { [8] = 8, [9] = 2 };
	uLong raw_size = ((uLong)surface->width * 3 + 1) * (uLong)surface->height;
	uLongf size = compressBound(raw_size);
	uint8_t *raw = malloc(raw_size), *packed = malloc(size);
	int rc = -ENOMEM;

	if (!raw || !packed)
		goto out;
	filter_rows(surface, raw);
	if (compress2(packed, &size, raw, raw_size, 9) != Z_OK)
		goto out;
	put_be32(header, (uint32_t)surface->width);
	put_be32(header + 4, (uint32_t)surface->height);
	fwrite(signature, 1, sizeof(signature), file);
	write_chunk(file, "IHDR", header, sizeof(header));
	write_chunk(file, "IDAT", packed, size);
	write_chunk(file, "IEND", NULL, 0);
	rc = 0;
out:
	free(packed);
	free(raw);
	return rc;
}

static int write_bmp(const struct surface *surface, FILE *file)
{
	uint8_t header[54] = { 'B', 'M', [10] = 54, [14] = 40, [26] = 1, [28] = 24 };
	size_t row_size = ((size_t)surface->width * 3 + 3) & ~(size_t)3;
	uint8_t *bytes = calloc(1, row_size);

	if (!bytes)
		return -ENOMEM;
	put_le32(header + 2, (uint32_t)(54 + row_size * (size_t)surface->height));
	put_le32(header + 18, (uint32_t)surface->width);
	put_le32(header + 22, (uint32_t)surface->height);
	fwrite(header, 1, sizeof(header), file);
	for (int y = surface->height - 1; y >= 0; y--) {
		const uint32_t *row = surface->pixels + (size_t)y * (size_t)surface->stride;

		for (int x = 0; x < surface->width; x++) {
			bytes[3 * x] = (uint8_t)row[x];
			bytes[3 * x + 1] = (uint8_t)(row[x] >> 8);
			bytes[3 * x + 2] = (uint8_t)(row[x] >> 16);
		}
		fwrite(bytes, 1, row_size, file);
	}
	free(bytes);
	return 0;
}

int shot_write(const struct surface *surface, const char *path)
{
	size_t length = strlen(path);
	bool bmp = length > 4 && !strcmp(path + length - 4, ".bmp");
	char part[PATH_MAX];
	FILE *file;
	int rc;

	if ((size_t)snprintf(part, sizeof(part), "%s.part", path) >= sizeof(part))
		return -ENAMETOOLONG;
	file = fopen(part, "wbe");
	if (!file)
		return -errno;
	rc = bmp ? write_bmp(surface, file) : write_png(surface, file);
	if (ferror(file) && rc == 0)
		rc = -EIO;
	if (fclose(file) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(part, path) < 0)
		rc = -errno;
	if (rc < 0)
		unlink(part);
	return rc;
}
