/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that travel together, against a daemon that answers as it is told: late, in pieces, with refusals, or with nonsense. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

#include "hub/publish/xslink.h"
#include "hub/publish/xswire.h"

enum manner {
	CORRECT,
	IN_PIECES,   /* a byte at a time */
	WRONG_ID,    /* an answer that nobody has asked for */
	TOO_LONG,    /* more than a message may have */
	HANGS_UP,    /* after the fifth request */
	REFUSES_ALL, /* ENOSPC */
};

struct fixture {
	char dir[32], path[64];
	int listening;
	enum manner manner;
	pthread_t daemon;
	struct xslink *link;
	/* What the daemon saw. */
	unsigned requests, reads;
};

static void answer(struct fixture *f, int fd, const struct xswire_message *m)
{
	uint8_t bytes[XSWIRE_MESSAGE];
	struct xsd_sockmsg header = { .type = m->type, .req_id = m->id, .tx_id = m->tx };
	char text[300];

	snprintf(text, sizeof(text), "OK");
	if (m->type == XS_TRANSACTION_START)
		snprintf(text, sizeof(text), "%u", 7u);
	else if (m->type == XS_READ)
		snprintf(text, sizeof(text), "value of %.200s", m->body);
	if (f->manner == REFUSES_ALL || !strcmp(m->body, "/missing")) {
		header.type = XS_ERROR;
		snprintf(text, sizeof(text), f->manner == REFUSES_ALL ? "ENOSPC" : "ENOENT");
	}
	header.len = (uint32_t)strlen(text) + (header.type == XS_ERROR);
	if (f->manner == WRONG_ID)
		header.req_id++;
	memcpy(bytes + sizeof(header), text, header.len);
	if (f->manner == TOO_LONG)
		header.len = 5000;
	memcpy(bytes, &header, sizeof(header));
	for (size_t at = 0, n = sizeof(header) + strlen(text) + (header.type == XS_ERROR); at < n;) {
		size_t piece = f->manner == IN_PIECES ? 1 : n - at;

		if (send(fd, bytes + at, piece, MSG_NOSIGNAL) < 0)
			return;
		at += piece;
	}
}

static void *daemon_main(void *data)
{
	struct fixture *f = data;
	uint8_t in[8 * XSWIRE_MESSAGE];
	struct xswire_message m;
	size_t len = 0;
	int fd = accept(f->listening, NULL, NULL);
	ssize_t n;

	while (fd >= 0 && (n = read(fd, in + len, sizeof(in) - len)) > 0) {
		int took;

		f->reads++;
		len += (size_t)n;
		while ((took = xswire_take(in, len, &m)) > 0) {
			if (++f->requests == 5 && f->manner == HANGS_UP) {
				close(fd);
				return NULL;
			}
			answer(f, fd, &m);
			len -= (size_t)took;
			memmove(in, in + took, len);
		}
	}
	close(fd);
	return NULL;
}

static void begin(struct fixture *f, enum manner manner)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	f->manner = manner;
	strcpy(f->dir, "/tmp/xslink-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/socket", f->dir);
	memcpy(address.sun_path, f->path, strlen(f->path) + 1);
	f->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_return_code(bind(f->listening, (struct sockaddr *)&address, sizeof(address)), errno);
	assert_return_code(listen(f->listening, 1), errno);
	assert_int_equal(pthread_create(&f->daemon, NULL, daemon_main, f), 0);
	setenv("XENSTORED_RUNDIR", f->dir, 1);
	assert_int_equal(xslink_open(&f->link), 0);
}

static void end(struct fixture *f)
{
	xslink_close(f->link);
	pthread_join(f->daemon, NULL);
	close(f->listening);
	unlink(f->path);
	rmdir(f->dir);
}

static void many_requests_travel_together(void **state)
{
	struct fixture f = { 0 };
	int rc[3 * XSLINK_FLIGHT];
	char text[40];
	uint32_t tx;

	begin(&f, CORRECT);
	assert_int_equal(xslink_begin(f.link, &tx), 0);
	assert_int_equal(tx, 7);
	for (unsigned i = 0; i < COUNT_OF(rc); i++) {
		rc[i] = 1;
		assert_int_equal(xslink_ask(f.link, tx, XS_WRITE, i == 100 ? "/missing" : "/a", "v", 1,
					    &rc[i], NULL, 0),
				 0);
	}
	assert_int_equal(xslink_ask(f.link, tx, XS_READ, "/b", NULL, 0, NULL, text, sizeof(text)), 0);
	assert_int_equal(xslink_land(f.link), 0);
	for (unsigned i = 0; i < COUNT_OF(rc); i++)
		assert_int_equal(rc[i], i == 100 ? -ENOENT : 0);
	assert_string_equal(text, "value of /b");
	assert_int_equal(xslink_end(f.link, tx), 0);
	end(&f);
	assert_int_equal(f.requests, 3 * XSLINK_FLIGHT + 3);
	/* Four flights, and the two ends of the transaction; a flight may be read in a few pieces. */
	assert_in_range(f.reads, 3, 40);
}

