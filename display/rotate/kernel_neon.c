/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rotate/kernels.h"

#ifdef __aarch64__
#include <arm_neon.h>
#include <string.h>

/* Four rows of four pixels in, four columns out. */
static inline void load_columns(uint32x4_t out[4], const uint32_t *src, ptrdiff_t stride)
{
	uint32x4_t a = vld1q_u32(src), b = vld1q_u32(src + stride);
	uint32x4_t c = vld1q_u32(src + 2 * stride), d = vld1q_u32(src + 3 * stride);
	uint64x2_t ab_even = vreinterpretq_u64_u32(vtrn1q_u32(a, b));
	uint64x2_t ab_odd = vreinterpretq_u64_u32(vtrn2q_u32(a, b));
	uint64x2_t cd_even = vreinterpretq_u64_u32(vtrn1q_u32(c, d));
	uint64x2_t cd_odd = vreinterpretq_u64_u32(vtrn2q_u32(c, d));

	out[0] = vreinterpretq_u32_u64(vtrn1q_u64(ab_even, cd_even));
	out[1] = vreinterpretq_u32_u64(vtrn1q_u64(ab_odd, cd_odd));
	out[2] = vreinterpretq_u32_u64(vtrn2q_u64(ab_even, cd_even));
	out[3] = vreinterpretq_u32_u64(vtrn2q_u64(ab_odd, cd_odd));
}

/* There are no streaming stores to ask for; a band is a cache line, and cores that see it written whole do not read it. */
static void transpose_neon(uint32_t *dst, ptrdiff_t dst_stride, const uint32_t *src, ptrdiff_t src_stride,
			   int columns, bool stream)
{
	for (int c = 0; c < columns; c += 4) {
		uint32x4_t part[4][4];

		for (int i = 0; i < 4; i++)
			load_columns(part[i], src + 4 * i * src_stride, src_stride);
		for (int row = 0; row < 4; row++) {
			for (int i = 0; i < 4; i++)
				vst1q_u32(dst + 4 * i, part[i][row]);
			dst += dst_stride;
		}
		src += 4;
	}
}

static void reverse_neon(uint32_t *dst, const uint32_t *src, int count, bool stream)
{
	src += count;
	for (int i = 0; i < count; i += 4) {
		uint32x4_t pairs;

		src -= 4;
		pairs = vrev64q_u32(vld1q_u32(src));
		vst1q_u32(dst + i, vextq_u32(pairs, pairs, 2));
	}
}

static void copy_neon(uint32_t *dst, const uint32_t *src, int count, bool stream)
{
	memcpy(dst, src, (size_t)count * sizeof(*dst));
}

static void fence_neon(void)
{
}

static const struct rotate_ops ops = {
	.name = "neon",
	.transpose = transpose_neon,
	.reverse = reverse_neon,
	.copy = copy_neon,
	.fence = fence_neon,
};

const struct rotate_ops *rotate_ops_neon(void)
{
	return &ops;
}
#else
const struct rotate_ops *rotate_ops_neon(void)
{
	return NULL;
}
#endif
