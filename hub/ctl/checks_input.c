/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket and its group; the nodes, modules and services that input devices need. */
#include "hub/ctl/checks.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "hub/ctl/ctl.h"

#define GROUP "xenhub"

static void check_group(const struct check_machine *m, struct checks *checks)
{
	char join[128];
	gid_t gid;

	if (!machine_group(m, GROUP, &gid)) {
		check_add(checks, CHECK_WARN, "group",
			  machine_has(m, "/usr/sbin/groupadd") ? "groupadd --system " GROUP
							       : "addgroup -S " GROUP,
			  "there is no group " GROUP ": only root can use the hub");
		return;
	}
	if (!m->caller.uid || person_in(&m->caller, gid)) {
		check_add(checks, CHECK_OK, "group", NULL, "%s %s", m->caller.name,
			  m->caller.uid ? "is in group " GROUP : "needs no group");
		return;
	}
	machine_join_command(m, m->caller.name, GROUP, join, sizeof(join));
	check_add(checks, CHECK_WARN, "group", join,
		  "%s is not in group " GROUP ": log in again after joining", m->caller.name);
}

void checks_socket(const struct check_machine *m, struct checks *checks)
{
	gid_t wanted, group;
	char mend[128];

	check_group(m, checks);
	if (!machine_has(m, m->control)) {
		check_add(checks, CHECK_FAIL, "control", ctl_start_command(m->root),
			  "%s is missing: xenhubd does not run", m->control);
		return;
	}
	if (machine_may(m, &m->caller, m->control, 6)) {
		check_add(checks, CHECK_OK, "control", NULL, "%s may be used", m->control);
		return;
	}
	if (machine_group(m, GROUP, &wanted) && machine_file_group(m, m->control, &group) && group == wanted)
		machine_join_command(m, m->caller.name, GROUP, mend, sizeof(mend));
	else
		snprintf(mend, sizeof(mend),
			 "set group = " GROUP " below [daemon] in /etc/xenhub/xenhub.conf, restart xenhubd");
	check_add(checks, CHECK_FAIL, "control", mend, "%s may not be used by %s", m->control,
		  m->caller.name);
}

/* Counts the event nodes, and those that the service may open to read and write (LEDs). */
static unsigned count_nodes(const struct check_machine *m, unsigned *usable)
{
	char path[512];
	struct dirent *entry;
	unsigned n = 0;
	DIR *dir;

	*usable = 0;
	snprintf(path, sizeof(path), "%s/dev/input", m->root);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "event", 5))
			continue;
		snprintf(path, sizeof(path), "/dev/input/%.255s", entry->d_name);
		n++;
		*usable += machine_may(m, &m->service, path, 6);
	}
	closedir(dir);
	return n;
}

static void check_nodes(const struct check_machine *m, struct checks *checks)
{
	unsigned usable;
	unsigned n = count_nodes(m, &usable);
	char join[128];
	gid_t gid;

	if (!n) {
		if (machine_has(m, "/sys/module/evdev"))
			check_add(checks, CHECK_WARN, "evdev", NULL,
				  "no /dev/input/event*: no input device is plugged in");
		else
			check_add(checks, CHECK_FAIL, "evdev", "modprobe evdev",
				  "no /dev/input/event*: the kernel's evdev is not loaded");
		return;
	}
	check_add(checks, CHECK_OK, "evdev", NULL, "%u input device%s", n, n == 1 ? "" : "s");
	if (usable == n) {
		check_add(checks, CHECK_OK, "input", NULL, "/dev/input may be read by %s", m->service.name);
		return;
	}
	machine_join_command(m, m->service.name, "input", join, sizeof(join));
	if (machine_group(m, "input", &gid) && !person_in(&m->service, gid))
		check_add(checks, CHECK_FAIL, "input", join,
			  "%s may not read %u of %u devices: not in group input", m->service.name, n - usable,
			  n);
	else
		check_add(checks, CHECK_FAIL, "input", "udevadm trigger --subsystem-match=input --action=add",
			  "%s may not read %u of %u devices: their group is not input", m->service.name,
			  n - usable, n);
}

static void check_uinput(const struct check_machine *m, struct checks *checks)
{
	/* Twins are made in guests; a Dom0 may well do without. */
	enum check_level level = m->is_dom0 ? CHECK_WARN : CHECK_FAIL;

	if (!machine_has(m, "/dev/uinput"))
		check_add(checks, level, "uinput", "modprobe uinput",
			  "/dev/uinput is missing: xenhub-twin can make no devices");
	else if (!machine_may(m, &m->service, "/dev/uinput", 6))
		check_add(checks, level, "uinput", "udevadm trigger --action=add /dev/uinput",
			  "/dev/uinput may not be written by %s: xenhub-twin needs it, or root",
			  m->service.name);
	else
		check_add(checks, CHECK_OK, "uinput", NULL, "/dev/uinput may be written by %s",
			  m->service.name);
}

static void check_udev(const struct check_machine *m, struct checks *checks)
{
	const char *start = "udevd --daemon && udevadm trigger";

	if (machine_has(m, "/run/udev/control")) {
		check_add(checks, CHECK_OK, "udev", NULL,
			  "udev runs: devices are found when they are plugged in");
		return;
	}
	if (machine_has(m, "/sbin/openrc-run"))
		start = machine_has(m, "/etc/init.d/udev") ? "rc-service udev start && udevadm trigger"
							   : "apk add eudev && setup-udev";
	else if (machine_has(m, "/run/systemd/system"))
		start = "systemctl start systemd-udevd && udevadm trigger";
	check_add(checks, CHECK_FAIL, "udev", start,
		  "udev does not run (no /run/udev/control): the hub finds no devices");
}

void checks_input(const struct check_machine *m, struct checks *checks)
{
	if (!m->has_service_user)
		check_add(checks, CHECK_WARN, "user", NULL,
			  "there is no user xenhub: xenhubd runs as who starts it, and is looked at as %s",
			  m->service.name);
	check_nodes(m, checks);
	check_uinput(m, checks);
	check_udev(m, checks);
}
