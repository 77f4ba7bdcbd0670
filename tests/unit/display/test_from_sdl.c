/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SDL's events to the server's pixels, at each rotation and at a scale of two: no window, the events are made here. */
#include <SDL.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "display/input/from_sdl.h"

#define REMOTE_W   320
#define REMOTE_H   200
#define EVENTS_MAX 16

struct world {
	struct input *input;
	struct view view;
	struct sdl_scale scale;
	struct sdl_echo echo;
	struct outbox_event events[EVENTS_MAX];
	unsigned count;
	unsigned retries;
};

static void on_send(void *user, const struct outbox_event *event)
{
	struct world *w = user;

	if (event->type == OUTBOX_POINTER && w->count < EVENTS_MAX)
		w->events[w->count++] = *event;
}

static void on_action(void *user, enum action action, unsigned argument)
{
	struct world *w = user;

	assert_int_equal(action, ACTION_RETRY);
	w->retries++;
}

static void on_pointer(void *user)
{
}

/* The window has just the turned picture's size; `scale` pixels of it are a point of SDL's. */
static void begin(struct world *w, enum rotation rotation, int scale)
{
	static const struct input_listener listener = { on_send, on_action, on_pointer };
	struct input_config config = {
		.touch = { .long_press_ms = 600, .slop = 10 * VIEW_FINE, .scroll_step = 24 * VIEW_FINE },
		.layout = "",
		.variant = "",
		.options = ""
	};
	bool sideways = rotation_is_sideways(rotation);
	int width = sideways ? REMOTE_H : REMOTE_W, height = sideways ? REMOTE_W : REMOTE_H;

	*w = (struct world){ .scale = { width / scale, height / scale, width, height, width / scale,
					height / scale } };
	assert_int_equal(input_create(&w->input, &config, &listener, w), 0);
	view_init(&w->view, REMOTE_W, REMOTE_H, width, height, rotation, VIEW_FIT);
	input_set_view(w->input, &w->view);
	w->count = 0;
}

static void window_of(enum rotation rotation, int x, int y, int *wx, int *wy)
{
	switch (rotation) {
	case ROTATION_0:
		*wx = x, *wy = y;
		break;
	case ROTATION_90:
		*wx = REMOTE_H - 1 - y, *wy = x;
		break;
	case ROTATION_180:
		*wx = REMOTE_W - 1 - x, *wy = REMOTE_H - 1 - y;
		break;
	case ROTATION_270:
		*wx = y, *wy = REMOTE_W - 1 - x;
		break;
	}
}

static void finger(struct world *w, Uint32 type, int wx, int wy)
{
	SDL_Event event = { .tfinger = { .type = type,
					 .fingerId = 77,
					 .x = ((float)wx + 0.5f) / (float)w->scale.pixels_w,
					 .y = ((float)wy + 0.5f) / (float)w->scale.pixels_h } };

	assert_true(input_take_sdl(w->input, &event, &w->scale, &w->echo));
}

static void assert_click(const struct world *w, int x, int y)
{
	const struct outbox_event *last = &w->events[w->count - 1];

	assert_true(w->count >= 2);
	assert_int_equal(last[-1].buttons, POINTER_LEFT);
	assert_int_equal(last->buttons, 0);
	assert_int_equal(last[-1].x, x);
	assert_int_equal(last[-1].y, y);
}

static void test_fingers_hit_the_pixel_under_them(void **state)
{
	static const int points[][2] = { { 0, 0 },
					 { REMOTE_W - 1, 0 },
					 { 0, REMOTE_H - 1 },
					 { REMOTE_W - 1, REMOTE_H - 1 },
					 { 57, 131 } };

	for (int rotation = ROTATION_0; rotation <= ROTATION_270; rotation++)
		for (int scale = 1; scale <= 2; scale++)
			for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
				struct world w;
				int wx, wy;

				begin(&w, (enum rotation)rotation, scale);
				window_of((enum rotation)rotation, points[i][0], points[i][1], &wx, &wy);
				finger(&w, SDL_FINGERDOWN, wx, wy);
				finger(&w, SDL_FINGERUP, wx, wy);
				assert_click(&w, points[i][0], points[i][1]);
				input_destroy(w.input);
			}
}

