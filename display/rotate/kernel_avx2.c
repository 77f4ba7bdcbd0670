/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rotate/kernels.h"

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline void store(uint32_t *dst, __m256i value, bool stream)
{
	if (stream)
		_mm256_stream_si256((__m256i *)dst, value);
	else
		_mm256_storeu_si256((__m256i *)dst, value);
}

/* Rows n and n + 4, four pixels of each: the halves meet in the load, which saves eight lane crossings a
 * tile. */
AVX2 static inline __m256i load_pair(const uint32_t *low, const uint32_t *high)
{
	__m256i pair = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low));

	return _mm256_inserti128_si256(pair, _mm_loadu_si128((const __m128i *)high), 1);
}

/* Eight rows of four pixels in, four columns of eight out. */
AVX2 static inline void load_columns(__m256i out[4], const uint32_t *src, ptrdiff_t stride)
{
	__m256i a = load_pair(src, src + 4 * stride);
	__m256i b = load_pair(src + stride, src + 5 * stride);
	__m256i c = load_pair(src + 2 * stride, src + 6 * stride);
	__m256i d = load_pair(src + 3 * stride, src + 7 * stride);
	__m256i ab_low = _mm256_unpacklo_epi32(a, b), ab_high = _mm256_unpackhi_epi32(a, b);
	__m256i cd_low = _mm256_unpacklo_epi32(c, d), cd_high = _mm256_unpackhi_epi32(c, d);

	out[0] = _mm256_unpacklo_epi64(ab_low, cd_low);
	out[1] = _mm256_unpackhi_epi64(ab_low, cd_low);
	out[2] = _mm256_unpacklo_epi64(ab_high, cd_high);
	out[3] = _mm256_unpackhi_epi64(ab_high, cd_high);
}

AVX2 static void transpose_avx2(uint32_t *dst, ptrdiff_t dst_stride, const uint32_t *src,
				ptrdiff_t src_stride, int columns, bool stream)
{
	for (int c = 0; c < columns; c += 4) {
		__m256i left[4], right[4];

		load_columns(left, src, src_stride);
		load_columns(right, src + 8 * src_stride, src_stride);
		for (int row = 0; row < 4; row++) {
			store(dst, left[row], stream);
			store(dst + 8, right[row], stream);
			dst += dst_stride;
		}
		src += 4;
	}
}

AVX2 static void reverse_avx2(uint32_t *dst, const uint32_t *src, int count, bool stream)
{
	const __m256i backwards = _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0);

	src += count;
	for (int i = 0; i < count; i += 8) {
		src -= 8;
		store(dst + i,
		      _mm256_permutevar8x32_epi32(_mm256_loadu_si256((const __m256i *)src), backwards),
		      stream);
	}
}

AVX2 static void copy_avx2(uint32_t *dst, const uint32_t *src, int count, bool stream)
{
	if (!stream) {
		memcpy(dst, src, (size_t)count * sizeof(*dst));
		return;
	}
	for (int i = 0; i < count; i += 8)
		store(dst + i, _mm256_loadu_si256((const __m256i *)(src + i)), true);
}

AVX2 static void fence_avx2(void)
{
	_mm_sfence();
}

static const struct rotate_ops ops = {
	.name = "avx2",
	.transpose = transpose_avx2,
	.reverse = reverse_avx2,
	.copy = copy_avx2,
	.fence = fence_avx2,
};

const struct rotate_ops *rotate_ops_avx2(void)
{
	return __builtin_cpu_supports("avx2") ? &ops : NULL;
}
#else
const struct rotate_ops *rotate_ops_avx2(void)
{
	return NULL;
}
#endif
