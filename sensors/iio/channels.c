/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/channels.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sensors/attr.h"

/* More than 100 g is no tablet. */
#define ACCEL_MAX     1000.0
#define LIGHT_MAX_LUX 1e9
#define LID_MAX       6.3
#define PROXIMITY_MAX 1e12

#define RADIANS_PER_DEGREE (M_PI / 180)

static bool has(struct iiobus *bus, const char *id, const char *channel, const char *suffix)
{
	char attr[ATTR_MAX];

	snprintf(attr, sizeof(attr), "in_%s_%s", channel, suffix);
	return bus->ops->has(bus, id, attr);
}

/* The channel's own attribute, or the one that all of its type share. "" when there is neither. */
static void find_shared(struct iiobus *bus, const char *id, const char *channel, const char *suffix,
			char *attr, size_t size)
{
	size_t type_len = strcspn(channel, "_0123456789");

	snprintf(attr, size, "in_%s_%s", channel, suffix);
	if (bus->ops->has(bus, id, attr))
		return;
	snprintf(attr, size, "in_%.*s_%s", (int)type_len, channel, suffix);
	if (!bus->ops->has(bus, id, attr))
		attr[0] = '\0';
}

static int read_factor(struct iiobus *bus, const char *id, const char *channel, const char *suffix,
		       double *value, char *why, size_t why_size)
{
	char attr[ATTR_MAX];
	int rc;

	find_shared(bus, id, channel, suffix, attr, sizeof(attr));
	if (!attr[0])
		return 0;
	rc = iiobus_read_double(bus, id, attr, value);
	/* One error is an accident of the bus. */
	if (rc == -EIO)
		rc = iiobus_read_double(bus, id, attr, value);
	if (rc < 0) {
		snprintf(why, why_size, "%s cannot be used: %s", attr,
			 rc == -EINVAL ? "not a number" : strerror(-rc));
		return -EINVAL;
	}
	return 0;
}

static int add_channel(struct iiobus *bus, const char *id, struct channels *channels, const char *channel,
		       char *why, size_t why_size)
{
	struct channel *c = &channels->channel[channels->count];
	int rc;

	*c = (struct channel){ .scale = 1 };
	snprintf(c->id, sizeof(c->id), "%s", channel);
	channels->count++;
	if (channels->processed)
		return 0;
	rc = read_factor(bus, id, channel, "offset", &c->offset, why, why_size);
	if (!rc)
		rc = read_factor(bus, id, channel, "scale", &c->scale, why, why_size);
	if (rc < 0)
		return rc;
	if (fabs(c->scale) < 1e-15 || (channels->class == SENSOR_LIGHT && c->scale < 0)) {
		snprintf(why, why_size, "in_%s_scale is %g, which measures nothing", channel, c->scale);
		return -EINVAL;
	}
	return 0;
}

/*
 * raw with a scale beats input, since it can be buffered; input beats raw without a scale, which has no
 * unit.
 */
static bool choose_form(struct iiobus *bus, const char *id, struct channels *channels, const char *channel)
{
	bool raw = has(bus, id, channel, "raw");
	bool input = has(bus, id, channel, "input");
	char scale[ATTR_MAX];

	find_shared(bus, id, channel, "scale", scale, sizeof(scale));
	channels->processed = input && (!raw || !scale[0]);
	return raw || input;
}

static int probe_single(struct iiobus *bus, const char *id, struct channels *channels,
			const char *const *names, char *why, size_t why_size)
{
	for (; *names; names++)
		if (choose_form(bus, id, channels, *names))
			return add_channel(bus, id, channels, *names, why, why_size);
	return -ENOENT;
}

