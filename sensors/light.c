/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/light.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "hub/core/clock.h"

/*
 * Added on both sides of the ratio, so that 0 has a logarithm and the noise around it does not look like a
 * sunrise.
 */
#define FLOOR_MLUX 1000.0

const struct light_params light_defaults = {
	.band_permille = 150,
	.dwell_ns = 1 * NS_PER_S,
	.zero_dwell_ns = 5 * NS_PER_S,
};

void light_init(struct light *light, const struct light_params *params)
{
	memset(light, 0, sizeof(*light));
	light->params = params ? *params : light_defaults;
}

static int64_t median(const struct light *light)
{
	int64_t sorted[LIGHT_WINDOW];

	for (unsigned i = 0; i < light->count; i++) {
		unsigned j = i;

		for (; j && sorted[j - 1] > light->window[i]; j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = light->window[i];
	}
	return sorted[light->count / 2];
}

/* -1 below the band around the published value, 1 above, 0 inside. */
static int side_of(const struct light *light, int64_t mlux)
{
	double ratio = ((double)mlux + FLOOR_MLUX) / ((double)light->published + FLOOR_MLUX);
	double band = log1p(light->params.band_permille / 1000.0);

	if (fabs(log(ratio)) < band)
		return 0;
	return ratio > 1 ? 1 : -1;
}

static uint64_t dwell_of(const struct light *light)
{
	return light->zero ? light->params.zero_dwell_ns : light->params.dwell_ns;
}

static bool publish(struct light *light, int64_t mlux)
{
	bool changed = !light->valid || mlux != light->published;

	light->published = mlux;
	light->valid = true;
	light->side = 0;
	return changed;
}

static bool judge(struct light *light, uint64_t now_ns)
{
	int64_t mlux = median(light);
	bool zero = mlux == 0;
	int side;

	if (!light->valid && !zero)
		return publish(light, mlux);
	side = light->valid ? side_of(light, mlux) : -1;
	if (!side) {
		light->side = 0;
		return false;
	}
	/* Falling on to 0 is a new claim, to be proved for its own, longer time. */
	if (side != light->side || (zero && !light->zero)) {
		light->side = side;
		light->since_ns = now_ns;
	}
	light->zero = zero;
	if (now_ns - light->since_ns < dwell_of(light))
		return false;
	return publish(light, mlux);
}

static void insert(struct light *light, int64_t mlux, uint64_t now_ns)
{
	light->window[light->next] = mlux;
	light->next = (light->next + 1) % LIGHT_WINDOW;
	if (light->count < LIGHT_WINDOW)
		light->count++;
	light->sample_ns = now_ns;
}

static int64_t newest(const struct light *light)
{
	return light->window[(light->next + LIGHT_WINDOW - 1) % LIGHT_WINDOW];
}

static bool window_is_even(const struct light *light)
{
	for (unsigned i = 0; i < light->count; i++)
		if (light->window[i] != newest(light))
			return false;
	return true;
}

static uint64_t refill_at(const struct light *light)
{
	if (!light->params.refill_ns || !light->count || window_is_even(light))
		return CLOCK_NEVER;
	return light->sample_ns + light->params.refill_ns;
}

bool light_push(struct light *light, int64_t mlux, uint64_t now_ns)
{
	if (mlux < 0)
		mlux = 0;
	if (mlux > LIGHT_MAX_MLUX)
		mlux = LIGHT_MAX_MLUX;
	if (now_ns < light->sample_ns)
		now_ns = light->sample_ns;
	insert(light, mlux, now_ns);
	return judge(light, now_ns);
}

bool light_tick(struct light *light, uint64_t now_ns)
{
	if (!light->count || now_ns < light->sample_ns)
		return false;
	if (refill_at(light) <= now_ns)
		insert(light, newest(light), now_ns);
	return judge(light, now_ns);
}

uint64_t light_deadline(const struct light *light)
{
	uint64_t refill = refill_at(light);
	uint64_t dwell = light->side ? light->since_ns + dwell_of(light) : CLOCK_NEVER;

	return refill < dwell ? refill : dwell;
}

void light_set_refill(struct light *light, uint64_t refill_ns)
{
	light->params.refill_ns = refill_ns;
}

int light_value(const struct light *light, int64_t *mlux)
{
	if (!light->valid)
		return -ENODATA;
	*mlux = light->published;
	return 0;
}
