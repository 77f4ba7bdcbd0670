/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "uinput"
#include "hub/twin/uinput.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/uinput.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hub/core/log.h"
#include "hub/core/text.h"

/* Events a write(2): frames longer than this take several, which the kernel joins until SYN_REPORT. */
#define WRITE_EVENTS 128

static int open_uinput(void)
{
	int fd = open(UINPUT_PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* musl's ioctl takes an int and warns about requests that fill an unsigned one. */
static int control(int fd, unsigned long request, uintptr_t argument)
{
	return ioctl(fd, request, argument);
}

int uinput_check(void)
{
	int fd = open_uinput();

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

const char *uinput_advice(int err)
{
	switch (err) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return "load the module: `modprobe uinput`, and name uinput in /etc/modules for the next "
		       "boot";
	case EACCES:
	case EPERM:
		return "run as root, or give the group input access: put KERNEL==\"uinput\", "
		       "GROUP=\"input\", MODE=\"0660\" into "
		       "/etc/udev/rules.d/70-uinput.rules, `udevadm trigger " UINPUT_PATH
		       "`, and join the group";
	default:
		return "see the kernel's log";
	}
}

/* ---- making a device ---- */

static const struct {
	unsigned type;
	unsigned long request;
	const char *name;
} bit_requests[] = {
	{ EV_KEY, UI_SET_KEYBIT, "UI_SET_KEYBIT" }, { EV_REL, UI_SET_RELBIT, "UI_SET_RELBIT" },
	{ EV_ABS, UI_SET_ABSBIT, "UI_SET_ABSBIT" }, { EV_MSC, UI_SET_MSCBIT, "UI_SET_MSCBIT" },
	{ EV_SW, UI_SET_SWBIT, "UI_SET_SWBIT" },    { EV_LED, UI_SET_LEDBIT, "UI_SET_LEDBIT" },
	{ EV_SND, UI_SET_SNDBIT, "UI_SET_SNDBIT" },
};

static int refused(const struct descriptor *d, const char *request)
{
	int err = errno;

	log_errno(err, "'%s': the kernel refuses %s", d->name, request);
	return -err;
}

static int set_bits(int fd, const struct descriptor *d, const uint8_t *bits, unsigned bytes,
		    unsigned long request, const char *name)
{
	for (unsigned n = 0; n < bytes * 8; n++)
		if (bit_test(bits, n) && control(fd, request, n) < 0)
			return refused(d, name);
	return 0;
}

static int set_capabilities(int fd, const struct descriptor *d)
{
	int rc = set_bits(fd, d, d->types, sizeof(d->types), UI_SET_EVBIT, "UI_SET_EVBIT");

	for (unsigned i = 0; !rc && i < sizeof(bit_requests) / sizeof(bit_requests[0]); i++) {
		unsigned bytes;
		const uint8_t *bits = descriptor_bits_const(d, bit_requests[i].type, &bytes);

		/* Codes of a type that the device does not have are none: the kernel would forget them too. */
		if (bit_test(d->types, bit_requests[i].type))
			rc = set_bits(fd, d, bits, bytes, bit_requests[i].request, bit_requests[i].name);
	}
	return rc ? rc : set_bits(fd, d, d->props, sizeof(d->props), UI_SET_PROPBIT, "UI_SET_PROPBIT");
}

static int set_axes(int fd, const struct descriptor *d)
{
	for (unsigned code = 0; code < ABS_CNT; code++) {
		struct uinput_abs_setup axis = { .code = (uint16_t)code, .absinfo = d->absinfo[code] };

		if (descriptor_has(d, EV_ABS, code) && control(fd, UI_ABS_SETUP, (uintptr_t)&axis) < 0)
			return refused(d, "UI_ABS_SETUP");
	}
	return 0;
}

static int set_up(int fd, const struct descriptor *d)
{
	struct uinput_setup setup = {
		.id = { .bustype = d->bustype,
			.vendor = d->vendor,
			.product = d->product,
			.version = d->version },
	};
	int rc;

	text_copy(setup.name, sizeof(setup.name), d->name, sizeof(d->name));
	if (control(fd, UI_DEV_SETUP, (uintptr_t)&setup) < 0)
		return refused(d, "UI_DEV_SETUP");
	if (control(fd, UI_SET_PHYS, (uintptr_t)d->phys) < 0)
		return refused(d, "UI_SET_PHYS");
	rc = set_capabilities(fd, d);
	if (rc < 0)
		return rc;
	rc = set_axes(fd, d);
	if (rc < 0)
		return rc;
	return control(fd, UI_DEV_CREATE, 0) < 0 ? refused(d, "UI_DEV_CREATE") : 0;
}

int uinput_create(const struct descriptor *d)
{
	int fd = open_uinput();
	int rc;

	if (fd < 0) {
		log_err("'%s': " UINPUT_PATH ": %s: %s", d->name, strerror(-fd), uinput_advice(-fd));
		return fd;
	}
	rc = set_up(fd, d);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return fd;
}

void uinput_destroy(int fd)
{
	control(fd, UI_DEV_DESTROY, 0);
	close(fd);
}

void uinput_node(int fd, char *path, size_t size)
{
	char name[64] = "", folder[128];
	struct dirent *entry;
	DIR *dir;

	path[0] = '\0';
	if (control(fd, UI_GET_SYSNAME(sizeof(name) - 1), (uintptr_t)name) < 0)
		return;
	snprintf(folder, sizeof(folder), "/sys/devices/virtual/input/%s", name);
	dir = opendir(folder);
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "event", 5))
			snprintf(path, size, "/dev/input/%s", entry->d_name);
	closedir(dir);
}

