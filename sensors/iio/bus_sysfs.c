/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/bus.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/core/text.h"
#include "sensors/attr.h"
#include "sensors/iio/format.h"
#include "sensors/sysfs.h"

#define ROOT_MAX      256
#define BUFFER_LENGTH "4"
/* The channels asked for, and the timestamp. */
#define ELEMENTS_MAX (IIOBUS_CHANNELS_MAX + 1)
#define SCAN_MAX     (ELEMENTS_MAX * 8 * SCAN_REPEAT_MAX)

struct sysfs_bus {
	struct iiobus base;
	char root[ROOT_MAX];
};

struct element {
	struct scan_type type;
	int64_t index;
	/* Which value it is: a channel's place in the caller's list, or count for the timestamp. */
	unsigned slot;
};

struct iiobus_capture {
	struct sysfs_bus *bus;
	char id[IIOBUS_ID_MAX];
	int fd;
	struct element elements[ELEMENTS_MAX];
	unsigned elements_count;
	unsigned channels;
	size_t offsets[ELEMENTS_MAX];
	size_t scan_size;
};

static int create(struct iiobus **out, const char *root)
{
	struct sysfs_bus *bus;

	if (strlen(root) >= sizeof(bus->root))
		return -ENAMETOOLONG;
	bus = calloc(1, sizeof(*bus));
	if (!bus)
		return -ENOMEM;
	bus->base.ops = &iiobus_sysfs;
	text_copy(bus->root, sizeof(bus->root), root, strlen(root));
	*out = &bus->base;
	return 0;
}

static void destroy(struct iiobus *base)
{
	free(base);
}

static const char *devices_dir(const struct sysfs_bus *bus, char *dir)
{
	snprintf(dir, SYSFS_PATH_MAX, "%s/sys/bus/iio/devices", bus->root);
	return dir;
}

static const char *device_dir(const struct sysfs_bus *bus, const char *id, char *dir)
{
	snprintf(dir, SYSFS_PATH_MAX, "%s/sys/bus/iio/devices/%s", bus->root, id);
	return dir;
}

struct listing {
	struct sysfs_bus *bus;
	struct iiobus_device *devices;
	unsigned count, max;
};

static void list_one(void *data, const char *entry)
{
	struct listing *l = data;
	struct iiobus_device *device = &l->devices[l->count];
	char dir[SYSFS_PATH_MAX];
	char name[ATTR_MAX];

	if (l->count == l->max || strlen(entry) >= sizeof(device->id))
		return;
	memset(device, 0, sizeof(*device));
	text_copy(device->id, sizeof(device->id), entry, sizeof(device->id));
	if (!sysfs_read(device_dir(l->bus, entry, dir), "name", name, sizeof(name)))
		text_copy(device->name, sizeof(device->name), name, sizeof(name));
	l->count++;
}

static int list(struct iiobus *base, struct iiobus_device *devices, unsigned max)
{
	struct sysfs_bus *bus = (struct sysfs_bus *)base;
	struct listing listing = { bus, devices, 0, max };
	char dir[SYSFS_PATH_MAX];
	int rc = sysfs_list(devices_dir(bus, dir), "iio:device", list_one, &listing);

	/* No directory: a kernel without IIO, or with its modules not loaded yet. */
	if (rc < 0 && rc != -ENOENT)
		return rc;
	return (int)listing.count;
}

static bool has_attr(struct iiobus *base, const char *id, const char *attr)
{
	char dir[SYSFS_PATH_MAX];
	char path[SYSFS_PATH_MAX + ATTR_MAX];

	snprintf(path, sizeof(path), "%s/%s", device_dir((struct sysfs_bus *)base, id, dir), attr);
	return access(path, F_OK) == 0;
}

static int read_attr(struct iiobus *base, const char *id, const char *attr, char *buf, size_t size)
{
	char dir[SYSFS_PATH_MAX];

	return sysfs_read(device_dir((struct sysfs_bus *)base, id, dir), attr, buf, size);
}

static int write_attr(struct iiobus *base, const char *id, const char *attr, const char *text)
{
	char dir[SYSFS_PATH_MAX];

	return sysfs_write(device_dir((struct sysfs_bus *)base, id, dir), attr, text);
}

struct trigger_search {
	struct sysfs_bus *bus;
	/* "accel_3d-dev0": how IIO drivers name the trigger they bring along. */
	char wanted[IIOBUS_NAME_MAX + IIOBUS_ID_MAX];
	bool found;
};

static void match_trigger(void *data, const char *entry)
{
	struct trigger_search *search = data;
	char dir[SYSFS_PATH_MAX];
	char name[ATTR_MAX];

	if (!sysfs_read(device_dir(search->bus, entry, dir), "name", name, sizeof(name)) &&
	    !strcmp(name, search->wanted))
		search->found = true;
}

/* A device without trigger/ fills its buffer by itself; one with a trigger already chosen keeps it. */
static int choose_trigger(struct sysfs_bus *bus, const char *id, const char *dir)
{
	struct trigger_search search = { .bus = bus };
	char triggers[SYSFS_PATH_MAX];
	char name[ATTR_MAX];
	int rc = sysfs_read(dir, "trigger/current_trigger", name, sizeof(name));

	if (rc == 0 || rc == -ENOENT)
		return 0;
	if (rc != -ENODATA)
		return rc;
	rc = sysfs_read(dir, "name", name, sizeof(name));
	if (rc < 0)
		return -ENOTSUP;
	snprintf(search.wanted, sizeof(search.wanted), "%.*s-dev%s", IIOBUS_NAME_MAX - 1, name,
		 id + strlen("iio:device"));
	sysfs_list(devices_dir(bus, triggers), "trigger", match_trigger, &search);
	return search.found ? sysfs_write(dir, "trigger/current_trigger", search.wanted) : -ENOTSUP;
}

