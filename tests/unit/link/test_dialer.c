/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dials against a carrier that serves a socket of its own: what a program without our loop sees of a stream. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/core/loop.h"
#include "hub/core/mailbox.h"
#include "hub/link/carrier.h"
#include "hub/link/dialer.h"

#define PATIENCE_MS 20000

/* What a dialer calls, and what does not work at present. */
static atomic_bool no_carrier, no_room;
int __real_carrier_create(struct carrier **out, const struct carrier_config *config, pid_t *pid);
int __wrap_carrier_create(struct carrier **out, const struct carrier_config *config, pid_t *pid);
int __real_mailbox_post(struct mailbox *box, void *message);
int __wrap_mailbox_post(struct mailbox *box, void *message);

int __wrap_carrier_create(struct carrier **out, const struct carrier_config *config, pid_t *pid)
{
	return no_carrier ? -ENOMEM : __real_carrier_create(out, config, pid);
}

int __wrap_mailbox_post(struct mailbox *box, void *message)
{
	return no_room ? -ENOSPC : __real_mailbox_post(box, message);
}

/* The other end: services "echo" (says back what it hears) and "end" (closes at once); others are refused. */
struct server {
	char endpoint[64];
	struct loop *loop;
	struct carrier *carrier;
	pthread_t thread;
	unsigned opened;
};

static void *echo(void *data)
{
	int fd = (int)(intptr_t)data;
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (send(fd, buf, (size_t)n, MSG_NOSIGNAL) != n)
			break;
	close(fd);
	return NULL;
}

static void on_opened(void *data, struct carrier_stream *stream, const char *service)
{
	struct server *s = data;
	pthread_t thread;
	int pair[2];

	s->opened++;
	if (strcmp(service, "echo") && strcmp(service, "end")) {
		carrier_reset(stream, MUX_RESET_SERVICE, "only echo and end");
		return;
	}
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(carrier_attach(stream, pair[0]), 0);
	if (!strcmp(service, "end")) {
		close(pair[1]);
		return;
	}
	/* A thread that may block: it ends with its stream. */
	assert_int_equal(pthread_create(&thread, NULL, echo, (void *)(intptr_t)pair[1]), 0);
	pthread_detach(thread);
}

static void on_closed(void *data, struct carrier_stream *stream, enum mux_reset why, const char *text)
{
}

static void *serve(void *data)
{
	loop_run(((struct server *)data)->loop);
	return NULL;
}

static void begin(struct server *s)
{
	struct carrier_config config = { .serve = true,
					 .gid = (gid_t)-1,
					 .callbacks = {
						 .opened = on_opened, .closed = on_closed, .data = s } };
	pid_t pid;

	assert_int_equal(loop_create(&s->loop), 0);
	config.loop = s->loop;
	config.endpoint = s->endpoint;
	assert_int_equal(carrier_create(&s->carrier, &config, &pid), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void end(struct server *s)
{
	loop_quit(s->loop, 0);
	pthread_join(s->thread, NULL);
	carrier_destroy(s->carrier);
	loop_destroy(s->loop);
}

struct world {
	struct server server;
	struct dialer *dialer;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	snprintf(w->server.endpoint, sizeof(w->server.endpoint), "mux+unix:/tmp/xenhub-dialer-%d",
		 (int)getpid());
	begin(&w->server);
	assert_int_equal(dialer_create(&w->dialer), 0);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	dialer_destroy(w->dialer);
	if (w->server.loop)
		end(&w->server);
	free(w);
	return 0;
}

static void wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
}

static int dial(struct world *w, const char *service, uint64_t *ticket)
{
	char why[128];
	int fd;

	assert_int_equal(dialer_dial(w->dialer, w->server.endpoint, service, &fd, ticket, why, sizeof(why)),
			 0);
	return fd;
}

/* Until it ends; then the reason. */
static void assert_ends(struct world *w, int fd, uint64_t ticket, const char *part)
{
	char why[128], c;
	ssize_t n;

	do {
		wait_for(fd, POLLIN);
		n = read(fd, &c, 1);
	} while (n < 0 && errno == EAGAIN);
	assert_true(n == 0 || errno == ECONNRESET);
	dialer_why(w->dialer, ticket, why, sizeof(why));
	if (!*part)
		assert_string_equal(why, "");
	else if (!strstr(why, part))
		fail_msg("'%s' does not say '%s'", why, part);
	close(fd);
}

static void test_echo(void **state)
{
	static uint8_t out[300000], in[300000];
	struct world *w = *state;
	size_t sent = 0, got = 0;
	struct rng dice = { 7 };
	uint64_t ticket;
	int fd = dial(w, "echo", &ticket);

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)rng_next(&dice);
	while (got < sizeof(in)) {
		struct pollfd p = { .fd = fd, .events = POLLIN | (sent < sizeof(out) ? POLLOUT : 0) };
		ssize_t n;

		assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
		n = sent < sizeof(out) ? write(fd, out + sent, sizeof(out) - sent) : 0;
		sent += n > 0 ? (size_t)n : 0;
		n = read(fd, in + got, sizeof(in) - got);
		got += n > 0 ? (size_t)n : 0;
	}
	assert_memory_equal(in, out, sizeof(in));
	shutdown(fd, SHUT_WR);
	assert_ends(w, fd, ticket, "");
}

