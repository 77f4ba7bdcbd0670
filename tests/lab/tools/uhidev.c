/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uhidev - one HID device through /dev/uhid, described and played by lines on standard input. Bytes are hexadecimal.
 *
 *   name TEXT        phys TEXT        uniq TEXT        id BUS VENDOR PRODUCT VERSION
 *   descriptor BYTES                      may be given in several lines
 *   answer feature|input ID BYTES         what GET_REPORT reads, the id itself left out
 *   create
 *   report BYTES                          an input report, its id first where the descriptor has ids; prints `frame SECONDS`, when
 *   quiet MILLISECONDS                    it prints that so much later: what is measured has the processor to itself
 *   wait MILLISECONDS                     the device answers meanwhile
 *   destroy
 *
 * The kernel's requests are answered at once, for its drivers wait for them, and printed: `start`, `open`, `close`,
 * `stop`, `output BYTES`, `set ID BYTES`, `get ID`.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/uhid.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REPORT_MAX 256

struct answer {
	unsigned size;
	unsigned char data[REPORT_MAX];
};

static struct uhid_create2_req description;
static struct answer answers[3][256]; /* by report type (UHID_FEATURE_REPORT and so on) and id */
static int uhid = -1;
static int quiet_ms;

static void fail(const char *what, const char *about)
{
	fprintf(stderr, "uhidev: %s: %s\n", what, about);
	exit(1);
}

static unsigned bytes_parse(const char *text, unsigned char *to, unsigned room)
{
	unsigned size = 0, byte;
	int length;

	for (; sscanf(text, "%2x%n", &byte, &length) == 1; text += length) {
		if (size == room)
			fail("too many bytes", text);
		to[size++] = (unsigned char)byte;
	}
	return size;
}

static void bytes_print(const char *what, const unsigned char *data, unsigned size)
{
	printf("%s", what);
	for (unsigned i = 0; i < size; i++)
		printf(" %02x", data[i]);
	printf("\n");
}

static void uhid_send(const struct uhid_event *event)
{
	if (write(uhid, event, sizeof(*event)) < 0)
		fail("/dev/uhid", strerror(errno));
}

static void create(void)
{
	struct uhid_event event = { .type = UHID_CREATE2, .u.create2 = description };

	uhid = open("/dev/uhid", O_RDWR | O_CLOEXEC);
	if (uhid < 0)
		fail("/dev/uhid", strerror(errno));
	uhid_send(&event);
}

static void answer_get(const struct uhid_get_report_req *request)
{
	struct uhid_event event = { .type = UHID_GET_REPORT_REPLY };
	const struct answer *answer = &answers[request->rtype % 3][request->rnum];

	event.u.get_report_reply.id = request->id;
	if (answer->size) {
		event.u.get_report_reply.data[0] = request->rnum;
		memcpy(event.u.get_report_reply.data + 1, answer->data, answer->size);
		event.u.get_report_reply.size = (__u16)(answer->size + 1);
	} else {
		event.u.get_report_reply.err = EIO;
	}
	uhid_send(&event);
	printf("get %u\n", request->rnum);
}

static void answer_set(const struct uhid_set_report_req *request)
{
	struct uhid_event event = { .type = UHID_SET_REPORT_REPLY };
	struct answer *answer = &answers[request->rtype % 3][request->rnum];
	char what[16];

	if (request->size > 1 && request->size <= REPORT_MAX) {
		answer->size = request->size - 1u;
		memcpy(answer->data, request->data + 1, answer->size);
	}
	event.u.set_report_reply.id = request->id;
	uhid_send(&event);
	snprintf(what, sizeof(what), "set %u", request->rnum);
	bytes_print(what, request->data + 1, request->size ? request->size - 1u : 0);
}

static void serve_kernel(void)
{
	struct uhid_event event;

	if (read(uhid, &event, sizeof(event)) <= 0)
		return;
	switch (event.type) {
	case UHID_START:
		puts("start");
		break;
	case UHID_STOP:
		puts("stop");
		break;
	case UHID_OPEN:
		puts("open");
		break;
	case UHID_CLOSE:
		puts("close");
		break;
	case UHID_OUTPUT:
		bytes_print("output", event.u.output.data, event.u.output.size);
		break;
	case UHID_GET_REPORT:
		answer_get(&event.u.get_report);
		break;
	case UHID_SET_REPORT:
		answer_set(&event.u.set_report);
		break;
	default:
		break;
	}
}

static void serve_kernel_for(int milliseconds)
{
	struct timespec start, now;
	int left = milliseconds;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (left > 0) {
		struct pollfd fd = { uhid, POLLIN, 0 };

		if (poll(&fd, 1, left) > 0)
			serve_kernel();
		clock_gettime(CLOCK_MONOTONIC, &now);
		left = milliseconds -
		       (int)((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000);
	}
}

static void report(const char *text)
{
	struct uhid_event event = { .type = UHID_INPUT2 };
	struct timespec now;

	event.u.input2.size = (__u16)bytes_parse(text, event.u.input2.data, REPORT_MAX);
	clock_gettime(CLOCK_MONOTONIC, &now);
	uhid_send(&event);
	serve_kernel_for(quiet_ms);
	printf("frame %lld.%06ld\n", (long long)now.tv_sec, now.tv_nsec / 1000);
}

static void set_answer(const char *text)
{
	char type[16];
	unsigned id;
	int length;
	struct answer *answer;

	if (sscanf(text, "%15s %x%n", type, &id, &length) != 2 || id > 255)
		fail("answer feature|input ID BYTES", text);
	answer = &answers[strcmp(type, "feature") ? UHID_INPUT_REPORT : UHID_FEATURE_REPORT][id];
	answer->size = bytes_parse(text + length, answer->data, REPORT_MAX);
}

static void obey(char *line)
{
	char *verb = strtok(line, " "), *rest = strtok(NULL, "");

	rest = rest ? rest : "";
	if (!verb)
		return;
	if (!strcmp(verb, "name"))
		snprintf((char *)description.name, sizeof(description.name), "%s", rest);
	else if (!strcmp(verb, "phys"))
		snprintf((char *)description.phys, sizeof(description.phys), "%s", rest);
	else if (!strcmp(verb, "uniq"))
		snprintf((char *)description.uniq, sizeof(description.uniq), "%s", rest);
	else if (!strcmp(verb, "id"))
		sscanf(rest, "%hx %x %x %x", &description.bus, &description.vendor, &description.product,
		       &description.version);
	else if (!strcmp(verb, "descriptor"))
		description.rd_size += (__u16)bytes_parse(rest, description.rd_data + description.rd_size,
							  HID_MAX_DESCRIPTOR_SIZE - description.rd_size);
	else if (!strcmp(verb, "answer"))
		set_answer(rest);
	else if (!strcmp(verb, "create"))
		create();
	else if (!strcmp(verb, "report"))
		report(rest);
	else if (!strcmp(verb, "quiet"))
		quiet_ms = atoi(rest);
	else if (!strcmp(verb, "wait"))
		serve_kernel_for(atoi(rest));
	else if (!strcmp(verb, "destroy")) {
		close(uhid);
		uhid = -1;
	} else
		fail("no such command", verb);
}

int main(void)
{
	static char buffer[65536];
	size_t used = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (;;) {
		struct pollfd fds[] = { { 0, POLLIN, 0 }, { uhid, POLLIN, 0 } };
		char *newline;
		ssize_t n;

		if (poll(fds, 2, -1) < 0)
			fail("poll", strerror(errno));
		if (fds[1].revents)
			serve_kernel();
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
