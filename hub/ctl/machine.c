/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as the checks see it: files below a root, and who may open them. */
#include "hub/ctl/checks.h"

#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SERVICE_USER "xenhub"

void check_add(struct checks *checks, enum check_level level, const char *name, const char *mend,
	       const char *format, ...)
{
	struct check *check;
	va_list args;

	if (checks->n == CHECKS_MAX)
		return;
	check = &checks->list[checks->n++];
	check->level = level;
	snprintf(check->name, sizeof(check->name), "%s", name);
	snprintf(check->mend, sizeof(check->mend), "%s", mend ? mend : "");
	va_start(args, format);
	vsnprintf(check->text, sizeof(check->text), format, args);
	va_end(args);
}

static const char *below_root(const struct check_machine *m, const char *path, char buf[512])
{
	snprintf(buf, 512, "%s%s", m->root, path);
	return buf;
}

bool machine_has(const struct check_machine *m, const char *path)
{
	char full[512];

	return access(below_root(m, path, full), F_OK) == 0;
}

bool machine_read(const struct check_machine *m, const char *path, char *buf, size_t size)
{
	char full[512];
	FILE *f = fopen(below_root(m, path, full), "re");
	bool got;

	if (!f)
		return false;
	got = fgets(buf, (int)size, f);
	fclose(f);
	if (got)
		buf[strcspn(buf, "\n")] = '\0';
	return got;
}

bool machine_may(const struct check_machine *m, const struct check_person *person, const char *path,
		 unsigned access)
{
	char full[512];
	struct stat st;
	unsigned mode;

	if (stat(below_root(m, path, full), &st) < 0)
		return false;
	if (!person->uid)
		return true;
	mode = st.st_uid == person->uid       ? st.st_mode >> 6
	       : person_in(person, st.st_gid) ? st.st_mode >> 3
					      : st.st_mode;
	return (mode & access) == access;
}

bool machine_file_group(const struct check_machine *m, const char *path, gid_t *gid)
{
	char full[512];
	struct stat st;

	if (stat(below_root(m, path, full), &st) < 0)
		return false;
	*gid = st.st_gid;
	return true;
}

bool person_in(const struct check_person *person, gid_t gid)
{
	for (unsigned i = 0; i < person->n_groups; i++)
		if (person->groups[i] == gid)
			return true;
	return false;
}

bool machine_group(const struct check_machine *m, const char *name, gid_t *gid)
{
	char full[512];
	FILE *f = fopen(below_root(m, "/etc/group", full), "re");
	struct group *g;
	bool found = false;

	if (!f)
		return false;
	while (!found && (g = fgetgrent(f))) {
		found = !strcmp(g->gr_name, name);
		if (found)
			*gid = g->gr_gid;
	}
	fclose(f);
	return found;
}

static void add_groups_of(const struct check_machine *m, struct check_person *person)
{
	char full[512];
	FILE *f = fopen(below_root(m, "/etc/group", full), "re");
	struct group *g;

	if (!f)
		return;
	while ((g = fgetgrent(f)))
		for (char **member = g->gr_mem; *member; member++)
			if (!strcmp(*member, person->name) && person->n_groups < CHECKS_GROUPS_MAX)
				person->groups[person->n_groups++] = g->gr_gid;
	fclose(f);
}

void machine_find_service(struct check_machine *m)
{
	char full[512];
	FILE *f = fopen(below_root(m, "/etc/passwd", full), "re");
	struct passwd *p;

	m->service = m->caller;
	m->has_service_user = false;
	if (!f)
		return;
	while (!m->has_service_user && (p = fgetpwent(f))) {
		if (strcmp(p->pw_name, SERVICE_USER))
			continue;
		m->has_service_user = true;
		m->service =
			(struct check_person){ .uid = p->pw_uid, .groups = { p->pw_gid }, .n_groups = 1 };
		snprintf(m->service.name, sizeof(m->service.name), "%s", SERVICE_USER);
	}
	fclose(f);
	if (m->has_service_user)
		add_groups_of(m, &m->service);
}

void machine_join_command(const struct check_machine *m, const char *user, const char *group, char *buf,
			  size_t size)
{
	/* Busybox has addgroup alone; where both are, usermod is the one that never asks. */
	if (machine_has(m, "/usr/sbin/usermod"))
		snprintf(buf, size, "usermod -aG %s %s", group, user);
	else
		snprintf(buf, size, "addgroup %s %s", user, group);
}
