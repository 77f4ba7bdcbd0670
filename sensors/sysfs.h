/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes of sysfs, read and written with one system call each and bounded. May block for as long as a
 * driver likes: slow thread only.
 */
#ifndef SENSORS_SYSFS_H
#define SENSORS_SYSFS_H

#include <stddef.h>
#include <stdint.h>

#define SYSFS_PATH_MAX 512

/*
 * The attribute dir/name, without white space at its ends, in at most size bytes. Returns 0, or -ENODATA
 * (empty), -EMSGSIZE (longer than size), -EINVAL (a NUL within), or what the system said.
 */
int sysfs_read(const char *dir, const char *name, char *buf, size_t size);

/* The same, then attr_parse_…: its errors too. */
int sysfs_read_s64(const char *dir, const char *name, int64_t *value);

int sysfs_write(const char *dir, const char *name, const char *text);

/*
 * Calls fn for each entry of dir whose name begins with prefix ("" for all), in the order of names with
 * their numbers counted as numbers. Returns the count, or -errno.
 */
int sysfs_list(const char *dir, const char *prefix, void (*fn)(void *data, const char *name), void *data);

/*
 * A whole small file, terminated; NULL and errno otherwise, EFBIG when it is longer than max. The caller
 * frees it.
 */
char *sysfs_slurp(const char *path, size_t max);

#endif
