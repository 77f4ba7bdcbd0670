/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rotate/rotate.h"

#include <errno.h>
#include <string.h>
#include "display/rotate/kernels.h"

#define LINE_BYTES  64
#define LINE_PIXELS (LINE_BYTES / 4)

/* So many columns before the next band: their destination rows, a page each, then stay in the large TLB. */
#define BLOCK_COLUMNS 512

int rotate_init(struct rotate *rotate, enum rotate_kernel kernel)
{
	const struct rotate_ops *ops = NULL;

	switch (kernel) {
	case ROTATE_BEST:
		ops = rotate_ops_avx2();
		if (!ops)
			ops = rotate_ops_sse2();
		if (!ops)
			ops = rotate_ops_neon();
		if (!ops)
			ops = &rotate_ops_c;
		break;
	case ROTATE_C:
		ops = &rotate_ops_c;
		break;
	case ROTATE_SSE2:
		ops = rotate_ops_sse2();
		break;
	case ROTATE_AVX2:
		ops = rotate_ops_avx2();
		break;
	case ROTATE_NEON:
		ops = rotate_ops_neon();
		break;
	}
	if (!ops)
		return -ENOTSUP;
	*rotate = (struct rotate){ .ops = ops, .stream_bytes = ROTATE_STREAM_BYTES };
	return 0;
}

static struct rect rect_turn(struct rect r, const struct surface *src, enum rotation rotation)
{
	switch (rotation) {
	case ROTATION_90:
		return (struct rect){ src->height - r.y - r.h, r.x, r.h, r.w };
	case ROTATION_180:
		return (struct rect){ src->width - r.x - r.w, src->height - r.y - r.h, r.w, r.h };
	case ROTATION_270:
		return (struct rect){ r.y, src->width - r.x - r.w, r.h, r.w };
	default:
		return r;
	}
}

/* The inverse of rect_turn, for the rotation that it undoes. */
static struct rect rect_turn_back(struct rect r, const struct surface *src, enum rotation rotation)
{
	switch (rotation) {
	case ROTATION_90:
		return (struct rect){ r.y, src->height - r.x - r.w, r.h, r.w };
	case ROTATION_270:
		return (struct rect){ src->width - r.y - r.h, r.x, r.h, r.w };
	default:
		return rect_turn(r, src, rotation);
	}
}

/* Pixels up to the next cache line, at most limit. */
static int head_pixels(const uint32_t *p, int limit)
{
	int misaligned = (int)((uintptr_t)p % LINE_BYTES / 4);
	int head = misaligned ? LINE_PIXELS - misaligned : 0;

	return head < limit ? head : limit;
}

static void row_copy(const struct rotate_ops *ops, uint32_t *dst, const uint32_t *src, int count, bool stream)
{
	int head = stream ? head_pixels(dst, count) : 0;
	int body = (count - head) / ROTATE_BAND * ROTATE_BAND;
	int tail = count - head - body;

	memcpy(dst, src, (size_t)head * 4);
	ops->copy(dst + head, src + head, body, stream);
	memcpy(dst + head + body, src + head + body, (size_t)tail * 4);
}

/* dst[i] = src[count - 1 - i] */
static void row_reverse(const struct rotate_ops *ops, uint32_t *dst, const uint32_t *src, int count,
			bool stream)
{
	int head = stream ? head_pixels(dst, count) : 0;
	int body = (count - head) / ROTATE_BAND * ROTATE_BAND;
	int tail = count - head - body;

	for (int i = 0; i < head; i++)
		dst[i] = src[count - 1 - i];
	ops->reverse(dst + head, src + tail, body, stream);
	for (int i = 0; i < tail; i++)
		dst[head + body + i] = src[tail - 1 - i];
}

/* dst[c * dst_stride + k] = src[k * src_stride + c] for a ragged edge. */
static void transpose_edge(uint32_t *dst, ptrdiff_t dst_stride, const uint32_t *src, ptrdiff_t src_stride,
			   int rows, int columns)
{
	for (int c = 0; c < columns; c++)
		for (int k = 0; k < rows; k++)
			dst[c * dst_stride + k] = src[k * src_stride + c];
}