static void what_is_said_is_cut_to_the_room_there_is(void **state)
{
	struct fixture f = { 0 };
	char text[6];

	begin(&f, IN_PIECES);
	assert_int_equal(xslink_call(f.link, 0, XS_READ, "/b", NULL, 0, text, sizeof(text)), 0);
	assert_string_equal(text, "value");
	assert_int_equal(xslink_call(f.link, 0, XS_READ, "/missing", NULL, 0, text, sizeof(text)), -ENOENT);
	assert_string_equal(text, "");
	end(&f);
}

static void refusals_are_each_questions_own(void **state)
{
	struct fixture f = { 0 };
	uint32_t tx;

	begin(&f, REFUSES_ALL);
	assert_int_equal(xslink_begin(f.link, &tx), -ENOSPC);
	assert_int_equal(xslink_call(f.link, 0, XS_WRITE, "/a", "v", 1, NULL, 0), -ENOSPC);
	assert_int_equal(xslink_end(f.link, 7), -ENOSPC);
	end(&f);
}

static void what_is_too_long_is_not_sent(void **state)
{
	struct fixture f = { 0 };
	char value[4096];
	int rc = 1;

	begin(&f, CORRECT);
	memset(value, 'x', sizeof(value));
	assert_int_equal(xslink_ask(f.link, 0, XS_WRITE, "/a", value, sizeof(value), &rc, NULL, 0), 0);
	assert_int_equal(rc, -E2BIG);
	assert_int_equal(xslink_call(f.link, 0, XS_WRITE, "/a", value, sizeof(value) - 3, NULL, 0), 0);
	end(&f);
	assert_int_equal(f.requests, 1);
}

static void breaks(enum manner manner, int expected)
{
	struct fixture f = { 0 };
	int rc = 0;

	begin(&f, manner);
	for (int i = 0; i < 8 && !rc; i++)
		rc = xslink_ask(f.link, 0, XS_WRITE, "/a", "v", 1, NULL, NULL, 0);
	if (!rc)
		rc = xslink_land(f.link);
	/* A peer that closes with something unread resets the connection. */
	if (rc == -ECONNRESET)
		rc = -EPIPE;
	assert_int_equal(rc, expected);
	end(&f);
}

static void nonsense_and_hanging_up_break_the_connection(void **state)
{
	breaks(WRONG_ID, -EPROTO);
	breaks(TOO_LONG, -EPROTO);
	breaks(HANGS_UP, -EPIPE);
}

static void without_a_daemon_there_is_no_link(void **state)
{
	struct xslink *link;

	setenv("XENSTORED_RUNDIR", "/nonexistent", 1);
	assert_int_equal(xslink_open(&link), -ENOENT);
}

static void errors_are_read_with_and_without_their_end(void **state)
{
	const struct {
		const char *text;
		size_t len;
		int rc;
	} cases[] = {
		{ "EAGAIN", 7, -EAGAIN }, { "EAGAIN", 6, -EAGAIN }, { "EROFS", 6, -EROFS },
		{ "EAGAI", 5, -EPROTO },  { "", 0, -EPROTO },       { "EAGAINX", 7, -EPROTO },
		{ "E", 1, -EPROTO },      { "EQUOTA", 7, -EPROTO },
	};

	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		struct xswire_message m = { .type = XS_ERROR, .body = cases[i].text, .len = cases[i].len };

		assert_int_equal(xswire_result(&m), cases[i].rc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_requests_travel_together),
		cmocka_unit_test(what_is_said_is_cut_to_the_room_there_is),
		cmocka_unit_test(refusals_are_each_questions_own),
		cmocka_unit_test(what_is_too_long_is_not_sent),
		cmocka_unit_test(nonsense_and_hanging_up_break_the_connection),
		cmocka_unit_test(without_a_daemon_there_is_no_link),
		cmocka_unit_test(errors_are_read_with_and_without_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
