/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values in brackets, for recording_yaml.c. */
#ifndef HUB_SOURCE_RECORDING_YAML_H
#define HUB_SOURCE_RECORDING_YAML_H

#include "hub/source/recording_reader.h"

/* Eats blanks. Whether nothing but a comment is left of the line. */
bool yaml_at_end(struct span *s);

/*
 * s stands on '[': reads `min` to `max` whole numbers up to ']', behind which nothing may stand. The list may go on over several
 * lines; s is in the last of them then. `what` says in errors what was expected. 0 or -EINVAL.
 */
int yaml_read_list(struct recording_reader *rd, struct span *s, const char *what, int64_t *values,
		   unsigned min, unsigned max, unsigned *count);

/* s stands on '[' or '{': passes over it, to behind its closing bracket. 0 or -EINVAL. */
int yaml_skip_flow(struct recording_reader *rd, struct span *s);

#endif
