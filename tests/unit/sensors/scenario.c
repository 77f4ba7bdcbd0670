/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays a text scenario against one of the pure parts.
 *
 *   part light
 *   0s      lux 250              -> 250        a sample, and what is published then (or "same": no change)
 *   7s      tick                 -> same
 *
 *   part orientation
 *   0s      accel 0 -9.8 0       -> normal
 *
 *   part warning
 *   0s      discharging 21 -     -> none       percent and seconds left, "-" for unknown; or: plugged
 *
 *   part estimate                              µWh, µWh when full, µW ("-" for unknown)
 *   0s      discharging 20000000 40000000 10000000 -> 7200
 *
 *   part capture                               actions come from the capture, and are answered as told
 *   0s      start 2s buffer|poll -> open
 *   0s      opened|sample|error|unmoved|moved|stop|reset|due -> wait|open|read|check|close
 *   0s      mode                 -> buffer
 *
 * Times are those since the beginning: ms, s, min. '#' begins a comment.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/clock.h"
#include "sensors/attr.h"
#include "sensors/estimate.h"
#include "sensors/iio/capture.h"
#include "sensors/light.h"
#include "sensors/orientation.h"
#include "sensors/warning.h"

#define WORDS_MAX  8
#define RESULT_MAX 64
/* No clock says 0. */
#define START_NS NS_PER_S

static struct light light;
static enum orientation orientation;
static struct warning warning;
static struct estimate estimate;
static struct capture capture;

static bool parse_time(const char *text, uint64_t *ns)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = { { "ms", NS_PER_MS }, { "s", NS_PER_S }, { "min", 60 * NS_PER_S } };
	char *end;
	double value = strtod(text, &end);

	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!strcmp(end, units[i].unit)) {
			*ns = (uint64_t)(value * (double)units[i].ns);
			return end != text;
		}
	}
	return false;
}

static int64_t number(const char *text)
{
	return text && strcmp(text, "-") ? atoll(text) : BATTERY_UNKNOWN;
}

static bool play_light(char **words, uint64_t now, char *result)
{
	bool changed;
	int64_t mlux = 0;

	if (!strcmp(words[0], "lux") && words[1])
		changed = light_push(&light, (int64_t)(atof(words[1]) * 1000), now);
	else if (!strcmp(words[0], "tick"))
		changed = light_tick(&light, now);
	else
		return false;
	light_value(&light, &mlux);
	snprintf(result, RESULT_MAX, "%g", (double)mlux / 1000);
	if (!changed)
		snprintf(result, RESULT_MAX, "same");
	return true;
}

static bool play_orientation(char **words, uint64_t now, char *result)
{
	double accel[3];

	if (strcmp(words[0], "accel") || !words[1] || !words[2] || !words[3])
		return false;
	for (int i = 0; i < 3; i++)
		accel[i] = atof(words[i + 1]);
	orientation = orientation_next(orientation, accel);
	snprintf(result, RESULT_MAX, "%s", orientation_name(orientation));
	return true;
}

static bool play_warning(char **words, uint64_t now, char *result)
{
	bool discharging = !strcmp(words[0], "discharging");

	if ((!discharging && strcmp(words[0], "plugged")) || !words[1])
		return false;
	warning_update(&warning, discharging, (int)number(words[1]), number(words[2]), now);
	snprintf(result, RESULT_MAX, "%s", warning_name(warning.level));
	return true;
}

static bool play_estimate(char **words, uint64_t now, char *result)
{
	struct battery b = { .percent = BATTERY_UNKNOWN };
	struct estimate_times times;
	int64_t t;

	if (!words[1] || !words[2] || !words[3])
		return false;
	b.state = battery_state_parse(words[0]);
	b.energy_uwh = battery_energy_sane(number(words[1]));
	b.energy_full_uwh = battery_energy_sane(number(words[2]));
	b.power_uw = battery_power_sane(number(words[3]));
	estimate_update(&estimate, &b, now, &times);
	t = times.to_empty_s != BATTERY_UNKNOWN ? times.to_empty_s : times.to_full_s;
	snprintf(result, RESULT_MAX, "%lld", (long long)t);
	if (t == BATTERY_UNKNOWN)
		snprintf(result, RESULT_MAX, "unknown");
	return true;
}

