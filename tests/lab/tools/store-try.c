/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store-try - asks XenStore for what may be denied, and says how it was answered.
 *
 * usage: store-try
 *
 * Lines on standard input: read|list|remove PATH, write PATH VALUE, or open PATH DOMID, which is to let that domain write
 * there. For each it prints the line, a colon, and `allowed` or the error.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

static bool attempt(struct xs_handle *xs, const char *what, const char *path, const char *value)
{
	struct xs_permissions perms = { .id = (unsigned)atoi(value), .perms = XS_PERM_READ | XS_PERM_WRITE };
	void *answer = NULL;
	unsigned n;

	if (!strcmp(what, "write"))
		return xs_write(xs, XBT_NULL, path, value, (unsigned)strlen(value));
	if (!strcmp(what, "remove"))
		return xs_rm(xs, XBT_NULL, path);
	if (!strcmp(what, "open"))
		return xs_set_permissions(xs, XBT_NULL, path, &perms, 1);
	if (!strcmp(what, "read"))
		answer = xs_read(xs, XBT_NULL, path, &n);
	else if (!strcmp(what, "list"))
		answer = xs_directory(xs, XBT_NULL, path, &n);
	else
		errno = ENOSYS;
	free(answer);
	return answer;
}

int main(void)
{
	struct xs_handle *xs = xs_open(0);
	char line[512], what[16], path[256], value[64];

	if (!xs) {
		fprintf(stderr, "store-try: %s\n", strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		value[0] = '\0';
		if (sscanf(line, "%15s %255s %63s", what, path, value) < 2)
			continue;
		printf("%s: %s\n", line, attempt(xs, what, path, value) ? "allowed" : strerror(errno));
	}
	xs_close(xs);
	return 0;
}
