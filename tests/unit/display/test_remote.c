/* SPDX-License-Identifier: GPL-2.0-or-later */
/* URIs, retries, health, the words of the status page. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "display/net/pin.h"
#include "display/osd/words.h"
#include "display/remote/health.h"
#include "display/remote/retry.h"
#include "display/uri/uri.h"
#include "hub/core/clock.h"

#define MS(n) ((uint64_t)(n)*NS_PER_MS)

static void test_uris(void **state)
{
	struct uri uri;
	char why[256];

	assert_int_equal(uri_parse(&uri, "vnc://guest", why, sizeof(why)), 0);
	assert_int_equal(uri.kind, URI_TCP);
	assert_string_equal(uri.host, "guest");
	assert_int_equal(uri.port, 5900);
	assert_false(uri_is_local(&uri));
	assert_int_equal(uri_parse(&uri, "vnc://127.0.0.1:5901/", why, sizeof(why)), 0);
	assert_int_equal(uri.port, 5901);
	assert_true(uri_is_local(&uri));
	assert_int_equal(uri_parse(&uri, "vnc://[fe80::1]:7", why, sizeof(why)), 0);
	assert_string_equal(uri.host, "fe80::1");
	assert_int_equal(uri.port, 7);
	assert_int_equal(uri_parse(&uri, "vnc+unix:run/x.sock", why, sizeof(why)), 0);
	assert_string_equal(uri.path, "run/x.sock");
	assert_int_equal(uri_parse(&uri, "vnc+unix:///run/x.sock", why, sizeof(why)), 0);
	assert_string_equal(uri.path, "/run/x.sock");
	assert_int_equal(uri_parse(&uri, "vnc+unix:/run/x.sock", why, sizeof(why)), 0);
	assert_string_equal(uri.path, "/run/x.sock");
	assert_true(uri_is_local(&uri));
}

static void test_pins(void **state)
{
	static const char plain[] = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
	static const char *const bad[] = {
		"", "00", ":", "0g", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeef"
	};
	char text[100];
	uint8_t pin[PIN_BYTES];

	assert_int_equal(pin_parse(pin, plain), 0);
	for (unsigned i = 0; i < PIN_BYTES; i++)
		assert_int_equal(pin[i], i % 16 * 0x11);
	snprintf(text, sizeof(text), "00:11:22:%s", plain + 6);
	assert_int_equal(pin_parse(pin, text), 0);
	snprintf(text, sizeof(text), "%s0", plain);
	assert_int_equal(pin_parse(pin, text), -EINVAL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(pin_parse(pin, bad[i]), -EINVAL);
}

static void test_spice_uris(void **state)
{
	static const char *const bad[] = { "spice:",
					   "spice://",
					   "spice://h?tls-port=0",
					   "spice://h?port=1",
					   "spice://h?tls-port=1&x=2",
					   "vnc://h?tls-port=1",
					   "vnc+tls://h",
					   "spice+tls:h",
					   "spice+unix:",
					   "spices://h" };
	struct uri uri;
	char why[256];

	assert_int_equal(uri_parse(&uri, "vnc://h", why, sizeof(why)), 0);
	assert_int_equal(uri.protocol, URI_VNC);
	assert_int_equal(uri_parse(&uri, "spice://h:5930", why, sizeof(why)), 0);
	assert_int_equal(uri.protocol, URI_SPICE);
	assert_int_equal(uri.port, 5930);
	assert_false(uri.tls);
	assert_int_equal(uri_parse(&uri, "spice+tls://[::1]:5931", why, sizeof(why)), 0);
	assert_true(uri.tls);
	assert_string_equal(uri.host, "::1");
	assert_int_equal(uri_parse(&uri, "spice://h:5930?tls-port=5931", why, sizeof(why)), 0);
	assert_true(uri.tls);
	assert_int_equal(uri.port, 5931);
	assert_int_equal(uri_parse(&uri, "spice://h/?tls-port=5931", why, sizeof(why)), 0);
	assert_true(uri.tls);
	assert_int_equal(uri_parse(&uri, "spice+unix:///run/s", why, sizeof(why)), 0);
	assert_string_equal(uri.path, "/run/s");
	assert_int_equal(uri.kind, URI_UNIX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(uri_parse(&uri, bad[i], why, sizeof(why)), -EINVAL);
}

static void test_carriers(void **state)
{
	static const struct {
		const char *text, *endpoint, *service;
		bool local;
	} good[] = {
		{ "vnc+vchan:@app", "vchan:@app", "vnc", true },
		{ "spice+vchan:@app", "vchan:@app", "spice", true },
		{ "vnc+vchan:@app?service=second", "vchan:@app", "second", true },
		{ "vnc+channel:org.xenhub.vnc", "channel:org.xenhub.vnc", "vnc", false },
		{ "vnc+channel:guest/org.xenhub?service=vnc2", "channel:guest/org.xenhub", "vnc2", false },
		{ "vnc+mux+unix:/run/x", "mux+unix:/run/x", "vnc", true },
		{ "vnc+mux+tcp:127.0.0.1:7", "mux+tcp:127.0.0.1:7", "vnc", false },
		{ "vnc+tty:/dev/hvc1", "tty:/dev/hvc1", "vnc", false },
	};
	static const char *const bad[] = { "vnc+vchan:@app?",
					   "vnc+vchan:@app?service=", "vnc+vchan:@app?host=x",
					   "vnc+serial:x" };
	char why[256], text[URI_TEXT_MAX];
	struct uri uri;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(uri_parse(&uri, good[i].text, why, sizeof(why)), 0);
		assert_int_equal(uri.kind, URI_CARRIER);
		assert_string_equal(uri.endpoint, good[i].endpoint);
		assert_string_equal(uri.service, good[i].service);
		assert_int_equal(uri_is_local(&uri), good[i].local);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(uri_parse(&uri, bad[i], why, sizeof(why)), -EINVAL);
	snprintf(text, sizeof(text), "vnc+vchan:@app?service=%064d", 0);
	assert_int_equal(uri_parse(&uri, text, why, sizeof(why)), -EINVAL);
	snprintf(text, sizeof(text), "vnc+channel:%0300d", 0);
	assert_int_equal(uri_parse(&uri, text, why, sizeof(why)), -EINVAL);
}

static void test_bad_uris(void **state)
{
	static const char *const bad[] = { "",
					   "guest:5900",
					   "vnc:",
					   "vnc://",
					   "vnc://:5900",
					   "vnc://h:0",
					   "vnc://h:65536",
					   "vnc://h:x",
					   "vnc://h:",
					   "vnc://[::1",
					   "vnc://u:p@h",
					   "vnc://h/path",
					   "vnc+unix:",
					   "vnc+unix://host/path",
					   "http://h" };
	char long_path[200] = "vnc+unix:", why[256];
	struct uri uri;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why[0] = '\0';
		assert_int_equal(uri_parse(&uri, bad[i], why, sizeof(why)), -EINVAL);
		assert_true(strlen(why) > 10);
	}
	memset(long_path + strlen(long_path), 'x', 120);
	assert_int_equal(uri_parse(&uri, long_path, why, sizeof(why)), -EINVAL);
}

static void test_retries(void **state)
{
	static const unsigned local[] = { 0, 50, 100, 200, 250, 250, 250 };
	static const unsigned far[] = { 0, 50, 100, 200, 400, 800, 1600, 2000, 2000 };
	struct retry retry;

	retry_init(&retry, true);
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		assert_int_equal(retry_after(&retry, MS(1000), -ECONNREFUSED, 0), MS(1000 + local[i]));
	/* A connection that lasted starts it anew; one that was closed at once does not. */
	assert_int_equal(retry_after(&retry, 0, -ECONNRESET, MS(10)), MS(250));
	assert_int_equal(retry_after(&retry, 0, -ECONNRESET, MS(1000)), 0);
	retry_init(&retry, false);
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
		assert_int_equal(retry_after(&retry, 0, -ECONNREFUSED, 0), MS(far[i]));
	assert_int_equal(retry_after(&retry, 0, -EACCES, 0), MS(RETRY_PERSON_MS));
}

