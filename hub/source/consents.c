/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "peer"
#include "hub/source/consents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/core/log.h"

#define BOOT_ID  "/proc/sys/kernel/random/boot_id"
#define HEADER   "xenhub consents of boot "
#define NEW_NAME ".new"

bool consents_have(const struct consents *c, const char *origin, const char *id)
{
	for (unsigned i = 0; i < c->count; i++)
		if (!strcmp(c->given[i].origin, origin) && !strcmp(c->given[i].id, id))
			return true;
	return false;
}

/* ---- text: the boot, then "ID ORIGIN" a line ---- */

size_t consents_write(const struct consents *c, char text[CONSENTS_TEXT_MAX])
{
	size_t used = (size_t)snprintf(text, CONSENTS_TEXT_MAX, HEADER "%s\n", c->boot);

	for (unsigned i = 0; i < c->count; i++)
		used += (size_t)snprintf(text + used, CONSENTS_TEXT_MAX - used, "%s %s\n", c->given[i].id,
					 c->given[i].origin);
	return used;
}

/* Up to the character `end`, which must come, into dst; what follows it, or NULL. */
static const char *take(const char *text, char end, char *dst, size_t size)
{
	size_t n = strcspn(text, end == '\n' ? "\n" : " \n");

	if (!n || n >= size || text[n] != end)
		return NULL;
	memcpy(dst, text, n);
	dst[n] = '\0';
	return text + n + 1;
}

int consents_read(struct consents *c, const char *text)
{
	char boot[CONSENTS_BOOT_MAX];

	c->count = 0;
	if (strncmp(text, HEADER, strlen(HEADER)) ||
	    !(text = take(text + strlen(HEADER), '\n', boot, sizeof(boot))))
		return -EBADMSG;
	if (strcmp(boot, c->boot))
		return -ESTALE;
	while (*text) {
		unsigned i = c->count;

		if (i == CONSENTS_MAX || !(text = take(text, ' ', c->given[i].id, sizeof(c->given[i].id))) ||
		    !(text = take(text, '\n', c->given[i].origin, sizeof(c->given[i].origin)))) {
			c->count = 0;
			return -EBADMSG;
		}
		c->count++;
	}
	return 0;
}

/* ---- the file ---- */

static void read_boot(struct consents *c)
{
	FILE *f = fopen(BOOT_ID, "re");

	if (f && fgets(c->boot, sizeof(c->boot), f))
		c->boot[strcspn(c->boot, "\n")] = '\0';
	if (f)
		fclose(f);
}

/* Ours, and to be written by nobody else. The text, to be freed; NULL and errno. */
static char *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *text = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0)
		goto out;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH)) {
		errno = EPERM;
		goto out;
	}
	text = malloc(CONSENTS_TEXT_MAX);
	n = text ? read(fd, text, CONSENTS_TEXT_MAX - 1) : -1;
	if (n < 0) {
		free(text);
		text = NULL;
		goto out;
	}
	text[n] = '\0';
out:
	close(fd);
	return text;
}

void consents_open(struct consents *c, const char *path)
{
	char *text;
	int rc;

	memset(c, 0, sizeof(*c));
	read_boot(c);
	/* Without a boot to bind them to they are not kept. */
	if (!c->boot[0] || strlen(path) + strlen(NEW_NAME) >= sizeof(c->path))
		return;
	snprintf(c->path, sizeof(c->path), "%s", path);
	text = read_file(path);
	if (!text) {
		if (errno != ENOENT)
			log_warn_errno(errno,
				       "%s: what was consented to is not read: it has to be a file of "
				       "our own, of mode 0600",
				       path);
		return;
	}
	rc = consents_read(c, text);
	free(text);
	if (rc == -EBADMSG)
		log_warn("%s: is not what was written there; nothing is consented to", path);
	else if (c->count)
		log_info("%s: consents given since the machine booted: %u", path, c->count);
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = write(fd, text, size);

		if (n < 0)
			return -errno;
		text += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The new file takes the old one's place, or nothing changes. */
static int save(const struct consents *c)
{
	char new_path[CONSENTS_PATH_MAX + sizeof(NEW_NAME)];
	char *text = malloc(CONSENTS_TEXT_MAX);
	int fd, rc;

	if (!text)
		return -ENOMEM;
	snprintf(new_path, sizeof(new_path), "%s" NEW_NAME, c->path);
	unlink(new_path);
	fd = open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	rc = fd < 0 ? -errno : write_all(fd, text, consents_write(c, text));
	if (fd >= 0 && close(fd) < 0 && !rc)
		rc = -errno;
	if (!rc && rename(new_path, c->path) < 0)
		rc = -errno;
	if (rc < 0 && fd >= 0)
		unlink(new_path);
	free(text);
	return rc;
}

int consents_add(struct consents *c, const char *origin, const char *id)
{
	if (consents_have(c, origin, id))
		return 0;
	if (c->count == CONSENTS_MAX)
		return -ENOSPC;
	snprintf(c->given[c->count].origin, sizeof(c->given[0].origin), "%s", origin);
	snprintf(c->given[c->count].id, sizeof(c->given[0].id), "%s", id);
	c->count++;
	return c->path[0] ? save(c) : 0;
}
