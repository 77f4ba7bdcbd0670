/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/sensors/fakebus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct fake_device fake_devices[FAKE_DEVICES];
int fake_create_error;
int fake_list_error;

struct iiobus_capture {
	struct fake_device *device;
	unsigned count;
};

void fake_reset(void)
{
	memset(fake_devices, 0, sizeof(fake_devices));
	fake_create_error = 0;
	fake_list_error = 0;
}

struct fake_device *fake_plug(unsigned index, const char *name)
{
	struct fake_device *device = &fake_devices[index];

	memset(device, 0, sizeof(*device));
	device->plugged = true;
	device->open_error = -ENOTSUP;
	snprintf(device->name, sizeof(device->name), "%s", name);
	return device;
}

void fake_fail(struct fake_device *device, const char *attr, int error)
{
	int i = 0;

	while (device->attrs[i].name[0] && strcmp(device->attrs[i].name, attr))
		i++;
	snprintf(device->attrs[i].name, sizeof(device->attrs[i].name), "%s", attr);
	device->attrs[i].error = error;
}

void fake_set(struct fake_device *device, const char *attr, const char *value)
{
	fake_fail(device, attr, 0);
	for (int i = 0; i < FAKE_ATTRS; i++)
		if (!strcmp(device->attrs[i].name, attr))
			snprintf(device->attrs[i].value, sizeof(device->attrs[i].value), "%s", value);
}

void fake_deliver(struct fake_device *device, int64_t x, int64_t y, int64_t z)
{
	uint64_t one = 1;

	device->sample[0] = x;
	device->sample[1] = y;
	device->sample[2] = z;
	if (write(device->fd, &one, sizeof(one)) < 0)
		abort();
}

const char *fake_get(const struct fake_device *device, const char *attr)
{
	for (int i = 0; i < FAKE_ATTRS; i++)
		if (!strcmp(device->attrs[i].name, attr))
			return device->attrs[i].value;
	return "";
}

static struct fake_device *find(const char *id)
{
	unsigned index = (unsigned)atoi(id + strlen("iio:device"));

	return index < FAKE_DEVICES && fake_devices[index].plugged ? &fake_devices[index] : NULL;
}

static int create(struct iiobus **out, const char *root)
{
	if (fake_create_error)
		return fake_create_error;
	*out = calloc(1, sizeof(**out));
	(*out)->ops = &fake_bus;
	return 0;
}

static void destroy(struct iiobus *bus)
{
	free(bus);
}

static int list(struct iiobus *bus, struct iiobus_device *devices, unsigned max)
{
	int count = 0;

	if (fake_list_error)
		return fake_list_error;
	for (unsigned i = 0; i < FAKE_DEVICES; i++) {
		if (!fake_devices[i].plugged)
			continue;
		memset(&devices[count], 0, sizeof(devices[count]));
		snprintf(devices[count].id, sizeof(devices->id), "iio:device%u", i);
		snprintf(devices[count].name, sizeof(devices->name), "%s", fake_devices[i].name);
		count++;
	}
	return count;
}

static int find_attr(const char *id, const char *attr)
{
	struct fake_device *device = find(id);

	for (int i = 0; device && i < FAKE_ATTRS; i++)
		if (!strcmp(device->attrs[i].name, attr))
			return i;
	return -ENOENT;
}

static bool has(struct iiobus *bus, const char *id, const char *attr)
{
	return find_attr(id, attr) >= 0;
}

static void count_read(struct fake_device *device)
{
	if (device->clock && device->reads && *device->clock - device->read_at < device->hangs_within)
		device->hung = true;
	if (device->clock)
		device->read_at = *device->clock;
	device->reads++;
}

static int read_attr(struct iiobus *bus, const char *id, const char *attr, char *buf, size_t size)
{
	int i = find_attr(id, attr);

	if (i < 0)
		return i;
	if (strstr(attr, "_raw") || strstr(attr, "_input"))
		count_read(find(id));
	if (find(id)->hung)
		return -ETIMEDOUT;
	if (find(id)->attrs[i].error)
		return find(id)->attrs[i].error;
	snprintf(buf, size, "%s", find(id)->attrs[i].value);
	return 0;
}

static int write_attr(struct iiobus *bus, const char *id, const char *attr, const char *text)
{
	int i = find_attr(id, attr);

	if (i >= 0)
		fake_set(find(id), attr, text);
	return i < 0 ? i : 0;
}

static int open_capture(struct iiobus *bus, const char *id, const char *const *channels, unsigned count,
			struct iiobus_capture **out)
{
	struct fake_device *device = find(id);

	if (!device || device->open_error)
		return device ? device->open_error : -ENODEV;
	if (device->open)
		return -EBUSY;
	device->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC | EFD_SEMAPHORE);
	device->open = true;
	device->opens++;
	*out = calloc(1, sizeof(**out));
	(*out)->device = device;
	(*out)->count = count;
	return 0;
}

static void close_capture(struct iiobus_capture *capture)
{
	close(capture->device->fd);
	capture->device->open = false;
	free(capture);
}

static int capture_fd(const struct iiobus_capture *capture)
{
	return capture->device->fd;
}

static int next(struct iiobus_capture *capture, int64_t *values, uint64_t *timestamp_ns)
{
	uint64_t count;

	if (read(capture->device->fd, &count, sizeof(count)) < 0)
		return 0;
	memcpy(values, capture->device->sample, capture->count * sizeof(*values));
	*timestamp_ns = 0;
	return 1;
}

const struct iiobus_ops fake_bus = {
	.name = "fake",
	.create = create,
	.destroy = destroy,
	.list = list,
	.has = has,
	.read = read_attr,
	.write = write_attr,
	.open = open_capture,
	.close = close_capture,
	.fd = capture_fd,
	.next = next,
};