static bool play_capture(char **words, uint64_t now, char *result)
{
	static const char *const actions[] = { "wait", "open", "read", "check", "close" };
	uint64_t interval;

	if (!strcmp(words[0], "start") && words[1] && words[2] && parse_time(words[1], &interval)) {
		if (capture.mode == CAPTURE_OFF && !capture.touched)
			capture_init(&capture, !strcmp(words[2], "buffer"), 0);
		capture_start(&capture, interval, now);
	} else if (!strcmp(words[0], "opened")) {
		capture_opened(&capture, now);
	} else if (!strcmp(words[0], "sample")) {
		capture_sample(&capture, now);
	} else if (!strcmp(words[0], "error")) {
		capture_error(&capture, -EIO, now);
	} else if (!strcmp(words[0], "moved") || !strcmp(words[0], "unmoved")) {
		capture_checked(&capture, words[0][0] == 'm', now);
	} else if (!strcmp(words[0], "stop")) {
		capture_stop(&capture);
	} else if (!strcmp(words[0], "reset")) {
		capture_reset(&capture, now);
	} else if (!strcmp(words[0], "mode")) {
		snprintf(result, RESULT_MAX, "%s%s", capture_mode_name(&capture),
			 capture.stale ? "+stale" : "");
		return true;
	} else if (strcmp(words[0], "due")) {
		return false;
	}
	snprintf(result, RESULT_MAX, "%s", actions[capture_due(&capture, now)]);
	return true;
}

static const struct {
	const char *name;
	bool (*play)(char **words, uint64_t now, char *result);
} parts[] = { { "light", play_light },
	      { "orientation", play_orientation },
	      { "warning", play_warning },
	      { "estimate", play_estimate },
	      { "capture", play_capture } };

static void reset_parts(void)
{
	light_init(&light, NULL);
	orientation = ORIENTATION_UNDEFINED;
	warning_init(&warning, NULL);
	estimate_init(&estimate);
	capture_init(&capture, false, 0);
}

static unsigned split(char *line, char **words)
{
	unsigned count = 0;

	for (char *save, *word = strtok_r(line, " \t\n", &save); word && count < WORDS_MAX;
	     word = strtok_r(NULL, " \t\n", &save))
		words[count++] = word;
	words[count] = NULL;
	return count;
}

/* Not a check but a mistake in the scenario itself when it returns -1; 1 for a failed expectation. */
static int play_line(char *line, int *part, char *result)
{
	char *words[WORDS_MAX + 1];
	char *arrow = strstr(line, "->");
	char *expected = "";
	uint64_t now;

	if (strchr(line, '#'))
		*strchr(line, '#') = '\0';
	if (arrow) {
		*arrow = '\0';
		expected = attr_trim(arrow + 2);
	}
	if (!split(line, words))
		return 0;
	if (!strcmp(words[0], "part") && words[1]) {
		*part = -1;
		for (int i = 0; i < (int)(sizeof(parts) / sizeof(parts[0])); i++)
			if (!strcmp(parts[i].name, words[1]))
				*part = i;
		reset_parts();
		return *part < 0 ? -1 : 0;
	}
	if (*part < 0 || !arrow || !words[1] || !parse_time(words[0], &now) ||
	    !parts[*part].play(words + 1, now + START_NS, result))
		return -1;
	return strcmp(result, expected) != 0;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	char line[256];
	int number_of_line = 0;
	int failed = 0;
	int checks = 0;
	int part = -1;

	if (!file) {
		fprintf(stderr, "usage: sensors_scenario FILE\n");
		return 2;
	}
	while (fgets(line, sizeof(line), file)) {
		char copy[256];
		char result[RESULT_MAX] = "";
		int rc;

		number_of_line++;
		memcpy(copy, line, sizeof(copy));
		rc = play_line(line, &part, result);
		checks += result[0] != '\0';
		if (!rc)
			continue;
		fprintf(stderr, "%s:%d: %s, got \"%s\": %s", argv[1], number_of_line,
			rc < 0 ? "not understood" : "expected otherwise", result, copy);
		failed = 1;
	}
	fclose(file);
	/* A scenario that checks nothing cannot fail. */
	if (!checks)
		fprintf(stderr, "%s: no check in it\n", argv[1]);
	return failed || !checks;
}
