/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uidev - one uinput device, described and played by lines on standard input.
 *
 *   name TEXT                                phys TEXT
 *   id BUS VENDOR PRODUCT VERSION            hexadecimal
 *   prop INPUT_PROP_DIRECT ...
 *   has KEY_A REL_X LED_CAPSL ...            everything but absolute axes
 *   axis ABS_X MIN MAX [FUZZ FLAT RESOLUTION]
 *   create                                   answers `node /dev/input/eventN`
 *   KEY_A 1 REL_X -3 ...                     one frame, SYN_REPORT added; answers `frame SECONDS`
 *   part KEY_A 1 ...                         the same without its SYN_REPORT
 *   wait MILLISECONDS
 *   destroy                                  it may be created again
 *
 * SECONDS is CLOCK_MONOTONIC just before the write. What the kernel sends to the device, LEDs above all, is printed
 * as `sent LED_CAPSL 1`.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libevdev/libevdev.h>
#include <linux/uinput.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MAX 256

struct description {
	struct uinput_setup setup;
	char phys[80];
	unsigned props[INPUT_PROP_CNT];
	int props_count;
	struct {
		unsigned type, code;
	} codes[KEY_CNT];
	int codes_count;
	struct uinput_abs_setup axes[ABS_CNT];
	int axes_count;
};

static struct description device;
static int uinput = -1;

static void fail(const char *what, const char *about)
{
	fprintf(stderr, "uidev: %s: %s\n", what, about);
	exit(1);
}

static void code_of(const char *name, unsigned *type, unsigned *code)
{
	int t = libevdev_event_type_from_code_name(name), c = libevdev_event_code_from_code_name(name);

	if (t < 0 || c < 0)
		fail("no such event code", name);
	*type = (unsigned)t;
	*code = (unsigned)c;
}

/* Set-up requests that are wrong are mistakes of the scenario: end there. */
static void control(unsigned long request, unsigned long value)
{
	if (ioctl(uinput, request, value) < 0)
		fail("uinput", strerror(errno));
}

static void enable(unsigned type, unsigned code)
{
	static const unsigned long requests[EV_CNT] = {
		[EV_KEY] = UI_SET_KEYBIT, [EV_REL] = UI_SET_RELBIT, [EV_ABS] = UI_SET_ABSBIT,
		[EV_MSC] = UI_SET_MSCBIT, [EV_SW] = UI_SET_SWBIT,   [EV_LED] = UI_SET_LEDBIT,
		[EV_SND] = UI_SET_SNDBIT,
	};

	control(UI_SET_EVBIT, type);
	if (requests[type])
		control(requests[type], code);
}

static void print_node(void)
{
	char sysname[64] = "", pattern[160];
	glob_t found = { 0 };

	control(UI_GET_SYSNAME(sizeof(sysname)), (unsigned long)sysname);
	snprintf(pattern, sizeof(pattern), "/sys/devices/virtual/input/%s/event*", sysname);
	if (glob(pattern, 0, NULL, &found) || !found.gl_pathc)
		fail("no event node for", sysname);
	printf("node /dev/input/%s\n", strrchr(found.gl_pathv[0], '/') + 1);
	globfree(&found);
}

