/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evread - prints the events of a node as evemu does, with CLOCK_MONOTONIC timestamps:
 *
 *   E: SECONDS.MICROSECONDS TYPE CODE VALUE        type and code hexadecimal
 *
 * usage: evread [--grab] [--arrival] [--stall MILLISECONDS] NODE
 *        evread --held NODE        prints `KEY CODE` for each key that is down, and ends
 *
 * --arrival adds `# arrived SECONDS` after each frame: the clock when the read returned. --stall opens the node and
 * does not read for that long, so that the kernel's buffer overflows and SYN_DROPPED shows up. Lines on standard
 * input are sent to the device: `TYPE CODE VALUE`, decimal (17 1 1 lights Caps Lock).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "evread: %s: %s\n", what, strerror(errno));
	return 1;
}

static void print_event(const struct input_event *event, bool arrival)
{
	struct timespec now;

	printf("E: %lld.%06lld %04x %04x %d\n", (long long)event->input_event_sec,
	       (long long)event->input_event_usec, event->type, event->code, event->value);
	if (event->type != EV_SYN || event->code != SYN_REPORT)
		return;
	if (arrival) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		printf("# arrived %lld.%06ld\n", (long long)now.tv_sec, now.tv_nsec / 1000);
	}
	fflush(stdout);
}

static int print_held(int fd)
{
	unsigned char keys[KEY_CNT / 8];

	if (ioctl(fd, EVIOCGKEY(sizeof(keys)), keys) < 0)
		return fail("EVIOCGKEY");
	for (int code = 0; code < KEY_CNT; code++)
		if (keys[code / 8] >> code % 8 & 1)
			printf("KEY %d\n", code);
	return 0;
}

/* False when nobody writes to us any more. */
static bool send_line(int fd)
{
	struct input_event events[2] = { { .type = 0 }, { .type = EV_SYN, .code = SYN_REPORT } };
	char line[128];
	ssize_t n = read(0, line, sizeof(line) - 1);

	if (n <= 0)
		return false;
	line[n] = '\0';
	if (sscanf(line, "%hu %hu %d", &events[0].type, &events[0].code, &events[0].value) == 3 &&
	    write(fd, events, sizeof(events)) < 0)
		fail("write");
	return true;
}

int main(int argc, char **argv)
{
	int clock = CLOCK_MONOTONIC, stall = 0, fd;
	bool grab = false, arrival = false, held = false, listen = true;
	const char *node = NULL;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--grab"))
			grab = true;
		else if (!strcmp(argv[i], "--held"))
			held = true;
		else if (!strcmp(argv[i], "--arrival"))
			arrival = true;
		else if (!strcmp(argv[i], "--stall") && i + 1 < argc)
			stall = atoi(argv[++i]);
		else
			node = argv[i];
	}
	if (!node) {
		fprintf(stderr, "usage: evread [--grab] [--arrival] [--stall MILLISECONDS] NODE\n");
		return 2;
	}
	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fail(node);
	if (held)
		return print_held(fd);
	if (ioctl(fd, EVIOCSCLOCKID, &clock) || (grab && ioctl(fd, EVIOCGRAB, 1)))
		return fail("ioctl");
	printf("# reading %s\n", node);
	fflush(stdout);
	usleep((useconds_t)stall * 1000);

	for (;;) {
		struct pollfd fds[] = { { fd, POLLIN, 0 }, { listen ? 0 : -1, POLLIN, 0 } };
		struct input_event events[64];

		if (poll(fds, 2, -1) < 0)
			return fail("poll");
		if (fds[1].revents)
			listen = send_line(fd);
		if (fds[0].revents) {
			ssize_t n = read(fd, events, sizeof(events));

			if (n < 0) {
				printf("# gone\n");
				return errno == ENODEV ? 0 : fail(node);
			}
			for (size_t i = 0; i < (size_t)n / sizeof(events[0]); i++)
				print_event(&events[i], arrival);
			fflush(stdout);
		}
	}
}
