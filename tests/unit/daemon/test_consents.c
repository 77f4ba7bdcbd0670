/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person has said yes to: as text, in a file, and what becomes of a file that is not right. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/source/consents.h"

static char folder[64], path[96];

static int set_up(void **state)
{
	snprintf(folder, sizeof(folder), "/tmp/xenhub-consents-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/consents", folder);
	return 0;
}

static int tear_down(void **state)
{
	unlink(path);
	return rmdir(folder);
}

static void put(const char *text, mode_t mode)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void text_and_back(void **state)
{
	static char text[CONSENTS_TEXT_MAX], again[CONSENTS_TEXT_MAX];
	static struct consents c, d;
	char id[IDENTITY_MAX];
	size_t size;

	snprintf(c.boot, sizeof(c.boot), "b");
	d = c;
	for (unsigned i = 0; i < CONSENTS_MAX; i++) {
		snprintf(id, sizeof(id), "usb-%u", i);
		assert_false(consents_have(&c, "peer:vchan:a b", id));
		assert_int_equal(consents_add(&c, "peer:vchan:a b", id), 0);
		assert_int_equal(consents_add(&c, "peer:vchan:a b", id), 0);
		assert_true(consents_have(&c, "peer:vchan:a b", id));
		assert_false(consents_have(&c, "peer:vchan:a", id));
	}
	assert_int_equal(c.count, CONSENTS_MAX);
	assert_int_equal(consents_add(&c, "peer:vchan:a b", "one-more"), -ENOSPC);
	size = consents_write(&c, text);
	assert_int_equal(size, strlen(text));
	assert_int_equal(consents_read(&d, text), 0);
	assert_int_equal(d.count, CONSENTS_MAX);
	assert_true(consents_have(&d, "peer:vchan:a b", "usb-63"));
	consents_write(&d, again);
	assert_string_equal(text, again);
}

static void what_is_not_ours_is_nothing(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} bad[] = {
		{ "", -EBADMSG },
		{ "xenhub consents of boot ", -EBADMSG },
		{ "xenhub consents of boot b", -EBADMSG },
		{ "xenhub consents of boot c\nid origin\n", -ESTALE },
		{ "xenhub consents of boot b\nid origin", -EBADMSG },
		{ "xenhub consents of boot b\nid\n", -EBADMSG },
		{ "xenhub consents of boot b\nid one\n origin\n", -EBADMSG },
		{ "xenhub consents of boot b\nid one\n\n", -EBADMSG },
		{ "xenhub consents of boot b\n"
		  "an-id-that-is-longer-than-any-that-the-hub-would-make-of-a-device-in-this-world origin\n",
		  -EBADMSG },
	};

	for (unsigned i = 0; i < COUNT_OF(bad); i++) {
		static struct consents c;

		snprintf(c.boot, sizeof(c.boot), "b");
		assert_int_equal(consents_read(&c, bad[i].text), bad[i].rc);
		assert_int_equal(c.count, 0);
	}
}

static void outlive_the_process_in_a_file_of_ours(void **state)
{
	static struct consents c, d;
	struct stat st;

	consents_open(&c, path);
	assert_int_equal(c.count, 0);
	assert_int_equal(consents_add(&c, "peer:vchan:usb", "usb-1"), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	consents_open(&d, path);
	assert_true(consents_have(&d, "peer:vchan:usb", "usb-1"));

	/* Somebody else could have written there. */
	assert_int_equal(chmod(path, 0620), 0);
	consents_open(&d, path);
	assert_int_equal(d.count, 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	consents_open(&d, path);
	assert_int_equal(d.count, 0);
	/* The link is replaced, not followed. */
	assert_int_equal(consents_add(&d, "peer:vchan:usb", "usb-2"), 0);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void end_with_the_boot(void **state)
{
	static struct consents c;

	put("xenhub consents of boot 00000000-0000-0000-0000-000000000000\nusb-1 peer:vchan:usb\n", 0600);
	consents_open(&c, path);
	assert_int_equal(c.count, 0);
	assert_int_equal(consents_add(&c, "peer:vchan:usb", "usb-2"), 0);
	consents_open(&c, path);
	assert_int_equal(c.count, 1);
	assert_true(consents_have(&c, "peer:vchan:usb", "usb-2"));
}

static void are_given_where_nothing_can_be_written(void **state)
{
	static struct consents c;

	consents_open(&c, "/proc/nowhere/consents");
	assert_true(consents_add(&c, "peer:vchan:usb", "usb-1") < 0);
	assert_true(consents_have(&c, "peer:vchan:usb", "usb-1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_back),
		cmocka_unit_test(what_is_not_ours_is_nothing),
		cmocka_unit_test_setup_teardown(outlive_the_process_in_a_file_of_ours, set_up, tear_down),
		cmocka_unit_test_setup_teardown(end_with_the_boot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(are_given_where_nothing_can_be_written, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