static void test_greeting_that_never_ends(void **state)
{
	struct health health;

	health_init(&health, MS(1));
	assert_int_equal(health_deadline(&health, MS(1)), MS(15001));
	/* A byte now and then does not prolong it. */
	health_heard(&health, MS(14000));
	assert_int_equal(health_check(&health, MS(15000)), HEALTH_WELL);
	assert_int_equal(health_check(&health, MS(15001)), HEALTH_DEAD);
}

static void test_silent_server(void **state)
{
	struct health health;

	health_init(&health, 0);
	health_running(&health, MS(100));
	assert_int_equal(health_deadline(&health, MS(100)), MS(5100));
	assert_int_equal(health_check(&health, MS(5099)), HEALTH_WELL);
	assert_int_equal(health_check(&health, MS(5100)), HEALTH_PING);
	health_pinged(&health, MS(5100));
	assert_int_equal(health_deadline(&health, MS(5100)), MS(7100));
	assert_int_equal(health_check(&health, MS(7100)), HEALTH_STALLED);
	assert_int_equal(health_deadline(&health, MS(7100)), MS(15100));
	health_heard(&health, MS(8000));
	assert_int_equal(health_check(&health, MS(8000)), HEALTH_WELL);
	health_sent_input(&health, MS(8500));
	health_sent_input(&health, MS(9000)); /* somebody who goes on typing does not put it off */
	assert_int_equal(health_check(&health, MS(9500)), HEALTH_PING);
	health_pinged(&health, MS(9500));
	assert_int_equal(health_check(&health, MS(19500)), HEALTH_DEAD);
}

