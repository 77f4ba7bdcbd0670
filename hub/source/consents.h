/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices of other domains that a person has said yes to, once a boot: kept in a file that names the boot it was written in, so that
 * they outlive the daemon and not the machine. Consent is given to what the peer says a device is, at the endpoint it says it at.
 */
#ifndef HUB_SOURCE_CONSENTS_H
#define HUB_SOURCE_CONSENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/model/hub.h"

#define CONSENTS_MAX      64
#define CONSENTS_PATH_MAX 128
#define CONSENTS_BOOT_MAX 40
#define CONSENTS_TEXT_MAX (CONSENTS_MAX * (WIRE_TEXT_MAX + IDENTITY_MAX + 2) + 64)

/* Zero-initialise for consents without a file. */
struct consents {
	char path[CONSENTS_PATH_MAX]; /* "": nowhere */
	char boot[CONSENTS_BOOT_MAX];
	unsigned count;
	struct {
		char origin[WIRE_TEXT_MAX];
		char id[IDENTITY_MAX];
	} given[CONSENTS_MAX];
};

/*
 * What the file has of this boot. Another boot's is nothing; one that is broken, or that somebody else could have written, is
 * nothing either, with a line that says so. Without a path nothing is kept.
 */
void consents_open(struct consents *consents, const char *path);

bool consents_have(const struct consents *consents, const char *origin, const char *id);

/*
 * 0; -ENOSPC when CONSENTS_MAX are given; another -errno when it could not be written down: it is given all the same, for as long as
 * the process lives.
 */
int consents_add(struct consents *consents, const char *origin, const char *id);

/* Pure: the file as text, and back. `boot` is set. consents_read: 0; -ESTALE: of another boot; -EBADMSG. */
size_t consents_write(const struct consents *consents, char text[CONSENTS_TEXT_MAX]);
int consents_read(struct consents *consents, const char *text);

#endif
