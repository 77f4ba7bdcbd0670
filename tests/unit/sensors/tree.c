/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/sensors/tree.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 512

static void die(const char *what)
{
	perror(what);
	exit(1);
}

char *tree_create(void)
{
	char template[] = "/tmp/xenhub-tree-XXXXXX";

	if (!mkdtemp(template))
		die("mkdtemp");
	return strdup(template);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void tree_remove(const char *root, const char *path)
{
	char full[PATH_BYTES];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	nftw(full, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void tree_destroy(char *root)
{
	tree_remove(root, "");
	free(root);
}

static void make_path(char *full, const char *root, const char *dir, const char *name)
{
	int n = snprintf(full, PATH_BYTES, "%s/%s/%s", root, dir, name);

	if (n < 0 || n >= PATH_BYTES)
		die("path");
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(full, 0755) < 0 && errno != EEXIST)
			die(full);
		*slash = '/';
	}
	remove(full);
}

void tree_put(const char *root, const char *dir, const char *name, const char *text)
{
	char full[PATH_BYTES];
	FILE *file;

	make_path(full, root, dir, name);
	file = fopen(full, "w");
	if (!file || fputs(text, file) == EOF || fclose(file))
		die(full);
}

void tree_put_eio(const char *root, const char *dir, const char *name)
{
	char full[PATH_BYTES];

	make_path(full, root, dir, name);
	/* Nothing is mapped at address 0. */
	if (symlink("/proc/self/mem", full) < 0)
		die(full);
}

void tree_put_unreadable(const char *root, const char *dir, const char *name)
{
	char full[PATH_BYTES];

	make_path(full, root, dir, name);
	if (mkdir(full, 0755) < 0)
		die(full);
}