static void test_server_that_does_not_read(void **state)
{
	struct health health;

	health_init(&health, 0);
	health_running(&health, 0);
	health_output(&health, MS(100), true, false);
	health_output(&health, MS(4000), true, true);
	health_heard(&health, MS(13000));
	assert_int_equal(health_check(&health, MS(13999)), HEALTH_WELL);
	assert_int_equal(health_check(&health, MS(14000)), HEALTH_DEAD);
	health_output(&health, MS(14000), false, true);
	assert_int_equal(health_check(&health, MS(14000)), HEALTH_WELL);
}

static void test_pixels_that_do_not_come(void **state)
{
	struct health health;

	health_init(&health, 0);
	health_running(&health, 0);
	health_pixels_due(&health, MS(100));
	health_pixels_due(&health, MS(900)); /* the second of two new sizes does not put it off */
	assert_int_equal(health_deadline(&health, MS(900)), MS(1100));
	health_heard(&health, MS(1000));
	assert_int_equal(health_check(&health, MS(1099)), HEALTH_WELL);
	assert_int_equal(health_check(&health, MS(1100)), HEALTH_ASK);
	health_asked(&health, MS(1100));
	/* Nothing at all: that is for the pings. */
	assert_int_equal(health_check(&health, MS(2700)), HEALTH_WELL);
	health_heard(&health, MS(2700));
	assert_int_equal(health_check(&health, MS(2700)), HEALTH_STARVED);

	health_init(&health, 0);
	health_running(&health, 0);
	health_pixels_due(&health, MS(100));
	health_asked(&health, MS(1100));
	health_heard(&health, MS(1200));
	assert_int_equal(health_deadline(&health, MS(1200)), MS(2600));
	assert_int_equal(health_check(&health, MS(2599)), HEALTH_WELL);
	health_pixels_came(&health);
	assert_int_equal(health_check(&health, MS(2600)), HEALTH_WELL);
	assert_int_equal(health_deadline(&health, MS(2600)), MS(6200));
}

static void test_words(void **state)
{
	struct remote_config config = { .name = "office" };
	struct remote_status status = { .state = REMOTE_WAITING,
					.since_ns = MS(1000),
					.next_try_ns = MS(40000),
					.reason = "connection refused",
					.ever = true };
	struct words words;
	char text[32];

	words_status(&words, &config, &status, "14:05:09", MS(12500));
	assert_string_equal(words.lines[0], "office: connection lost");
	assert_string_equal(words.lines[1], "Connection refused");
	assert_string_equal(words.lines[2], "Since 14:05:09 (11 s)");
	assert_string_equal(words.lines[3], "Next try in 28 s; a tap or Ctrl+Alt+Shift+T tries now");
	status.ever = false;
	status.next_try_ns = MS(12600);
	words_status(&words, &config, &status, "14:05:09", MS(12500));
	assert_string_equal(words.lines[0], "office: not connected");
	assert_string_equal(words.lines[3], "Trying again all the time");
	strcpy(status.reason, "office.sock: No such file or directory");
	words_status(&words, &config, &status, "14:05:09", MS(12500));
	assert_string_equal(words.lines[1], "office.sock: No such file or directory");
	status.state = REMOTE_CONNECTING;
	status.reason[0] = '\0';
	words_status(&words, &config, &status, "14:05:09", MS(12500));
	assert_string_equal(words.lines[1], "It has not answered yet");
	words_duration(text, sizeof(text), 7500 * NS_PER_S);
	assert_string_equal(text, "2 h 5 min");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uris),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_spice_uris),
		cmocka_unit_test(test_bad_uris),
		cmocka_unit_test(test_retries),
		cmocka_unit_test(test_greeting_that_never_ends),
		cmocka_unit_test(test_silent_server),
		cmocka_unit_test(test_server_that_does_not_read),
		cmocka_unit_test(test_pixels_that_do_not_come),
		cmocka_unit_test(test_carriers),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
