/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bare loops that publishing to XenStore is measured against, and those who say when what happened: one line
 * "VALUE NANOSECONDS" a change, CLOCK_MONOTONIC.
 *
 *	bench_node watch PATH		when the node has another value, as a reader of XenStore learns it
 *	bench_node together ROOT NODE	no time: what a transaction that changes ROOT/NODE changes below ROOT, serial left out
 *	bench_node uevents BATTERY	when the kernel says that the battery has another capacity
 *	bench_node bare-power BATTERY PATH	waits for the kernel's uevents, writes the capacity that they say to PATH
 *	bench_node bare-buffer DEVICE PATH	waits for /dev/iio:deviceN, sees which edge is up, writes PATH
 *
 * The bare loops do what must be done for a reader to trust what it reads, and nothing else: one transaction with the value and the
 * `serial` beside it, through libxenstore, on a connection without watches. They know one value and keep no other.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xenstore.h>

#include "hub/core/clock.h"
#include "tests/bench/bench.h"
#include "tests/bench/buffer.h"

#define PATH_ROOM   256
#define UEVENT_ROOM 8192
#define LINE_ROOM   8192
#define KERNEL      1 /* the group of the kernel's own uevents */
#define QUIET_MS                                                                                             \
	30 /* before what was heard is told: printing must not delay what else the event sets going */

static void say(const char *value, uint64_t ns)
{
	printf("%s %" PRIu64 "\n", value, ns);
	fflush(stdout);
}

/* Who looks at the clock must not wait for who is measured. */
static void go_first(void)
{
	struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &param) < 0)
		fprintf(stderr, "bench_node: no real-time priority: %s\n", strerror(errno));
}

static struct xs_handle *open_store(void)
{
	struct xs_handle *xs = xs_open(0);

	if (!xs)
		bench_die("no XenStore: %s", strerror(errno));
	return xs;
}

static void watch(const char *path)
{
	struct xs_handle *xs = open_store();
	char last[PATH_ROOM] = "";

	if (!xs_watch(xs, path, "node"))
		bench_die("%s: cannot be watched", path);
	go_first();
	puts("ready");
	fflush(stdout);
	for (;;) {
		unsigned len;
		char **event = xs_read_watch(xs, &len);
		uint64_t now_ns = clock_now_ns();
		char *value = event ? xs_read(xs, XBT_NULL, path, &len) : NULL;

		if (!event)
			bench_die("the connection to XenStore is lost");
		if (value && strcmp(value, last)) {
			snprintf(last, sizeof(last), "%s", value);
			say(value, now_ns);
		}
		free(value);
		free(event);
	}
}

/* A transaction's events come in the order of its writes, and serial's is the last. */
static void watch_together(const char *root, const char *node)
{
	struct xs_handle *xs = open_store();
	char line[LINE_ROOM] = "";
	bool wanted = false;
	size_t len = 0;

	if (!xs_watch(xs, root, "root"))
		bench_die("%s: cannot be watched", root);
	puts("ready");
	fflush(stdout);
	for (;;) {
		unsigned count;
		char **event = xs_read_watch(xs, &count);
		const char *path = event ? event[XS_WATCH_PATH] + strlen(root) : NULL;

		if (!event)
			bench_die("the connection to XenStore is lost");
		if (!strcmp(path, "/serial")) {
			if (wanted)
				puts(line);
			fflush(stdout);
			wanted = false;
			len = 0;
		} else if (*path && len < sizeof(line)) {
			len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s", len ? " " : "",
						path + 1);
			wanted |= !strcmp(path + 1, node);
		}
		free(event);
	}
}

static void publish(struct xs_handle *xs, const char *path, const char *value)
{
	static unsigned serial;
	char beside[PATH_ROOM], number[16];
	bool done;

	snprintf(beside, sizeof(beside), "%.*s/serial", (int)(strrchr(path, '/') - path), path);
	snprintf(number, sizeof(number), "%u", ++serial);
	do {
		xs_transaction_t t = xs_transaction_start(xs);

		if (!t || !xs_write(xs, t, path, value, (unsigned)strlen(value)) ||
		    !xs_write(xs, t, beside, number, (unsigned)strlen(number)))
			bench_die("%s: cannot be written", path);
		done = xs_transaction_end(xs, t, false);
	} while (!done && errno == EAGAIN);
}

/* ---- power ---- */

static int open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = KERNEL };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		bench_die("no uevents: %s", strerror(errno));
	return fd;
}

/* The next uevent of that supply, lines parted by zeros; when it came. */
static uint64_t next_uevent(int fd, const char *supply, char text[UEVENT_ROOM])
{
	for (;;) {
		ssize_t n = recv(fd, text, UEVENT_ROOM - 1, 0);
		uint64_t now_ns = clock_now_ns();
		const char *name;

		if (n <= 0)
			continue;
		text[n] = '\0';
		name = strrchr(text, '/'); /* the header: ACTION@DEVPATH */
		if (name && !strcmp(name + 1, supply) && strstr(text, "/power_supply/"))
			return now_ns;
	}
}

static const char *property(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = text; *line; line += strlen(line) + 1)
		if (!strncmp(line, name, len) && line[len] == '=')
			return line + len + 1;
	return "";
}

static void tell_uevents(const char *supply)
{
	char text[UEVENT_ROOM], last[PATH_ROOM] = "";
	int fd = open_uevents();

	go_first();
	puts("ready");
	fflush(stdout);
	for (;;) {
		uint64_t at = next_uevent(fd, supply, text);
		const char *capacity = property(text, "POWER_SUPPLY_CAPACITY");

		if (!strcmp(capacity, last))
			continue;
		snprintf(last, sizeof(last), "%s", capacity);
		poll(NULL, 0, QUIET_MS);
		say(last, at);
	}
}

static void bare_power(const char *supply, const char *path)
{
	struct xs_handle *xs = open_store();
	char text[UEVENT_ROOM], last[32] = "";
	int fd = open_uevents();

	puts("ready");
	fflush(stdout);
	for (;;) {
		const char *capacity;

		next_uevent(fd, supply, text);
		capacity = property(text, "POWER_SUPPLY_CAPACITY");
		if (!*capacity || !strcmp(capacity, last))
			continue;
		publish(xs, path, capacity);
		snprintf(last, sizeof(last), "%s", capacity);
	}
}

/* ---- a buffer ---- */

static void bare_buffer(const char *device, const char *path)
{
	struct xs_handle *xs = open_store();
	const char *last = "";
	const char *edge;
	int fd = buffer_open(device);

	puts("ready");
	fflush(stdout);
	while ((edge = buffer_next(fd))) {
		if (strcmp(edge, last))
			publish(xs, path, edge);
		last = edge;
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 3 && !strcmp(what, "watch"))
		watch(argv[2]);
	else if (argc == 4 && !strcmp(what, "together"))
		watch_together(argv[2], argv[3]);
	else if (argc == 3 && !strcmp(what, "uevents"))
		tell_uevents(argv[2]);
	else if (argc == 4 && !strcmp(what, "bare-power"))
		bare_power(argv[2], argv[3]);
	else if (argc == 4 && !strcmp(what, "bare-buffer"))
		bare_buffer(argv[2], argv[3]);
	else
		bench_die("usage: bench_node watch PATH | together ROOT NODE | uevents BATTERY | "
			  "bare-power BATTERY PATH | bare-buffer DEVICE PATH");
	return 0;
}
