/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/xen/store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <xenstore.h>

#include "hub/core/text.h"

static bool read_at(struct xs_handle *xs, char *dst, size_t size, const char *format, va_list args)
	__attribute__((format(printf, 4, 0)));

static bool read_at(struct xs_handle *xs, char *dst, size_t size, const char *format, va_list args)
{
	char path[XEN_PATH_MAX];
	unsigned len;
	char *value;

	dst[0] = '\0';
	if ((size_t)vsnprintf(path, sizeof(path), format, args) >= sizeof(path))
		return false;
	value = xs_read(xs, XBT_NULL, path, &len);
	if (!value)
		return false;
	text_copy(dst, size, value, len);
	free(value);
	return dst[0];
}

bool store_read(struct xs_handle *xs, char *dst, size_t size, const char *format, ...)
{
	va_list args;
	bool found;

	va_start(args, format);
	found = read_at(xs, dst, size, format, args);
	va_end(args);
	return found;
}

long store_read_number(struct xs_handle *xs, const char *format, ...)
{
	char text[16];
	va_list args;
	bool found;
	long number;

	va_start(args, format);
	found = read_at(xs, text, sizeof(text), format, args);
	va_end(args);
	return found && text_to_long(text, 10, 0, INT32_MAX, &number) == 0 ? number : -1;
}

int store_write(struct xs_handle *xs, const char *path, const char *value)
{
	return xs_write(xs, XBT_NULL, path, value, (unsigned)strlen(value)) ? 0 : -errno;
}

int store_show_to(struct xs_handle *xs, uint32_t domid, const char *path)
{
	struct xs_permissions perms[2] = {
		{ .id = 0, .perms = XS_PERM_NONE },
		{ .id = domid, .perms = XS_PERM_READ },
	};

	return xs_set_permissions(xs, XBT_NULL, path, perms, 2) ? 0 : -errno;
}

bool store_read_domain(struct xs_handle *xs, uint32_t id, struct domain *domain)
{
	static const char incoming[] = "--incoming";
	char vm[XEN_PATH_MAX];
	size_t n;

	memset(domain, 0, sizeof(*domain));
	domain->id = id;
	if (!xs_is_domain_introduced(xs, id) ||
	    !store_read(xs, domain->name, sizeof(domain->name), "/local/domain/%u/name", id))
		return false;
	n = strlen(domain->name);
	if (n >= sizeof(incoming) - 1 && !strcmp(domain->name + n - (sizeof(incoming) - 1), incoming))
		return false;
	if (store_read(xs, vm, sizeof(vm), "/local/domain/%u/vm", id) && !strncmp(vm, "/vm/", 4) &&
	    strlen(vm) == 40)
		snprintf(domain->uuid, sizeof(domain->uuid), "%.36s", vm + 4);
	return true;
}

bool domain_is_called(const struct domain *domain, const char *name)
{
	return !strncmp(domain->name, name, sizeof(domain->name) - 1) ||
	       (domain->uuid[0] && !strcasecmp(domain->uuid, name));
}

int store_list_domains(struct xs_handle *xs, struct domain **out)
{
	unsigned n, kept = 0;
	char **ids = xs_directory(xs, XBT_NULL, "/local/domain", &n);

	if (!ids)
		return -errno;
	*out = calloc(n + 1, sizeof(**out));
	for (unsigned i = 0; *out && i < n; i++) {
		long id;

		if (text_to_long(ids[i], 10, 1, UINT16_MAX, &id) == 0 &&
		    store_read_domain(xs, (uint32_t)id, &(*out)[kept]))
			kept++;
	}
	free(ids);
	return *out ? (int)kept : -ENOMEM;
}

/* Adds those below one folder: with the number of the other end, or where that is Dom0's with the generation. */
static int list_ends(struct xs_handle *xs, const char *dir, bool dom0, struct domain **all, unsigned *count)
{
	struct domain *grown;
	unsigned n = 0;
	char **names = xs_directory(xs, XBT_NULL, dir, &n);

	if (!names)
		return errno == ENOENT ? 0 : -errno;
	grown = realloc(*all, (*count + n + 1) * sizeof(*grown));
	*all = grown ? grown : *all;
	for (unsigned i = 0; grown && i < n; i++) {
		long id = store_read_number(xs, "%s/%s/domid", dir, names[i]);
		struct domain *end = &grown[*count];

		if (dom0 ? id != 0 : id <= 0)
			continue;
		if (dom0)
			id = store_read_number(xs, "%s/%s/generation", dir, names[i]);
		if (id <= 0)
			continue;
		*end = (struct domain){ .id = (uint32_t)id };
		snprintf(end->name, sizeof(end->name), "@%.60s", names[i]);
		(*count)++;
	}
	free(names);
	return grown ? 0 : -ENOMEM;
}

int store_list_clients(struct xs_handle *xs, struct domain **out)
{
	struct domain *all = NULL;
	unsigned count = 0;
	int rc = list_ends(xs, "xenhub/serve", false, &all, &count);

	if (!rc)
		rc = list_ends(xs, "xenhub/route", true, &all, &count);
	if (rc) {
		free(all);
		return rc;
	}
	*out = all;
	return (int)count;
}

uint32_t store_own_domain(struct xs_handle *xs)
{
	long id = store_read_number(xs, "domid");

	return id > 0 ? (uint32_t)id : 0;
}

int store_find_domain(struct xs_handle *xs, const char *name, struct domain *domain)
{
	struct domain *all;
	int n = store_list_domains(xs, &all);
	int rc = -ENOENT;

	if (n < 0)
		return n;
	/* The youngest one, where a name is taken twice for a moment. */
	for (int i = 0; i < n; i++) {
		if (domain_is_called(&all[i], name) && (rc || all[i].id > domain->id)) {
			*domain = all[i];
			rc = 0;
		}
	}
	free(all);
	return rc;
}
