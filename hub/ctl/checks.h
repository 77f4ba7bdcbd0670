/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `xenhub doctor` looks at. The checks read files below a root and compare modes and groups with the person they are told of,
 * so that a test can show them any machine; only the doctor itself talks to a daemon.
 */
#ifndef HUB_CTL_CHECKS_H
#define HUB_CTL_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CHECKS_MAX        32
#define CHECKS_GROUPS_MAX 64

enum check_level {
	CHECK_OK,
	CHECK_WARN, /* works, but not all of it, or not for long */
	CHECK_FAIL,
};

struct check {
	enum check_level level;
	char name[16];  /* what was looked at: "uinput" */
	char text[200]; /* what was found, and what does not work because of it */
	char mend[200]; /* the command that mends it; "" for none */
};

/* A person, by numbers. */
struct check_person {
	char name[64];
	uid_t uid;
	gid_t groups[CHECKS_GROUPS_MAX]; /* the primary one too */
	unsigned n_groups;
};

struct check_machine {
	const char *root;    /* "" for this machine; otherwise a directory that stands for / */
	const char *control; /* path of the control socket, taken below root too */
	struct check_person caller;
	struct check_person
		service; /* whom xenhubd runs as: user xenhub where there is one, else the caller */
	bool has_service_user;
	bool on_xen, is_dom0; /* set by checks_xen */
};

struct checks {
	struct check list[CHECKS_MAX];
	unsigned n;
};

/* Adds a finding; mend may be NULL. Beyond CHECKS_MAX nothing is added. */
void check_add(struct checks *checks, enum check_level level, const char *name, const char *mend,
	       const char *format, ...) __attribute__((format(printf, 5, 6)));

/* ---- the machine, below its root ---- */

bool machine_has(const struct check_machine *m, const char *path);
/* The first line, without its end; false when it cannot be read. */
bool machine_read(const struct check_machine *m, const char *path, char *buf, size_t size);
/* Whether the file's owner, group and mode let the person read (4), write (2) or both (6). False for a file that is not there. */
bool machine_may(const struct check_machine *m, const struct check_person *person, const char *path,
		 unsigned access);
/* The group that a file belongs to; false for a file that is not there. */
bool machine_file_group(const struct check_machine *m, const char *path, gid_t *gid);
/* The id of a group, from root's etc/group; false when there is none. */
bool machine_group(const struct check_machine *m, const char *name, gid_t *gid);
bool person_in(const struct check_person *person, gid_t gid);
/* Fills service in from root's etc/passwd and etc/group; to be called when root and caller are set. */
void machine_find_service(struct check_machine *m);
/* The command that puts a user into a group on this machine. */
void machine_join_command(const struct check_machine *m, const char *user, const char *group, char *buf,
			  size_t size);

/* What the daemon says of its writing to XenStore (docs/xenstore.md, health/xenstore); "" when it publishes nothing there. */
void checks_store(const struct check_machine *m, struct checks *checks, const char *health);

/* ---- the checks: control socket and groups; input devices, uinput, udev; Xen ---- */

void checks_socket(const struct check_machine *m, struct checks *checks);
void checks_input(const struct check_machine *m, struct checks *checks);
void checks_xen(struct check_machine *m, struct checks *checks);

#endif
