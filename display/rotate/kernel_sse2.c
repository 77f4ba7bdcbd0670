/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rotate/kernels.h"

#if defined(__x86_64__) || defined(__i386__)
#include <emmintrin.h>
#include <string.h>

#define SSE2 __attribute__((target("sse2")))

SSE2 static inline void store(uint32_t *dst, __m128i value, bool stream)
{
	if (stream)
		_mm_stream_si128((__m128i *)dst, value);
	else
		_mm_storeu_si128((__m128i *)dst, value);
}

/* Four rows of four pixels in, four columns out. */
SSE2 static inline void load_columns(__m128i out[4], const uint32_t *src, ptrdiff_t stride)
{
	__m128i a = _mm_loadu_si128((const __m128i *)src);
	__m128i b = _mm_loadu_si128((const __m128i *)(src + stride));
	__m128i c = _mm_loadu_si128((const __m128i *)(src + 2 * stride));
	__m128i d = _mm_loadu_si128((const __m128i *)(src + 3 * stride));
	__m128i ab_low = _mm_unpacklo_epi32(a, b), ab_high = _mm_unpackhi_epi32(a, b);
	__m128i cd_low = _mm_unpacklo_epi32(c, d), cd_high = _mm_unpackhi_epi32(c, d);

	out[0] = _mm_unpacklo_epi64(ab_low, cd_low);
	out[1] = _mm_unpackhi_epi64(ab_low, cd_low);
	out[2] = _mm_unpacklo_epi64(ab_high, cd_high);
	out[3] = _mm_unpackhi_epi64(ab_high, cd_high);
}

SSE2 static void transpose_sse2(uint32_t *dst, ptrdiff_t dst_stride, const uint32_t *src,
				ptrdiff_t src_stride, int columns, bool stream)
{
	for (int c = 0; c < columns; c += 4) {
		__m128i part[4][4];

		for (int i = 0; i < 4; i++)
			load_columns(part[i], src + 4 * i * src_stride, src_stride);
		for (int row = 0; row < 4; row++) {
			for (int i = 0; i < 4; i++)
				store(dst + 4 * i, part[i][row], stream);
			dst += dst_stride;
		}
		src += 4;
	}
}

SSE2 static void reverse_sse2(uint32_t *dst, const uint32_t *src, int count, bool stream)
{
	src += count;
	for (int i = 0; i < count; i += 4) {
		src -= 4;
		store(dst + i,
		      _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)src), _MM_SHUFFLE(0, 1, 2, 3)),
		      stream);
	}
}

SSE2 static void copy_sse2(uint32_t *dst, const uint32_t *src, int count, bool stream)
{
	if (!stream) {
		memcpy(dst, src, (size_t)count * sizeof(*dst));
		return;
	}
	for (int i = 0; i < count; i += 4)
		store(dst + i, _mm_loadu_si128((const __m128i *)(src + i)), true);
}

SSE2 static void fence_sse2(void)
{
	_mm_sfence();
}

static const struct rotate_ops ops = {
	.name = "sse2",
	.transpose = transpose_sse2,
	.reverse = reverse_sse2,
	.copy = copy_sse2,
	.fence = fence_sse2,
};

const struct rotate_ops *rotate_ops_sse2(void)
{
	return __builtin_cpu_supports("sse2") ? &ops : NULL;
}
#else
const struct rotate_ops *rotate_ops_sse2(void)
{
	return NULL;
}
#endif