static int probe_triple(struct iiobus *bus, const char *id, struct channels *channels,
			const char *const *names, char *why, size_t why_size)
{
	for (int i = 0; i < CHANNELS_MAX; i++)
		if (!has(bus, id, names[i], "raw"))
			return -ENOENT;
	channels->processed = false;
	for (int i = 0; i < CHANNELS_MAX; i++) {
		int rc = add_channel(bus, id, channels, names[i], why, why_size);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int probe_light(struct iiobus *bus, const char *id, struct channels *channels, char *why,
		       size_t why_size)
{
	static const char *const illuminance[] = { "illuminance", "illuminance0", NULL };
	static const char *const intensity[] = { "intensity_both", "intensity0_both", "intensity_clear",
						 "intensity0",     "intensity",       NULL };
	static const char *const rgb[] = { "intensity_red", "intensity_green", "intensity_blue" };
	int rc;

	channels->source = "illuminance";
	rc = probe_single(bus, id, channels, illuminance, why, why_size);
	if (rc != -ENOENT)
		return rc;
	channels->source = "intensity";
	rc = probe_single(bus, id, channels, intensity, why, why_size);
	if (rc != -ENOENT)
		return rc;
	channels->source = "rgb";
	return probe_triple(bus, id, channels, rgb, why, why_size);
}

static bool is_in_base(struct iiobus *bus, const char *id)
{
	char text[ATTR_MAX];

	/* cros_ec says "base" in location; newer drivers "accel-base" in label. */
	return (!bus->ops->read(bus, id, "location", text, sizeof(text)) && !strcmp(text, "base")) ||
	       (!bus->ops->read(bus, id, "label", text, sizeof(text)) && !strcmp(text, "accel-base"));
}

static int probe_accel(struct iiobus *bus, const char *id, struct channels *channels, char *why,
		       size_t why_size)
{
	static const char *const axes[] = { "accel_x", "accel_y", "accel_z" };

	if (!has(bus, id, axes[0], "raw"))
		return -ENOENT;
	if (is_in_base(bus, id)) {
		snprintf(why, why_size, "it sits in the base, which does not turn with the screen");
		return -EINVAL;
	}
	return probe_triple(bus, id, channels, axes, why, why_size);
}

int channels_probe(struct iiobus *bus, const char *id, enum sensor_class class, struct channels *channels,
		   char *why, size_t why_size)
{
	static const char *const proximity[] = { "proximity", "proximity0", NULL };
	static const char *const lid[] = { "angl", "angl0", NULL };
	char scale[ATTR_MAX];
	int rc;

	memset(channels, 0, sizeof(*channels));
	channels->class = class;
	switch (class) {
	case SENSOR_LIGHT:
		return probe_light(bus, id, channels, why, why_size);
	case SENSOR_ORIENTATION:
		return probe_accel(bus, id, channels, why, why_size);
	case SENSOR_PROXIMITY:
		return probe_single(bus, id, channels, proximity, why, why_size);
	case SENSOR_LID:
		rc = probe_single(bus, id, channels, lid, why, why_size);
		/* cros_ec_lid_angle has no scale and counts degrees. */
		find_shared(bus, id, "angl", "scale", scale, sizeof(scale));
		if (!rc && !channels->processed && !scale[0])
			channels->channel[0].scale = RADIANS_PER_DEGREE;
		return rc;
	case SENSOR_POWER:
	case SENSOR_CLASSES:
		break;
	}
	return -ENOENT;
}

int channels_read(struct iiobus *bus, const char *id, const struct channels *channels, double *raw)
{
	for (unsigned i = 0; i < channels->count; i++) {
		char attr[ATTR_MAX];
		int rc;

		snprintf(attr, sizeof(attr), "in_%s_%s", channels->channel[i].id,
			 channels->processed ? "input" : "raw");
		rc = iiobus_read_double(bus, id, attr, &raw[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

unsigned channels_values(const struct channels *channels)
{
	return channels->class == SENSOR_ORIENTATION ? 3 : 1;
}

int channels_convert(const struct channels *channels, const double *raw, double *values)
{
	static const double limits[SENSOR_CLASSES] = {
		[SENSOR_LIGHT] = LIGHT_MAX_LUX,
		[SENSOR_ORIENTATION] = ACCEL_MAX,
		[SENSOR_PROXIMITY] = PROXIMITY_MAX,
		[SENSOR_LID] = LID_MAX,
	};
	double v[CHANNELS_MAX] = { 0 };

	for (unsigned i = 0; i < channels->count; i++)
		v[i] = (raw[i] + channels->channel[i].offset) * channels->channel[i].scale;
	/* The weights of the sRGB primaries in what the eye calls brightness. */
	if (channels->class == SENSOR_LIGHT && channels->count == 3)
		v[0] = 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
	for (unsigned i = 0; i < channels_values(channels); i++) {
		if (!(fabs(v[i]) <= limits[channels->class]))
			return -ERANGE;
		values[i] = v[i];
	}
	return 0;
}
