/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rotate/kernels.h"

#include <string.h>

static void transpose_c(uint32_t *dst, ptrdiff_t dst_stride, const uint32_t *src, ptrdiff_t src_stride,
			int columns, bool stream)
{
	for (int c = 0; c < columns; c++) {
		for (int k = 0; k < ROTATE_BAND; k++)
			dst[k] = src[k * src_stride + c];
		dst += dst_stride;
	}
}

static void reverse_c(uint32_t *dst, const uint32_t *src, int count, bool stream)
{
	for (int i = 0; i < count; i++)
		dst[i] = src[count - 1 - i];
}

static void copy_c(uint32_t *dst, const uint32_t *src, int count, bool stream)
{
	memcpy(dst, src, (size_t)count * sizeof(*dst));
}

static void fence_c(void)
{
}

const struct rotate_ops rotate_ops_c = {
	.name = "c",
	.transpose = transpose_c,
	.reverse = reverse_c,
	.copy = copy_c,
	.fence = fence_c,
};
