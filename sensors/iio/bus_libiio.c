/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/bus.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/text.h"
#include "sensors/attr.h"
#include "sensors/iio/libiio.h"

/* Set by the first bus, for good. */
static const struct libiio *lib;

struct libiio_bus {
	struct iiobus base;
	struct iio_context *context;
};

struct iiobus_capture {
	struct iio_device *device;
	struct iio_buffer *buffer;
	struct iio_channel *channels[IIOBUS_CHANNELS_MAX];
	struct iio_channel *timestamp;
	unsigned count;
};

static int create(struct iiobus **out, const char *root)
{
	struct libiio_bus *bus;

	if (*root)
		return -ENOTSUP;
	lib = libiio_load();
	if (!lib)
		return -ENOENT;
	bus = calloc(1, sizeof(*bus));
	if (!bus)
		return -ENOMEM;
	bus->base.ops = &iiobus_libiio;
	bus->context = lib->iio_create_local_context();
	if (!bus->context) {
		int rc = errno ? -errno : -ENODEV;

		/* No IIO device so far is no error: they may be plugged in. */
		if (rc != -ENOENT && rc != -ENODEV) {
			free(bus);
			return rc;
		}
	}
	*out = &bus->base;
	return 0;
}

static void destroy(struct iiobus *base)
{
	struct libiio_bus *bus = (struct libiio_bus *)base;

	if (bus->context)
		lib->iio_context_destroy(bus->context);
	free(bus);
}

/* A context is a picture of its moment: only a new one knows new devices, and all their attributes. */
static int list(struct iiobus *base, struct iiobus_device *devices, unsigned max)
{
	struct libiio_bus *bus = (struct libiio_bus *)base;
	unsigned count = 0;

	if (bus->context)
		lib->iio_context_destroy(bus->context);
	bus->context = lib->iio_create_local_context();
	if (!bus->context)
		return errno == ENOENT || errno == ENODEV ? 0 : -errno;

	for (unsigned i = 0; i < lib->iio_context_get_devices_count(bus->context) && count < max; i++) {
		struct iio_device *device = lib->iio_context_get_device(bus->context, i);
		const char *id = lib->iio_device_get_id(device);
		const char *name = lib->iio_device_get_name(device);

		if (lib->iio_device_is_trigger(device) || strlen(id) >= sizeof(devices->id) ||
		    strncmp(id, "iio:device", strlen("iio:device")))
			continue;
		memset(&devices[count], 0, sizeof(devices[count]));
		text_copy(devices[count].id, sizeof(devices->id), id, strlen(id));
		if (name)
			text_copy(devices[count].name, sizeof(devices->name), name, strlen(name));
		count++;
	}
	return (int)count;
}

static struct iio_device *find_device(struct libiio_bus *bus, const char *id)
{
	return bus->context ? lib->iio_context_find_device(bus->context, id) : NULL;
}

/* libiio hands out attributes sorted by channel; the file name is what they have in common with the ABI. */
static struct iio_channel *find_attr(struct iio_device *device, const char *file, const char **attr)
{
	for (unsigned i = 0; i < lib->iio_device_get_channels_count(device); i++) {
		struct iio_channel *channel = lib->iio_device_get_channel(device, i);

		for (unsigned j = 0; j < lib->iio_channel_get_attrs_count(channel); j++) {
			*attr = lib->iio_channel_get_attr(channel, j);
			if (!strcmp(lib->iio_channel_attr_get_filename(channel, *attr), file))
				return channel;
		}
	}
	return NULL;
}

static bool has_attr(struct iiobus *base, const char *id, const char *file)
{
	struct iio_device *device = find_device((struct libiio_bus *)base, id);
	const char *attr;

	return device && (find_attr(device, file, &attr) || lib->iio_device_find_attr(device, file));
}

static int read_attr(struct iiobus *base, const char *id, const char *file, char *buf, size_t size)
{
	struct iio_device *device = find_device((struct libiio_bus *)base, id);
	struct iio_channel *channel;
	const char *attr;
	ssize_t n;

	if (!device)
		return -ENODEV;
	channel = find_attr(device, file, &attr);
	if (channel)
		n = lib->iio_channel_attr_read(channel, attr, buf, size);
	else if (lib->iio_device_find_attr(device, file))
		n = lib->iio_device_attr_read(device, file, buf, size);
	else
		return -ENOENT;
	if (n < 0)
		return (int)n;
	if ((size_t)n >= size)
		return -EMSGSIZE;
	buf[n] = '\0';
	return *attr_trim(buf) ? 0 : -ENODATA;
}

static int write_attr(struct iiobus *base, const char *id, const char *file, const char *text)
{
	struct iio_device *device = find_device((struct libiio_bus *)base, id);
	struct iio_channel *channel;
	const char *attr;
	ssize_t n;

	if (!device)
		return -ENODEV;
	channel = find_attr(device, file, &attr);
	if (channel)
		n = lib->iio_channel_attr_write(channel, attr, text);
	else if (lib->iio_device_find_attr(device, file))
		n = lib->iio_device_attr_write(device, file, text);
	else
		return -ENOENT;
	return n < 0 ? (int)n : 0;
}