static void test_many_share_a_link(void **state)
{
	struct world *w = *state;
	struct carrier_status status;
	int fds[20];

	for (unsigned i = 0; i < COUNT_OF(fds); i++) {
		fds[i] = dial(w, "echo", NULL);
		assert_int_equal(write(fds[i], &i, 1), 1);
	}
	for (unsigned i = 0; i < COUNT_OF(fds); i++) {
		uint8_t c = 0xff;

		wait_for(fds[i], POLLIN);
		assert_int_equal(read(fds[i], &c, 1), 1);
		assert_int_equal(c, i);
		close(fds[i]);
	}
	dialer_destroy(w->dialer);
	w->dialer = NULL;
	end(&w->server);
	assert_int_equal(w->server.opened, COUNT_OF(fds));
	begin(&w->server);
	carrier_status(w->server.carrier, &status);
	assert_int_equal(dialer_create(&w->dialer), 0);
}

static void test_ends(void **state)
{
	struct world *w = *state;
	uint64_t ticket;
	int fd = dial(w, "end", &ticket);

	shutdown(fd, SHUT_WR);
	assert_ends(w, fd, ticket, "");
	fd = dial(w, "nobody", &ticket);
	assert_ends(w, fd, ticket, "only echo and end");
}

static void test_server_goes_and_comes(void **state)
{
	struct world *w = *state;
	uint64_t ticket;
	int fd = dial(w, "echo", &ticket);
	char c;

	assert_int_equal(write(fd, "x", 1), 1);
	wait_for(fd, POLLIN);
	assert_int_equal(read(fd, &c, 1), 1);
	end(&w->server);
	assert_ends(w, fd, ticket, "has ended");
	w->server.loop = NULL;
	/* Nobody is there: it says so. */
	fd = dial(w, "echo", &ticket);
	assert_ends(w, fd, ticket, "there is no link");
	begin(&w->server);
	/* The link may still rest from its last try. */
	for (unsigned i = 0; i < 50; i++) {
		ssize_t n;

		fd = dial(w, "echo", &ticket);
		assert_int_equal(write(fd, "y", 1), 1);
		wait_for(fd, POLLIN);
		n = read(fd, &c, 1);
		close(fd);
		if (n == 1)
			return;
	}
	fail_msg("the link does not come back");
}

/* A dial that comes to nothing leaves room for the next endpoint, whatever it failed of. */
static void test_failures_keep_no_endpoint(void **state)
{
	struct world *w = *state;
	char endpoint[64], why[256];
	uint64_t ticket;
	int fd;

	for (unsigned i = 0; i < 2 * DIALER_ENDPOINTS_MAX; i++) {
		snprintf(endpoint, sizeof(endpoint), "mux+unix:/tmp/xenhub-nobody-%u", i);
		no_carrier = true;
		assert_int_equal(dialer_dial(w->dialer, endpoint, "vnc", &fd, &ticket, why, sizeof(why)), 0);
		assert_ends(w, fd, ticket, "memory");
		no_carrier = false;
		no_room = true;
		assert_int_equal(dialer_dial(w->dialer, endpoint, "vnc", &fd, NULL, why, sizeof(why)),
				 -ENOSPC);
		no_room = false;
		assert_non_null(strstr(why, "dials at once"));
	}
	/* And nothing is lost of one that has streams. */
	fd = dial(w, "echo", NULL);
	no_room = true;
	assert_int_equal(
		dialer_dial(w->dialer, w->server.endpoint, "echo", &(int){ 0 }, NULL, why, sizeof(why)),
		-ENOSPC);
	no_room = false;
	assert_int_equal(write(fd, "x", 1), 1);
	wait_for(fd, POLLIN);
	close(fd);
}

static void test_wrong_endpoints(void **state)
{
	struct world *w = *state;
	const char *wrong[] = { "unix:/run/x", "tcp:127.0.0.1:5900", "nonsense",
				"mux+unix:",   "mux+tcp:here:1",     "tty:ttyS0" };
	char why[256];
	int fd;

	for (unsigned i = 0; i < COUNT_OF(wrong); i++) {
		*why = '\0';
		assert_true(dialer_dial(w->dialer, wrong[i], "vnc", &fd, NULL, why, sizeof(why)) < 0);
		assert_true(*why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_echo, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many_share_a_link, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_server_goes_and_comes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failures_keep_no_endpoint, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wrong_endpoints, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
