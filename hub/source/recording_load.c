/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/source/recording.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The whole of a regular file. 0 or -errno, -EISDIR and the like included; *out is malloc'ed. */
static int read_file(const char *path, char **out, size_t *len)
{
	struct stat st;
	size_t used = 0;
	ssize_t n;
	char *text;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0) {
		rc = -errno;
		goto out_close;
	}
	rc = -EISDIR;
	if (S_ISDIR(st.st_mode))
		goto out_close;
	rc = -EINVAL;
	if (!S_ISREG(st.st_mode))
		goto out_close;
	rc = -EFBIG;
	if (st.st_size > RECORDING_FILE_MAX)
		goto out_close;
	rc = -ENOMEM;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		goto out_close;
	do {
		n = read(fd, text + used, (size_t)st.st_size - used);
		if (n < 0) {
			rc = -errno;
			free(text);
			goto out_close;
		}
		used += (size_t)n;
	} while (n);
	*out = text;
	*len = used;
	rc = 0;
out_close:
	close(fd);
	return rc;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The length of a file's name without its last extension. */
static size_t stem_length(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name ? (size_t)(dot - name) : strlen(name);
}

/*
 * "pen.desc" describes "pen.tap.events" and "pen tap.events", but not "pencil.events". The length of what the names share, or
 * 0.
 */
static size_t describes(const char *candidate, const char *name)
{
	size_t n = stem_length(candidate);

	if (strcmp(candidate + n, ".desc") && strcmp(candidate + n, ".device"))
		return 0;
	return strncmp(candidate, name, n) || isalnum((unsigned char)name[n]) ? 0 : n;
}

/* The path of the file that describes this one. -ENOENT when there is none. */
static int find_description(const char *path, char *found, size_t size)
{
	const char *name = base_name(path);
	size_t dir_len = (size_t)(name - path);
	size_t best = 0;
	struct dirent *entry;
	DIR *dir;

	if (snprintf(found, size, "%.*s.", (int)dir_len, path) >= (int)size)
		return -ENAMETOOLONG;
	dir = opendir(found);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		size_t n = describes(entry->d_name, name);

		if (n > best &&
		    snprintf(found, size, "%.*s%s", (int)dir_len, path, entry->d_name) < (int)size)
			best = n;
	}
	closedir(dir);
	return best ? 0 : -ENOENT;
}

static int load_one(struct recording *r, const char *path, char err[RECORDING_ERROR_MAX])
{
	char *text = NULL;
	size_t len = 0;
	int rc;

	rc = read_file(path, &text, &len);
	if (rc == -EFBIG)
		snprintf(err, RECORDING_ERROR_MAX, "%.*s: a recording has at most %u MiB",
			 RECORDING_ERROR_MAX / 2, path, RECORDING_FILE_MAX >> 20);
	else if (rc == -EINVAL)
		snprintf(err, RECORDING_ERROR_MAX,
			 "%.*s: cannot be read as a recording: it is no regular file",
			 RECORDING_ERROR_MAX / 2, path);
	else if (rc < 0)
		snprintf(err, RECORDING_ERROR_MAX, "%.*s: cannot be read: %s", RECORDING_ERROR_MAX / 2, path,
			 strerror(-rc));
	if (rc < 0)
		return rc;
	rc = recording_parse(r, path, text, len, err);
	free(text);
	return rc;
}

int recording_load(struct recording *r, const char *path, char err[RECORDING_ERROR_MAX])
{
	const struct recording_device *from;
	struct recording sibling = { 0 };
	const char *name = base_name(path);
	char own_name[DESCRIPTOR_TEXT_MAX];
	char other[4096];
	int rc;

	memset(r, 0, sizeof(*r));
	rc = load_one(r, path, err);
	if (rc < 0)
		return rc;
	snprintf(own_name, sizeof(own_name), "%.*s", (int)stem_length(name), name);
	for (unsigned i = 0; i < r->n_devices; i++) {
		if (r->devices[i].described)
			continue;
		/* A broken description is an error: guessing beside it would hide it. */
		if (!sibling.n_devices && find_description(path, other, sizeof(other)) == 0) {
			rc = load_one(&sibling, other, err);
			if (rc < 0)
				goto fail;
		}
		from = sibling.n_devices && sibling.devices[0].described ? &sibling.devices[0] : NULL;
		recording_describe(r, i, from, own_name);
	}
	recording_finish(&sibling);
	return 0;

fail:
	recording_finish(r);
	return rc;
}
