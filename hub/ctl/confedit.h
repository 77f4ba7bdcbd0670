/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets one option in the text of a configuration file and leaves all the rest, comments included, as it is. Pure. */
#ifndef HUB_CTL_CONFEDIT_H
#define HUB_CTL_CONFEDIT_H

/*
 * Replaces `key = …` in [section]; else puts it below the comment `#key = …` there, else at the section's end, else adds the
 * section. Returns the new text, to be freed; NULL without memory.
 */
char *conf_set(const char *text, const char *section, const char *key, const char *value);

#endif