static int enable_element(struct iiobus_capture *c, const char *dir, const char *channel, unsigned slot)
{
	struct element *element = &c->elements[c->elements_count];
	char name[ATTR_MAX];
	char text[ATTR_MAX];
	int rc;

	snprintf(name, sizeof(name), "scan_elements/in_%s_type", channel);
	rc = sysfs_read(dir, name, text, sizeof(text));
	if (!rc)
		rc = scan_type_parse(text, &element->type);
	if (rc < 0)
		return rc;
	snprintf(name, sizeof(name), "scan_elements/in_%s_index", channel);
	rc = sysfs_read_s64(dir, name, &element->index);
	if (rc < 0)
		return rc;
	snprintf(name, sizeof(name), "scan_elements/in_%s_en", channel);
	rc = sysfs_write(dir, name, "1");
	if (rc < 0)
		return rc;
	element->slot = slot;
	c->elements_count++;
	return 0;
}

static void disable_one(void *data, const char *entry)
{
	const char *dir = data;
	char name[SYSFS_PATH_MAX];
	size_t len = strlen(entry);

	if (len < 3 || strcmp(entry + len - 3, "_en") || len > IIOBUS_NAME_MAX)
		return;
	snprintf(name, sizeof(name), "scan_elements/%s", entry);
	sysfs_write(dir, name, "0");
}

/* Elements that someone left enabled would widen the scan. */
static void disable_elements(const char *dir)
{
	char elements[SYSFS_PATH_MAX + 16];
	char copy[SYSFS_PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", dir);
	snprintf(elements, sizeof(elements), "%s/scan_elements", dir);
	sysfs_list(elements, "", disable_one, copy);
}

static void sort_elements(struct iiobus_capture *c)
{
	struct scan_type types[ELEMENTS_MAX];

	for (unsigned i = 1; i < c->elements_count; i++) {
		struct element e = c->elements[i];
		unsigned j = i;

		for (; j && c->elements[j - 1].index > e.index; j--)
			c->elements[j] = c->elements[j - 1];
		c->elements[j] = e;
	}
	for (unsigned i = 0; i < c->elements_count; i++)
		types[i] = c->elements[i].type;
	c->scan_size = scan_layout(types, c->elements_count, c->offsets);
}

static int open_node(const struct sysfs_bus *bus, const char *id)
{
	char path[SYSFS_PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/dev/%s", bus->root, id);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_capture(struct iiobus *base, const char *id, const char *const *channels, unsigned count,
			struct iiobus_capture **out)
{
	struct sysfs_bus *bus = (struct sysfs_bus *)base;
	char dir[SYSFS_PATH_MAX];
	char text[ATTR_MAX];
	struct iiobus_capture *c;
	int rc;

	if (!count || count > IIOBUS_CHANNELS_MAX)
		return -EINVAL;
	device_dir(bus, id, dir);
	if (sysfs_read(dir, "buffer/enable", text, sizeof(text)) == -ENOENT)
		return -ENOTSUP;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->bus = bus;
	c->channels = count;
	text_copy(c->id, sizeof(c->id), id, strlen(id));

	/* A hub that was killed leaves its buffer running, and a running buffer takes no changes. */
	sysfs_write(dir, "buffer/enable", "0");
	disable_elements(dir);
	rc = choose_trigger(bus, id, dir);
	for (unsigned i = 0; !rc && i < count; i++)
		rc = enable_element(c, dir, channels[i], i);
	if (rc < 0)
		goto fail;
	if (!sysfs_write(dir, "current_timestamp_clock", "monotonic"))
		enable_element(c, dir, "timestamp", count);
	sort_elements(c);

	sysfs_write(dir, "buffer/length", BUFFER_LENGTH);
	rc = c->fd = open_node(bus, id);
	if (rc < 0)
		goto fail;
	rc = sysfs_write(dir, "buffer/enable", "1");
	if (rc < 0)
		goto fail_node;
	*out = c;
	return 0;

fail_node:
	close(c->fd);
fail:
	disable_elements(dir);
	free(c);
	return rc;
}

static void close_capture(struct iiobus_capture *c)
{
	char dir[SYSFS_PATH_MAX];

	device_dir(c->bus, c->id, dir);
	sysfs_write(dir, "buffer/enable", "0");
	close(c->fd);
	disable_elements(dir);
	free(c);
}

static int capture_fd(const struct iiobus_capture *c)
{
	return c->fd;
}

static int next_sample(struct iiobus_capture *c, int64_t *values, uint64_t *timestamp_ns)
{
	uint8_t scan[SCAN_MAX];
	ssize_t n;

	do {
		n = read(c->fd, scan, c->scan_size);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if ((size_t)n != c->scan_size)
		return n ? -EIO : -ENODEV;
	*timestamp_ns = 0;
	for (unsigned i = 0; i < c->elements_count; i++) {
		const struct element *element = &c->elements[i];
		int64_t value = scan_type_decode(&element->type, scan + c->offsets[i]);

		if (element->slot < c->channels)
			values[element->slot] = value;
		else
			*timestamp_ns = value > 0 ? (uint64_t)value : 0;
	}
	return 1;
}

const struct iiobus_ops iiobus_sysfs = {
	.name = "sysfs",
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