static int choose_trigger(struct libiio_bus *bus, struct iio_device *device)
{
	const struct iio_device *trigger = NULL;
	const char *name = lib->iio_device_get_name(device);
	char wanted[IIOBUS_NAME_MAX + IIOBUS_ID_MAX];
	int rc = lib->iio_device_get_trigger(device, &trigger);

	/* ENOENT: no trigger/ directory, the device fills its buffer by itself. */
	if ((rc == 0 && trigger) || rc == -ENOENT)
		return 0;
	snprintf(wanted, sizeof(wanted), "%.*s-dev%s", IIOBUS_NAME_MAX - 1, name ? name : "",
		 lib->iio_device_get_id(device) + strlen("iio:device"));
	trigger = lib->iio_context_find_device(bus->context, wanted);
	if (!trigger || !lib->iio_device_is_trigger(trigger))
		return -ENOTSUP;
	return lib->iio_device_set_trigger(device, trigger);
}

static void disable_channels(struct iio_device *device)
{
	for (unsigned i = 0; i < lib->iio_device_get_channels_count(device); i++)
		lib->iio_channel_disable(lib->iio_device_get_channel(device, i));
}

static int open_capture(struct iiobus *base, const char *id, const char *const *channels, unsigned count,
			struct iiobus_capture **out)
{
	struct libiio_bus *bus = (struct libiio_bus *)base;
	struct iio_device *device = find_device(bus, id);
	struct iiobus_capture *c;
	int rc;

	if (!device)
		return -ENODEV;
	if (!count || count > IIOBUS_CHANNELS_MAX)
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->device = device;
	c->count = count;
	disable_channels(device);
	for (unsigned i = 0; i < count; i++) {
		c->channels[i] = lib->iio_device_find_channel(device, channels[i], false);
		if (!c->channels[i] || !lib->iio_channel_is_scan_element(c->channels[i])) {
			rc = -ENOTSUP;
			goto fail;
		}
		lib->iio_channel_enable(c->channels[i]);
	}
	rc = choose_trigger(bus, device);
	if (rc < 0)
		goto fail;

	c->timestamp = lib->iio_device_find_channel(device, "timestamp", false);
	if (c->timestamp && write_attr(base, id, "current_timestamp_clock", "monotonic") == 0 &&
	    lib->iio_channel_is_scan_element(c->timestamp))
		lib->iio_channel_enable(c->timestamp);
	else
		c->timestamp = NULL;

	/* One sample a block: each is wanted when it comes. */
	c->buffer = lib->iio_device_create_buffer(device, 1, false);
	if (!c->buffer) {
		rc = errno ? -errno : -EIO;
		goto fail;
	}
	rc = lib->iio_buffer_set_blocking_mode(c->buffer, false);
	if (rc < 0)
		goto fail_buffer;
	*out = c;
	return 0;

fail_buffer:
	lib->iio_buffer_destroy(c->buffer);
fail:
	disable_channels(device);
	free(c);
	return rc;
}

static void close_capture(struct iiobus_capture *c)
{
	lib->iio_buffer_destroy(c->buffer);
	disable_channels(c->device);
	free(c);
}

static int capture_fd(const struct iiobus_capture *c)
{
	return lib->iio_buffer_get_poll_fd(c->buffer);
}

static int64_t convert(const struct iiobus_capture *c, struct iio_channel *channel)
{
	const struct iio_data_format *format = lib->iio_channel_get_data_format(channel);
	int64_t value = 0;

	/* iio_channel_convert writes as many bytes as the format has, in the host's order. */
	if (format->length == 8) {
		int8_t v = 0;

		lib->iio_channel_convert(channel, &v, lib->iio_buffer_first(c->buffer, channel));
		value = format->is_signed ? v : (uint8_t)v;
	} else if (format->length == 16) {
		int16_t v = 0;

		lib->iio_channel_convert(channel, &v, lib->iio_buffer_first(c->buffer, channel));
		value = format->is_signed ? v : (uint16_t)v;
	} else if (format->length == 32) {
		int32_t v = 0;

		lib->iio_channel_convert(channel, &v, lib->iio_buffer_first(c->buffer, channel));
		value = format->is_signed ? v : (int64_t)(uint32_t)v;
	} else if (format->length == 64) {
		lib->iio_channel_convert(channel, &value, lib->iio_buffer_first(c->buffer, channel));
		if (!format->is_signed && value < 0)
			value = INT64_MAX;
	}
	return value;
}

static int next_sample(struct iiobus_capture *c, int64_t *values, uint64_t *timestamp_ns)
{
	ssize_t n = lib->iio_buffer_refill(c->buffer);

	if (n == -EAGAIN || n == -ETIMEDOUT)
		return 0;
	if (n < 0)
		return (int)n;
	if (n == 0)
		return -ENODEV;
	for (unsigned i = 0; i < c->count; i++)
		values[i] = convert(c, c->channels[i]);
	*timestamp_ns = 0;
	if (c->timestamp) {
		int64_t at = convert(c, c->timestamp);

		*timestamp_ns = at > 0 ? (uint64_t)at : 0;
	}
	return 1;
}

const struct iiobus_ops iiobus_libiio = {
	.name = "libiio",
	.create = create,
	.destroy = destroy,
	.list = list,
	.has = has_attr,
	.read = read_attr,
	.write = write_attr,
	.open = open_capture,
	.close = close_capture,
	.fd = capture_fd,
	.next = next_sample,
};