static void test_a_drag_goes_where_the_finger_goes(void **state)
{
	for (int rotation = ROTATION_0; rotation <= ROTATION_270; rotation++) {
		struct world w;
		int wx, wy;

		begin(&w, (enum rotation)rotation, 1);
		window_of((enum rotation)rotation, 40, 50, &wx, &wy);
		finger(&w, SDL_FINGERDOWN, wx, wy);
		window_of((enum rotation)rotation, 200, 171, &wx, &wy);
		finger(&w, SDL_FINGERMOTION, wx, wy);
		finger(&w, SDL_FINGERUP, wx, wy);
		assert_int_equal(w.count, 4);
		assert_int_equal(w.events[1].x, 40);
		assert_int_equal(w.events[1].y, 50);
		assert_int_equal(w.events[1].buttons, POINTER_LEFT);
		assert_int_equal(w.events[2].x, 200);
		assert_int_equal(w.events[2].y, 171);
		assert_int_equal(w.events[3].buttons, 0);
		input_destroy(w.input);
	}
}

/* With a scale of two SDL's mouse has only every second pixel: it is one of those under the point. */
static void test_mice(void **state)
{
	for (int rotation = ROTATION_0; rotation <= ROTATION_270; rotation++)
		for (int scale = 1; scale <= 2; scale++) {
			SDL_Event event = { .button = { .type = SDL_MOUSEBUTTONDOWN,
							.button = SDL_BUTTON_LEFT,
							.state = SDL_PRESSED } };
			struct world w;
			int wx, wy;

			begin(&w, (enum rotation)rotation, scale);
			window_of((enum rotation)rotation, 57, 131, &wx, &wy);
			event.button.x = wx / scale;
			event.button.y = wy / scale;
			assert_true(input_take_sdl(w.input, &event, &w.scale, &w.echo));
			event.button.type = SDL_MOUSEBUTTONUP;
			event.button.state = SDL_RELEASED;
			assert_true(input_take_sdl(w.input, &event, &w.scale, &w.echo));
			assert_in_range(w.events[w.count - 1].x, 57 - (scale - 1), 57 + (scale - 1));
			assert_in_range(w.events[w.count - 1].y, 131 - (scale - 1), 131 + (scale - 1));
			input_destroy(w.input);
		}
}

/* What SDL 2.26 says of Xorg's panel: a pointer of the first finger, and a second one that comes, goes and comes. */
static void test_echoes_of_xorg(void **state)
{
	SDL_Event press = { .button = { .type = SDL_MOUSEBUTTONDOWN,
					.timestamp = 1000,
					.button = SDL_BUTTON_LEFT,
					.state = SDL_PRESSED,
					.x = 20,
					.y = 30 } };
	SDL_Event release = press,
		  motion = { .motion = { .type = SDL_MOUSEMOTION, .timestamp = 1200, .x = 20, .y = 30 } };
	SDL_Event down = {
		.tfinger = { .type = SDL_FINGERDOWN, .timestamp = 1000, .fingerId = 1, .x = 0.5f, .y = 0.5f }
	};
	SDL_Event up = down;
	struct world w;

	release.type = SDL_MOUSEBUTTONUP;
	release.button.state = SDL_RELEASED;
	release.button.timestamp = 1200;
	up.type = SDL_FINGERUP;
	up.tfinger.timestamp = 1200;
	begin(&w, ROTATION_0, 1);
	input_take_sdl(w.input, &down, &w.scale, &w.echo);
	input_take_sdl(w.input, &press, &w.scale, &w.echo);
	input_take_sdl(w.input, &up, &w.scale, &w.echo);
	input_take_sdl(w.input, &motion, &w.scale, &w.echo);
	/* However late it is let go of. */
	release.button.timestamp = 9000;
	input_take_sdl(w.input, &release, &w.scale, &w.echo);
	assert_int_equal(w.count, 3);
	assert_click(&w, 160, 100);
	/* A mouse is a mouse again. */
	w.count = 0;
	press.button.timestamp = 1200 + SDL_ECHO_MS;
	input_take_sdl(w.input, &press, &w.scale, &w.echo);
	input_take_sdl(w.input, &release, &w.scale, &w.echo);
	assert_click(&w, 20, 30);

	w.count = 0;
	for (int i = 0; i < 4; i++) {
		down.tfinger.fingerId = up.tfinger.fingerId = i == 0 ? 1 : 2;
		input_take_sdl(w.input, i == 2 ? &up : &down, &w.scale, &w.echo);
	}
	down.tfinger.type = SDL_FINGERMOTION;
	down.tfinger.y = 0.9f;
	for (int i = 1; i <= 2; i++) {
		down.tfinger.fingerId = i;
		input_take_sdl(w.input, &down, &w.scale, &w.echo);
	}
	assert_int_equal(w.count, 1 + 2 * 3);
	assert_int_equal(w.events[1].buttons, POINTER_WHEEL_DOWN);
	input_destroy(w.input);
}

