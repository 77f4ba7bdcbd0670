/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory that looks like /sys, for readers that take a root. */
#ifndef TESTS_UNIT_SENSORS_TREE_H
#define TESTS_UNIT_SENSORS_TREE_H

/* A new one; free it with tree_destroy. */
char *tree_create(void);
void tree_destroy(char *root);

/* Writes text to root/dir/name, whose directories are made. */
void tree_put(const char *root, const char *dir, const char *name, const char *text);

/* An attribute that answers EIO, and one that cannot be read as a file at all. */
void tree_put_eio(const char *root, const char *dir, const char *name);
void tree_put_unreadable(const char *root, const char *dir, const char *name);

void tree_remove(const char *root, const char *path);

#endif
