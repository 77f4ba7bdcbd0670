/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sensors/attr.h"

/* More entries than any class has; a directory that holds more is cut. */
#define LIST_MAX 256

static int attribute_open(const char *dir, const char *name, int flags)
{
	char path[SYSFS_PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name);
	int fd;

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int sysfs_read(const char *dir, const char *name, char *buf, size_t size)
{
	int fd = attribute_open(dir, name, O_RDONLY);
	ssize_t n;
	int rc = 0;

	if (fd < 0)
		return fd;
	do {
		n = read(fd, buf, size);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		rc = -errno;
	} else if ((size_t)n >= size) {
		rc = -EMSGSIZE;
	} else {
		buf[n] = '\0';
		if (memchr(buf, '\0', (size_t)n))
			rc = -EINVAL;
		else if (!*attr_trim(buf))
			rc = -ENODATA;
	}
	close(fd);
	return rc;
}

int sysfs_read_s64(const char *dir, const char *name, int64_t *value)
{
	char text[ATTR_MAX];
	int rc = sysfs_read(dir, name, text, sizeof(text));

	return rc < 0 ? rc : attr_parse_s64(text, value);
}

int sysfs_write(const char *dir, const char *name, const char *text)
{
	int fd = attribute_open(dir, name, O_WRONLY);
	size_t len = strlen(text);
	ssize_t n;
	int rc = 0;

	if (fd < 0)
		return fd;
	do {
		n = write(fd, text, len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		rc = -errno;
	else if ((size_t)n != len)
		rc = -EIO;
	close(fd);
	return rc;
}

static int compare_names(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

int sysfs_list(const char *dir, const char *prefix, void (*fn)(void *data, const char *name), void *data)
{
	char *names[LIST_MAX];
	struct dirent *entry;
	int count = 0;
	DIR *stream = opendir(dir);

	if (!stream)
		return -errno;
	while (count < LIST_MAX && (entry = readdir(stream))) {
		if (entry->d_name[0] == '.' || strncmp(entry->d_name, prefix, strlen(prefix)))
			continue;
		names[count] = strdup(entry->d_name);
		if (names[count])
			count++;
	}
	closedir(stream);

	qsort(names, (size_t)count, sizeof(names[0]), compare_names);
	for (int i = 0; i < count; i++) {
		fn(data, names[i]);
		free(names[i]);
	}
	return count;
}

char *sysfs_slurp(const char *path, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = malloc(max + 1);
	size_t used = 0;
	ssize_t n = -1;

	if (fd < 0 || !text)
		goto out;
	while (used <= max && (n = read(fd, text + used, max + 1 - used)) > 0)
		used += (size_t)n;
	if (n > 0 || used > max) {
		errno = EFBIG;
		n = -1;
	}
out:
	if (fd >= 0) {
		int saved = errno;

		close(fd);
		errno = saved;
	}
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[used] = '\0';
	return text;
}
