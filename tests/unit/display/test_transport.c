/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host with several addresses: each attempt begins with another one. */
#include "tests/unit/testing.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "display/net/transport.h"

#define PORT_ANY 0

static struct sockaddr_in addresses[2]; /* of the host called twofold */

int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **list);
void __wrap_freeaddrinfo(struct addrinfo *list);

int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **list)
{
	struct addrinfo *both = calloc(2, sizeof(*both));

	assert_string_equal(node, "twofold");
	assert_non_null(both);
	for (int i = 0; i < 2; i++)
		both[i] = (struct addrinfo){ .ai_family = AF_INET,
					     .ai_addr = (struct sockaddr *)&addresses[i],
					     .ai_addrlen = sizeof(addresses[i]) };
	both[0].ai_next = &both[1];
	*list = both;
	return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *list)
{
	free(list);
}

static int listen_on(const char *host, uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(*port) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, host, &address.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* The last number of the address that this attempt turns to. */
static unsigned reached(const struct uri *uri, unsigned attempt)
{
	struct transport transport;
	struct sockaddr_in peer;
	socklen_t size = sizeof(peer);

	assert_int_equal(transport_connect(&transport, uri, attempt, NULL), 0);
	assert_int_equal(getpeername(transport_fd(&transport), (struct sockaddr *)&peer, &size), 0);
	transport_close(&transport);
	return ntohl(peer.sin_addr.s_addr) & 255;
}

static void test_addresses_take_turns(void **state)
{
	struct uri uri = { .kind = URI_TCP, .host = "twofold" };
	uint16_t port = PORT_ANY;
	int first = listen_on("127.0.0.1", &port), second = listen_on("127.0.0.2", &port);

	uri.port = port;
	for (int i = 0; i < 2; i++) {
		addresses[i].sin_family = AF_INET;
		addresses[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK + (in_addr_t)i);
	}
	for (unsigned attempt = 0; attempt < 5; attempt++)
		assert_int_equal(reached(&uri, attempt), 1 + attempt % 2);
	close(first);
	close(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
