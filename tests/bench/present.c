/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a whole frame costs from the shadow framebuffer to the window, turned, by each way to present, against memcpy of the same
 * pixels, interleaved in one run. Then a screen of text that scrolls by a line, turned anew or moved within the window's memory.
 *
 *      DISPLAY=:N bench_present [WIDTHxHEIGHT]
 *
 * The X server's part is in it: showing waits until it has copied. Only the ratios are claims: `surface` within 3 x.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "display/frame/frame.h"
#include "display/present/present.h"
#include "hub/core/clock.h"

#define ROUNDS 41
#define WARM   3
#define LINE   16

struct bench {
	struct frame frame, copy;
	struct scene scene;
	struct present *present;
	struct rect window;
	enum rotation rotation;
};

typedef void step(struct bench *b);

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void copy_frame(struct bench *b)
{
	memcpy(b->copy.surface.pixels, b->frame.surface.pixels,
	       (size_t)b->frame.surface.stride * 4 * (size_t)b->frame.surface.height);
}

static void paint(struct bench *b, struct rect part)
{
	struct surface dst;

	if (b->present->ops->lock(b->present, part, &dst) < 0)
		exit(1);
	scene_paint(&b->scene, &dst, part);
	b->present->ops->unlock(b->present);
}

static void show_frame(struct bench *b)
{
	struct rect whole = { 0, 0, b->frame.surface.width, b->frame.surface.height };

	if (b->present->ops->upload) {
		b->present->ops->upload(b->present, &b->frame.surface, &whole, 1);
		b->present->ops->draw(b->present, &b->scene);
		return;
	}
	paint(b, b->window);
	b->present->ops->show(b->present, &b->window, 1);
}

/* Turned by 90, up in the picture is right in the window. */
static void move_in_window(struct bench *b)
{
	struct rect fresh = { 0, 0, LINE, b->window.h };
	struct surface dst;

	b->present->ops->lock(b->present, b->window, &dst);
	for (int y = 0; y < dst.height; y++) {
		uint32_t *row = dst.pixels + (ptrdiff_t)y * dst.stride;

		memmove(row + LINE, row, (size_t)(dst.width - LINE) * 4);
	}
	b->present->ops->unlock(b->present);
	paint(b, fresh);
}

static void scroll_frame(struct bench *b)
{
	frame_copy(&b->frame, 0, LINE,
		   (struct rect){ 0, 0, b->frame.surface.width, b->frame.surface.height - LINE });
}

static void scroll_by_turning(struct bench *b)
{
	scroll_frame(b);
	paint(b, b->window);
	b->present->ops->show(b->present, &b->window, 1);
}

static void scroll_by_moving(struct bench *b)
{
	scroll_frame(b);
	move_in_window(b);
	b->present->ops->show(b->present, &b->window, 1);
}

static void paint_window(struct bench *b)
{
	paint(b, b->window);
}

static double median(double *times)
{
	qsort(times, ROUNDS, sizeof(*times), by_value);
	return times[ROUNDS / 2];
}

static void compare(struct bench *b, const char *const names[], step *const steps[], unsigned count)
{
	static double times[8][ROUNDS];
	double base = 0;

	for (int round = -WARM; round < ROUNDS; round++)
		for (unsigned i = 0; i < count; i++) {
			uint64_t began = clock_now_ns();

			steps[i](b);
			if (round >= 0)
				times[i][round] = (double)(clock_now_ns() - began) / 1e6;
		}
	for (unsigned i = 0; i < count; i++) {
		double t = median(times[i]);

		base = i == 0 ? t : base;
		printf("  %-40s %6.2f ms  %5.2f x memcpy\n", names[i], t, t / base);
	}
}

static int open_window(struct bench *b, SDL_Window **window, enum present_kind kind)
{
	bool sideways = rotation_is_sideways(b->rotation);
	int width = b->frame.surface.width, height = b->frame.surface.height;
	SDL_Event event;
	char why[256];

	*window = SDL_CreateWindow("bench", 0, 0, sideways ? height : width, sideways ? width : height,
				   SDL_WINDOW_BORDERLESS);
	if (!*window || present_create(&b->present, *window, kind, why, sizeof(why)) < 0)
		return -1;
	while (SDL_PollEvent(&event))
		;
	b->window = (struct rect){ 0, 0, b->present->width, b->present->height };
	rotate_init(&b->scene.rotate, ROTATE_BEST);
	b->scene.picture = &b->frame.surface;
	view_init(&b->scene.view, width, height, b->window.w, b->window.h, b->rotation, VIEW_FIT);
	return 0;
}

static void run(struct bench *b, enum present_kind kind, const char *name)
{
	static const char *const scroll_names[] = { "memcpy", "paint, no show",
						    "scrolled, turned anew, shown",
						    "scrolled, moved in the window, shown" };
	static step *const scrolls[] = { copy_frame, paint_window, scroll_by_turning, scroll_by_moving };
	const char *const names[] = { "memcpy", "turned and shown" };
	static step *const steps[] = { copy_frame, show_frame };
	SDL_Window *window = NULL;

	if (open_window(b, &window, kind) == 0) {
		printf("%s (%s), turned by %d\n", name, b->present->renderer, 90 * (int)b->rotation);
		compare(b, names, steps, 2);
		if (kind == PRESENT_SURFACE && b->rotation == ROTATION_90)
			compare(b, scroll_names, scrolls, 4);
		present_destroy(b->present);
	} else {
		printf("%s: not here: %s\n", name, SDL_GetError());
	}
	if (window)
		SDL_DestroyWindow(window);
}

int main(int argc, char **argv)
{
	struct bench bench = { 0 };
	int width = 1920, height = 1200;

	if (argc > 1 && sscanf(argv[1], "%dx%d", &width, &height) != 2) {
		fprintf(stderr, "usage: DISPLAY=:N bench_present [WIDTHxHEIGHT]\n");
		return 2;
	}
	present_hints();
	frame_init(&bench.frame, 0);
	frame_init(&bench.copy, 0);
	if (SDL_Init(SDL_INIT_VIDEO) < 0 || frame_resize(&bench.frame, width, height) < 0 ||
	    frame_resize(&bench.copy, width, height) < 0) {
		fprintf(stderr, "bench_present: %s\n", SDL_GetError());
		return 1;
	}
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			*frame_at(&bench.frame, x, y) = (uint32_t)(y * width + x) * 2654435761u;
	printf("%dx%d, medians of %d\n", width, height, ROUNDS);
	for (int r = ROTATION_0; r <= ROTATION_270; r++) {
		bench.rotation = (enum rotation)r;
		run(&bench, PRESENT_SURFACE, "surface");
	}
	bench.rotation = ROTATION_90;
	run(&bench, PRESENT_STREAM, "stream");
	run(&bench, PRESENT_GPU_ANY, "gpu-any");
	frame_finish(&bench.frame);
	frame_finish(&bench.copy);
	SDL_Quit();
	return 0;
}