static void create(void)
{
	uinput = open("/dev/uinput", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (uinput < 0)
		fail("/dev/uinput", strerror(errno));
	if (device.phys[0])
		control(UI_SET_PHYS, (unsigned long)device.phys);
	for (int i = 0; i < device.props_count; i++)
		control(UI_SET_PROPBIT, device.props[i]);
	for (int i = 0; i < device.codes_count; i++)
		enable(device.codes[i].type, device.codes[i].code);
	for (int i = 0; i < device.axes_count; i++) {
		enable(EV_ABS, device.axes[i].code);
		control(UI_ABS_SETUP, (unsigned long)&device.axes[i]);
	}
	control(UI_DEV_SETUP, (unsigned long)&device.setup);
	control(UI_DEV_CREATE, 0);
	print_node();
}

static void destroy(void)
{
	close(uinput);
	uinput = -1;
}

static void play(char *first, bool whole)
{
	struct input_event events[EVENTS_MAX] = { 0 };
	size_t count = 0;
	struct timespec now;

	for (char *name = first; name; name = strtok(NULL, " ")) {
		char *value = strtok(NULL, " ");
		unsigned type, code;

		if (!value || count == EVENTS_MAX - 1)
			fail("no value, or too many events, at", name);
		code_of(name, &type, &code);
		events[count++] = (struct input_event){ .type = (__u16)type,
							.code = (__u16)code,
							.value = atoi(value) };
	}
	if (whole)
		events[count++] = (struct input_event){ .type = EV_SYN, .code = SYN_REPORT };
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (write(uinput, events, count * sizeof(events[0])) < 0)
		fail("write", strerror(errno));
	printf("frame %lld.%06ld\n", (long long)now.tv_sec, now.tv_nsec / 1000);
}

static void add_axis(const char *name, const char *numbers)
{
	struct uinput_abs_setup *axis = &device.axes[device.axes_count++];
	unsigned type, code;

	code_of(name, &type, &code);
	axis->code = (__u16)code;
	if (sscanf(numbers, "%d %d %d %d %d", &axis->absinfo.minimum, &axis->absinfo.maximum,
		   &axis->absinfo.fuzz, &axis->absinfo.flat, &axis->absinfo.resolution) < 2)
		fail("axis needs a range", name);
}

static void describe_id(const char *text)
{
	struct input_id *id = &device.setup.id;

	if (sscanf(text, "%hx %hx %hx %hx", &id->bustype, &id->vendor, &id->product, &id->version) != 4)
		fail("id needs four numbers", text);
}

static void obey(char *line)
{
	char *verb = strtok(line, " "), *word;

	if (!verb)
		return;
	if (!strcmp(verb, "name")) {
		word = strtok(NULL, "");
		snprintf(device.setup.name, sizeof(device.setup.name), "%s", word ? word : "");
	} else if (!strcmp(verb, "phys")) {
		word = strtok(NULL, "");
		snprintf(device.phys, sizeof(device.phys), "%s", word ? word : "");
	} else if (!strcmp(verb, "id")) {
		word = strtok(NULL, "");
		describe_id(word ? word : "");
	} else if (!strcmp(verb, "prop")) {
		while ((word = strtok(NULL, " ")))
			device.props[device.props_count++] = (unsigned)libevdev_property_from_name(word);
	} else if (!strcmp(verb, "has")) {
		for (; (word = strtok(NULL, " ")); device.codes_count++)
			code_of(word, &device.codes[device.codes_count].type,
				&device.codes[device.codes_count].code);
	} else if (!strcmp(verb, "axis")) {
		char *name = strtok(NULL, " "), *numbers = strtok(NULL, "");

		add_axis(name ? name : "", numbers ? numbers : "");
	} else if (!strcmp(verb, "create")) {
		create();
	} else if (!strcmp(verb, "destroy")) {
		destroy();
	} else if (!strcmp(verb, "wait")) {
		word = strtok(NULL, " ");
		usleep((useconds_t)atoi(word ? word : "0") * 1000);
	} else if (!strcmp(verb, "part")) {
		play(strtok(NULL, " "), false);
	} else {
		play(verb, true);
	}
}

static void read_sent(void)
{
	struct input_event event;

	while (read(uinput, &event, sizeof(event)) == sizeof(event)) {
		const char *name = libevdev_event_code_get_name(event.type, event.code);

		if (event.type != EV_SYN)
			printf("sent %s %d\n", name ? name : "?", event.value);
	}
}

int main(void)
{
	static char buffer[65536];
	size_t used = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (;;) {
		struct pollfd fds[] = { { 0, POLLIN, 0 }, { uinput, POLLIN, 0 } };
		char *newline;
		ssize_t n;

		if (poll(fds, 2, -1) < 0)
			fail("poll", strerror(errno));
		if (fds[1].revents)
			read_sent();
		if (!fds[0].revents)
			continue;
		n = read(0, buffer + used, sizeof(buffer) - used);
		if (n <= 0)
			return 0;
		used += (size_t)n;
		while ((newline = memchr(buffer, '\n', used))) {
			size_t length = (size_t)(newline + 1 - buffer);

			*newline = '\0';
			obey(buffer);
			used -= length;
			memmove(buffer, newline + 1, used);
		}
	}
}
