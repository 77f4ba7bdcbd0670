/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/config_option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/text.h"

static int set_text(char *dst, const char *value, char *why, size_t size)
{
	if (strlen(value) >= CONFIG_TEXT_MAX) {
		snprintf(why, size, "longer than %d bytes", CONFIG_TEXT_MAX - 1);
		return -EINVAL;
	}
	memcpy(dst, value, strlen(value) + 1);
	return 0;
}

static int set_bool(bool *dst, const char *value, char *why, size_t size)
{
	if (!strcmp(value, "yes") || !strcmp(value, "true") || !strcmp(value, "1")) {
		*dst = true;
	} else if (!strcmp(value, "no") || !strcmp(value, "false") || !strcmp(value, "0")) {
		*dst = false;
	} else {
		snprintf(why, size, "expected yes or no, not '%s'", value);
		return -EINVAL;
	}
	return 0;
}

static void clear_list(struct config_list *list)
{
	while (list->count)
		free(list->items[--list->count]);
	free(list->items);
	list->items = NULL;
}

static int add_item(struct config_list *list, const char *item, size_t n, char *why, size_t size)
{
	char **items;

	if (n >= CONFIG_TEXT_MAX) {
		snprintf(why, size, "an item longer than %d bytes", CONFIG_TEXT_MAX - 1);
		return -EINVAL;
	}
	if (list->count == CONFIG_LIST_MAX) {
		snprintf(why, size, "more than %d items", CONFIG_LIST_MAX);
		return -EINVAL;
	}
	items = realloc(list->items, (list->count + 1) * sizeof(*items));
	if (items)
		list->items = items;
	if (!items || !(items[list->count] = strndup(item, n))) {
		snprintf(why, size, "out of memory");
		return -EINVAL;
	}
	list->count++;
	return 0;
}

static int add_list(struct config_list *list, const char *value, char *why, size_t size)
{
	while (*value) {
		size_t n = strcspn(value, " \t");

		if (n && add_item(list, value, n, why, size) < 0)
			return -EINVAL;
		value += n;
		value += strspn(value, " \t");
	}
	return 0;
}

int config_option_set(const struct config_option *o, void *base, const char *value, bool first, char *why,
		      size_t size)
{
	void *member = (char *)base + o->offset;
	long number;

	switch (o->kind) {
	case KIND_TEXT:
		return set_text(member, value, why, size);
	case KIND_BOOL:
		return set_bool(member, value, why, size);
	case KIND_INT:
		if (text_to_long(value, 10, o->min, o->max, &number) < 0) {
			snprintf(why, size, "expected a number from %ld to %ld, not '%s'", o->min, o->max,
				 value);
			return -EINVAL;
		}
		*(long *)member = number;
		return 0;
	case KIND_LIST:
		if (first)
			clear_list(member);
		return add_list(member, value, why, size);
	}
	return -EINVAL;
}

int config_option_add(const struct config_option *o, void *base, const char *item, bool first, char *why,
		      size_t size)
{
	struct config_list *list = (struct config_list *)((char *)base + o->offset);

	if (first)
		clear_list(list);
	return add_item(list, item, strlen(item), why, size);
}

void config_option_finish(const struct config_option *o, void *base)
{
	if (o->kind == KIND_LIST)
		clear_list((struct config_list *)((char *)base + o->offset));
}
