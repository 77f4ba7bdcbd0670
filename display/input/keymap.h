/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From key codes to the symbols that RFB names keys by, through libxkbcommon: layouts, levels, dead keys and locks are
 * the system's, none of our own.
 */
#ifndef XENHUB_DISPLAY_KEYMAP_H
#define XENHUB_DISPLAY_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>

struct keymap;

/* Empty names mean XKB_DEFAULT_*, then us. -EINVAL: there is no such layout. */
int keymap_create(struct keymap **out, const char *layout, const char *variant, const char *options);
void keymap_destroy(struct keymap *keymap);

/* Follows a key and returns its X11 symbol, 0 if it has none. */
uint32_t keymap_key(struct keymap *keymap, unsigned code, bool down);

/* The symbol that a held key has now: for repeats. */
uint32_t keymap_symbol(const struct keymap *keymap, unsigned code);

/* Brings the locks to what another authority (the window system) says. */
void keymap_set_locks(struct keymap *keymap, bool caps, bool num);
bool keymap_caps(const struct keymap *keymap);

/* Nothing is held any more; locks stay. */
void keymap_forget(struct keymap *keymap);

#endif