/* A touch that SDL makes a mouse of would click twice. */
static void test_no_mouse_of_touches(void **state)
{
	SDL_Event event = { .button = { .type = SDL_MOUSEBUTTONDOWN,
					.which = SDL_TOUCH_MOUSEID,
					.button = SDL_BUTTON_LEFT,
					.state = SDL_PRESSED,
					.x = 20,
					.y = 30 } };
	struct world w;

	begin(&w, ROTATION_0, 1);
	input_take_sdl(w.input, &event, &w.scale, &w.echo);
	event = (SDL_Event){
		.motion = { .type = SDL_MOUSEMOTION, .which = SDL_TOUCH_MOUSEID, .x = 20, .y = 30 }
	};
	input_take_sdl(w.input, &event, &w.scale, &w.echo);
	assert_int_equal(w.count, 0);
	input_destroy(w.input);
}

static void test_a_covered_panel(void **state)
{
	struct world w;

	begin(&w, ROTATION_0, 1);
	finger(&w, SDL_FINGERDOWN, 20, 30);
	w.count = 0;
	input_set_covered(w.input, true);
	finger(&w, SDL_FINGERMOTION, 90, 90);
	finger(&w, SDL_FINGERUP, 90, 90);
	finger(&w, SDL_FINGERDOWN, 20, 30);
	finger(&w, SDL_FINGERUP, 20, 30);
	assert_int_equal(w.count, 0);
	input_set_covered(w.input, false);
	finger(&w, SDL_FINGERDOWN, 20, 30);
	finger(&w, SDL_FINGERUP, 20, 30);
	assert_click(&w, 20, 30);
	input_destroy(w.input);
}

/* Going down is what counts, of a finger as of a button, and only while there is nobody to send it to. */
static void test_whoever_waits_taps(void **state)
{
	SDL_Event click = {
		.button = { .type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_LEFT, .state = SDL_PRESSED }
	};
	struct world w;

	begin(&w, ROTATION_90, 1);
	finger(&w, SDL_FINGERDOWN, 20, 30);
	finger(&w, SDL_FINGERUP, 20, 30);
	assert_int_equal(w.retries, 0);
	input_set_waiting(w.input, true);
	finger(&w, SDL_FINGERDOWN, 20, 30);
	assert_int_equal(w.retries, 1);
	finger(&w, SDL_FINGERMOTION, 60, 70);
	finger(&w, SDL_FINGERUP, 60, 70);
	assert_int_equal(w.retries, 1);
	w.echo = (struct sdl_echo){ 0 };
	input_take_sdl(w.input, &click, &w.scale, &w.echo);
	assert_int_equal(w.retries, 2);
	click.button.type = SDL_MOUSEBUTTONUP;
	click.button.state = SDL_RELEASED;
	input_take_sdl(w.input, &click, &w.scale, &w.echo);
	assert_int_equal(w.retries, 2);
	/* A closed lid presses on the panel, and wants nothing. */
	input_set_covered(w.input, true);
	finger(&w, SDL_FINGERDOWN, 20, 30);
	assert_int_equal(w.retries, 2);
	input_destroy(w.input);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fingers_hit_the_pixel_under_them),
		cmocka_unit_test(test_a_drag_goes_where_the_finger_goes),
		cmocka_unit_test(test_mice),
		cmocka_unit_test(test_echoes_of_xorg),
		cmocka_unit_test(test_no_mouse_of_touches),
		cmocka_unit_test(test_a_covered_panel),
		cmocka_unit_test(test_whoever_waits_taps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