/* ---- events ---- */

int uinput_write(int fd, const struct event *events, unsigned count)
{
	while (count) {
		/* No time: the kernel stamps them with its own clock, which is the one its readers compare with. */
		struct input_event buf[WRITE_EVENTS] = { 0 };
		unsigned n = count < WRITE_EVENTS ? count : WRITE_EVENTS;

		for (unsigned i = 0; i < n; i++) {
			buf[i].type = events[i].type;
			buf[i].code = events[i].code;
			buf[i].value = events[i].value;
		}
		while (write(fd, buf, n * sizeof(buf[0])) < 0)
			if (errno != EINTR)
				return -errno;
		events += n;
		count -= n;
	}
	return 0;
}

static void refuse_upload(int fd, int32_t request)
{
	struct uinput_ff_upload upload = { .request_id = (uint32_t)request };

	if (control(fd, UI_BEGIN_FF_UPLOAD, (uintptr_t)&upload) < 0)
		return;
	upload.retval = -EOPNOTSUPP;
	control(fd, UI_END_FF_UPLOAD, (uintptr_t)&upload);
}

static void refuse_erase(int fd, int32_t request)
{
	struct uinput_ff_erase erase = { .request_id = (uint32_t)request };

	if (control(fd, UI_BEGIN_FF_ERASE, (uintptr_t)&erase) < 0)
		return;
	erase.retval = -EOPNOTSUPP;
	control(fd, UI_END_FF_ERASE, (uintptr_t)&erase);
}

int uinput_read(int fd, struct event events[UINPUT_EVENTS_MAX])
{
	struct input_event buf[UINPUT_EVENTS_MAX];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (ssize_t i = 0; i < n / (ssize_t)sizeof(buf[0]); i++) {
		events[i] = (struct event){ buf[i].type, buf[i].code, buf[i].value };
		if (buf[i].type == EV_UINPUT && buf[i].code == UI_FF_UPLOAD)
			refuse_upload(fd, buf[i].value);
		else if (buf[i].type == EV_UINPUT && buf[i].code == UI_FF_ERASE)
			refuse_erase(fd, buf[i].value);
	}
	return (int)(n / (ssize_t)sizeof(buf[0]));
}
