/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An option of the configuration as data, and what its kind makes of a value. Private to config*.c. */
#ifndef HUB_DAEMON_CONFIG_OPTION_H
#define HUB_DAEMON_CONFIG_OPTION_H

#include "hub/daemon/config.h"

enum config_kind {
	KIND_TEXT,
	KIND_BOOL,
	KIND_INT,
	KIND_LIST,
};

struct config_option {
	const char *section;
	const char *key;
	enum config_kind kind;
	size_t offset; /* of the member, in the structure that the section fills */
	const char *value;
	long min, max;
	const char *help;
};

/* Into `base`, the structure that the section fills. first: a list is emptied before. 0, or -EINVAL with the
 * sentence in why. */
int config_option_set(const struct config_option *o, void *base, const char *value, bool first, char *why,
		      size_t size);

/* One item, blanks and all, to a KIND_LIST. */
int config_option_add(const struct config_option *o, void *base, const char *item, bool first, char *why,
		      size_t size);

/* Frees what the member owns. */
void config_option_finish(const struct config_option *o, void *base);

/* What the kinds cannot say, once the value is in base. Same results. */
int config_check_option(const struct config_option *o, const void *base, char *why, size_t size);

/* What can be seen once everything has been read. complain is called for each error, with the line of the
 * section it is in. */
typedef void (*config_complain_fn)(void *data, unsigned line, const char *section, const char *name,
				   const char *key, const char *why);
void config_check_whole(const struct config *config, config_complain_fn complain, void *data);

#endif
