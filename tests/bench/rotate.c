/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rotation kernels against memcpy of the same picture, interleaved in one run so that both see the same
 * machine. Prints the median time of each kernel and its ratio to the median memcpy; only the ratios are
 * claims : full 1920x1200 at 90 within 3 x.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "display/frame/frame.h"
#include "display/rotate/rotate.h"

#define ROUNDS    61
#define CASES_MAX 32

struct bench_case {
	char name[32];
	struct rotate rotate;
	enum rotation rotation;
	double times[ROUNDS];
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *times)
{
	qsort(times, ROUNDS, sizeof(*times), by_value);
	return times[ROUNDS / 2];
}

static int cases_list(struct bench_case *cases)
{
	static const struct {
		enum rotate_kernel kernel;
		const char *name;
	} kernels[] = {
		{ ROTATE_C, "c" }, { ROTATE_SSE2, "sse2" }, { ROTATE_AVX2, "avx2" }, { ROTATE_NEON, "neon" }
	};
	int count = 0;

	for (unsigned k = 0; k < sizeof(kernels) / sizeof(kernels[0]); k++)
		for (int r = ROTATION_0; r <= ROTATION_270; r++)
			for (int stream = 0; stream < 2; stream++) {
				struct bench_case *c = &cases[count];

				if (rotate_init(&c->rotate, kernels[k].kernel) < 0 ||
				    (stream && kernels[k].kernel == ROTATE_C))
					continue;
				c->rotate.stream_bytes = stream ? 0 : SIZE_MAX;
				c->rotation = (enum rotation)r;
				snprintf(c->name, sizeof(c->name), "%-4s %3d %s", kernels[k].name, r * 90,
					 stream ? "stream" : "plain");
				count++;
			}
	return count;
}

static int run(int width, int height)
{
	static struct bench_case cases[CASES_MAX];
	static double base[ROUNDS];
	struct frame src, upright, sideways;
	int count = cases_list(cases);
	double copy;

	frame_init(&src, 0);
	frame_init(&upright, 0);
	frame_init(&sideways, 0);
	if (frame_resize(&src, width, height) < 0 || frame_resize(&upright, width, height) < 0 ||
	    frame_resize(&sideways, height, width) < 0) {
		fprintf(stderr, "rotate: no memory for %dx%d\n", width, height);
		return 1;
	}
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			*frame_at(&src, x, y) = (uint32_t)(y * width + x) * 2654435761u;
	for (int round = -3; round < ROUNDS; round++) {
		double start = now_ms();

		memcpy(upright.surface.pixels, src.surface.pixels,
		       (size_t)src.surface.stride * 4 * (size_t)height);
		if (round >= 0)
			base[round] = now_ms() - start;
		for (int i = 0; i < count; i++) {
			struct bench_case *c = &cases[i];
			struct frame *dst = rotation_is_sideways(c->rotation) ? &sideways : &upright;

			start = now_ms();
			rotate_blit(&c->rotate, &dst->surface, 0, 0, &src.surface,
				    (struct rect){ 0, 0, width, height }, c->rotation);
			if (round >= 0)
				c->times[round] = now_ms() - start;
		}
	}
	copy = median(base);
	printf("%dx%d  memcpy %.2f ms, median of %d\n", width, height, copy, ROUNDS);
	for (int i = 0; i < count; i++) {
		double t = median(cases[i].times);

		printf("  %-16s %6.2f ms  %5.2f x memcpy\n", cases[i].name, t, t / copy);
	}
	frame_finish(&sideways);
	frame_finish(&upright);
	frame_finish(&src);
	return 0;
}

int main(void)
{
	return run(1920, 1200) | run(1280, 800) | run(2560, 1600);
}