/* `columns` source columns of `rows` source rows each: an edge up to the destination's cache line, whole
 * bands, an edge. */
static void transpose_block(const struct rotate_ops *ops, uint32_t *dst, ptrdiff_t dst_stride,
			    const uint32_t *src, ptrdiff_t src_stride, int rows, int columns, bool stream)
{
	int even = columns / ROTATE_COLUMNS * ROTATE_COLUMNS;
	int head = head_pixels(dst, rows);
	int k = head;

	transpose_edge(dst, dst_stride, src, src_stride, head, columns);
	for (; k + ROTATE_BAND <= rows; k += ROTATE_BAND) {
		ops->transpose(dst + k, dst_stride, src + k * src_stride, src_stride, even, stream);
		transpose_edge(dst + k + even * dst_stride, dst_stride, src + k * src_stride + even,
			       src_stride, ROTATE_BAND, columns - even);
	}
	transpose_edge(dst + k, dst_stride, src + k * src_stride, src_stride, rows - k, columns);
}

static void blit_rows(const struct rotate_ops *ops, uint32_t *dst, ptrdiff_t dst_stride, const uint32_t *src,
		      ptrdiff_t src_stride, struct rect part, bool half_turn, bool stream)
{
	for (int y = 0; y < part.h; y++) {
		if (half_turn)
			row_reverse(ops, dst, src, part.w, stream);
		else
			row_copy(ops, dst, src, part.w, stream);
		dst += dst_stride;
		src += src_stride;
	}
}

static void blit_columns(const struct rotate_ops *ops, uint32_t *dst, ptrdiff_t dst_stride,
			 const uint32_t *src, ptrdiff_t src_stride, struct rect part, bool stream)
{
	for (int c = 0; c < part.w; c += BLOCK_COLUMNS) {
		int columns = part.w - c < BLOCK_COLUMNS ? part.w - c : BLOCK_COLUMNS;

		transpose_block(ops, dst + c * dst_stride, dst_stride, src + c, src_stride, part.h, columns,
				stream);
	}
}

struct rect rotate_blit(const struct rotate *rotate, const struct surface *dst, int x, int y,
			const struct surface *src, struct rect part, enum rotation rotation)
{
	ptrdiff_t src_stride = src->stride, dst_stride = dst->stride;
	struct rect target;
	const uint32_t *from;
	uint32_t *to;
	bool stream;

	part = rect_intersect(part, (struct rect){ 0, 0, src->width, src->height });
	target = rect_turn(part, src, rotation);
	target.x += x;
	target.y += y;
	target = rect_intersect(target, (struct rect){ 0, 0, dst->width, dst->height });
	if (rect_is_empty(target))
		return target;
	part = rect_turn_back((struct rect){ target.x - x, target.y - y, target.w, target.h }, src, rotation);

	stream = (size_t)rect_area(target) * 4 >= rotate->stream_bytes && dst_stride % LINE_PIXELS == 0 &&
		 (uintptr_t)dst->pixels % 4 == 0;
	to = dst->pixels + target.y * dst_stride + target.x;
	from = src->pixels + part.y * src_stride + part.x;
	switch (rotation) {
	case ROTATION_0:
		blit_rows(rotate->ops, to, dst_stride, from, src_stride, part, false, stream);
		break;
	case ROTATION_90:
		from += (part.h - 1) * src_stride;
		blit_columns(rotate->ops, to, dst_stride, from, -src_stride, part, stream);
		break;
	case ROTATION_180:
		from += (part.h - 1) * src_stride;
		blit_rows(rotate->ops, to, dst_stride, from, -src_stride, part, true, stream);
		break;
	case ROTATION_270:
		to += (target.h - 1) * dst_stride;
		blit_columns(rotate->ops, to, -dst_stride, from, src_stride, part, stream);
		break;
	}
	if (stream)
		rotate->ops->fence();
	return target;
}
