/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/recording/recording_testing.h"

#define EVENTS "E: 0.000001 0003 0000 5\nE: 0.000001 0000 0000 0\n"

static char dir[64];

static const char *path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int make_dir(void **state)
{
	strcpy(dir, "recording-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	if (!d)
		return -1;
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.')
			remove(path_of(entry->d_name));
	closedir(d);
	return rmdir(dir);
}

static void expect_name(const char *file, const char *name)
{
	char err[RECORDING_ERROR_MAX];
	struct recording r;

	assert_int_equal(recording_load(&r, path_of(file), err), 0);
	assert_int_equal(r.n_frames, 1);
	assert_true(r.devices[0].described);
	assert_string_equal(r.devices[0].descriptor.name, name);
	recording_finish(&r);
}

static void expect_refusal(const char *file, int rc, const char *text)
{
	char err[RECORDING_ERROR_MAX], wanted[RECORDING_ERROR_MAX];
	struct recording r;

	assert_int_equal(recording_load(&r, path_of(file), err), rc);
	snprintf(wanted, sizeof(wanted), "%s%s", path_of(file), text);
	assert_string_equal(err, wanted);
	assert_null(r.devices);
}

static void own_description_wins(void **state)
{
	put("pen.desc", "N: other\nI: 3 0 0 0\n");
	put("pen.events", "N: own\nI: 3 0 0 0\n" EVENTS);
	expect_name("pen.events", "own");
}

static void longest_neighbour_describes(void **state)
{
	put("pen.desc", "N: pen\nI: 3 0 0 0\nB: 03 01\nA: 00 0 99 0 0\n");
	put("pen large.device", "N: pen large\nI: 3 0 0 0\n");
	put("pen large.events", "N: no description file\nI: 3 0 0 0\n");
	put("pen.tap.events", EVENTS);
	put("pen small.events", EVENTS);
	put("pen large tap.events", EVENTS);
	put("pencil.events", EVENTS);
	put("other", EVENTS);
	expect_name("pen.tap.events", "pen");
	expect_name("pen small.events", "pen");
	expect_name("pen large tap.events", "pen large");
	expect_name("pencil.events", "pencil"); /* a word of its own */
	expect_name("other", "other");
}

static void broken_neighbour_is_named(void **state)
{
	char err[RECORDING_ERROR_MAX];
	struct recording r;

	put("pen.desc", "N: pen\n");
	put("pen.tap.events", EVENTS);
	assert_int_equal(recording_load(&r, path_of("pen.tap.events"), err), -EINVAL);
	assert_non_null(strstr(err, "/pen.desc:1: the file ends, and the description has no I: line"));
}

static void unreadable_files_are_named(void **state)
{
	put("bad", EVENTS "E: nonsense\n");
	assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
	expect_refusal(
		"bad", -EINVAL,
		":3: E: expects SECONDS.MICROSECONDS (six digits) TYPE CODE VALUE, found \" nonsense\"");
	expect_refusal("none", -ENOENT, ": cannot be read: No such file or directory");
	expect_refusal("pipe", -EINVAL, ": cannot be read as a recording: it is no regular file");
	expect_refusal(".", -EISDIR, ": cannot be read: Is a directory");
	put("huge", "");
	assert_int_equal(truncate(path_of("huge"), RECORDING_FILE_MAX + 1l), 0);
	expect_refusal("huge", -EFBIG, ": a recording has at most 64 MiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(own_description_wins, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(longest_neighbour_describes, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(broken_neighbour_is_named, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(unreadable_files_are_named, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
