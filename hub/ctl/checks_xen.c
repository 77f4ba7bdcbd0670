/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether this is Xen, and whether XenStore and the devices behind vchan can be used. */
#include "hub/ctl/checks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/text.h"

/* A link's rings are 9 pages, a picture's up to 129: sixteen guests with both do not fit into the kernel's default of 1024. */
#define GNTALLOC_PAGES_MIN 4096
#define GNTALLOC_LIMIT     "/sys/module/xen_gntalloc/parameters/limit"

static void check_xenstore(const struct check_machine *m, struct checks *checks)
{
	static const char *const sockets[] = { "/run/xenstored/socket", "/var/run/xenstored/socket" };

	for (unsigned i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++) {
		if (!machine_has(m, sockets[i]))
			continue;
		if (machine_may(m, &m->service, sockets[i], 6))
			check_add(checks, CHECK_OK, "xenstore", NULL, "%s may be used by %s", sockets[i],
				  m->service.name);
		else
			check_add(checks, CHECK_WARN, "xenstore", NULL,
				  "%s is not for %s: the hub reaches XenStore by /dev/xen/xenbus", sockets[i],
				  m->service.name);
		return;
	}
	if (m->is_dom0)
		check_add(checks, CHECK_FAIL, "xenstore",
			  machine_has(m, "/sbin/openrc-run") ? "rc-service xenstored start"
							     : "systemctl start xenstored",
			  "xenstored does not run: no states are published, no guest finds the hub");
	else
		check_add(checks, CHECK_OK, "xenstore", NULL, "a guest's, by /dev/xen/xenbus");
}

static void check_node(const struct check_machine *m, struct checks *checks, const char *node,
		       const char *load, const char *purpose)
{
	char path[64], name[32];

	snprintf(path, sizeof(path), "/dev/xen/%s", node);
	snprintf(name, sizeof(name), "%s", node);
	if (!machine_has(m, path))
		check_add(checks, CHECK_FAIL, name, load, "%s is missing: %s", path, purpose);
	else if (!machine_may(m, &m->service, path, 6))
		check_add(checks, CHECK_FAIL, name,
			  "udevadm control --reload && udevadm trigger --action=add --subsystem-match=misc",
			  "%s may not be used by %s (its udev rule gives it to group xenhub): %s", path,
			  m->service.name, purpose);
	else
		check_add(checks, CHECK_OK, name, NULL, "%s may be used by %s", path, m->service.name);
}

static void check_limit(const struct check_machine *m, struct checks *checks)
{
	char text[32];
	long pages;

	if (!machine_read(m, GNTALLOC_LIMIT, text, sizeof(text)) ||
	    text_to_long(text, 10, 0, 1L << 30, &pages) < 0)
		return;
	if (pages >= GNTALLOC_PAGES_MIN)
		check_add(checks, CHECK_OK, "grants", NULL, "%ld pages for the rings of vchan", pages);
	else
		check_add(
			checks, CHECK_WARN, "grants", "echo 16384 > " GNTALLOC_LIMIT,
			"xen_gntalloc allows %ld pages for all rings of vchan: few guests with pictures fit",
			pages);
}

void checks_xen(struct check_machine *m, struct checks *checks)
{
	char text[64] = "";

	m->on_xen = machine_read(m, "/sys/hypervisor/type", text, sizeof(text)) && !strcmp(text, "xen");
	m->is_dom0 =
		machine_read(m, "/proc/xen/capabilities", text, sizeof(text)) && strstr(text, "control_d");
	m->on_xen = m->on_xen || m->is_dom0;
	if (!m->on_xen) {
		check_add(checks, CHECK_OK, "xen", NULL,
			  "this machine does not run Xen: links are unix and tcp");
		return;
	}
	if (!machine_has(m, "/proc/xen/capabilities"))
		check_add(checks, CHECK_WARN, "xen", "mount -t xenfs xenfs /proc/xen",
			  "/proc/xen is not mounted: Xen's tools cannot tell whether this is Dom0");
	else
		check_add(checks, CHECK_OK, "xen", NULL, m->is_dom0 ? "this is Dom0" : "this is a guest");
	check_xenstore(m, checks);
	check_node(m, checks, "xenbus", "modprobe xen-xenbus-frontend", "no XenStore without it");
	check_node(m, checks, "evtchn", "modprobe xen-evtchn", "no vchan without event channels");
	check_node(m, checks, "gntdev", "modprobe xen-gntdev", "nobody's rings can be mapped");
	check_node(m, checks, "gntalloc", "modprobe xen-gntalloc", "no rings can be offered");
	check_limit(m, checks);
}

/* The daemon is of this build, so its libc has the same words for an error. */
static bool tells_of(const char *health, int err)
{
	return strstr(health, strerror(err));
}

void checks_store(const struct check_machine *m, struct checks *checks, const char *health)
{
	if (!*health)
		return;
	if (!strcmp(health, "ok"))
		check_add(checks, CHECK_OK, "states", NULL, "written to XenStore");
	else if (tells_of(health, ENOSPC) || tells_of(health, EDQUOT) || tells_of(health, ENOMEM))
		check_add(checks, CHECK_FAIL, "states",
			  m->is_dom0 ? "free -m; xenstore-control quota"
				     : "xenstore-control quota set nodes 4000   # in Dom0",
			  m->is_dom0 ? "XenStore has no room: %s"
				     : "XenStore has no room for this domain, which has a quota: %s",
			  health);
	else if (tells_of(health, EACCES) || tells_of(health, EROFS) || tells_of(health, EPERM))
		check_add(checks, CHECK_FAIL, "states",
			  m->is_dom0 ? NULL
				     : "xenstore-write /local/domain/$ID/xenhub ''; xenstore-chmod "
				       "/local/domain/$ID/xenhub n$ID   # in Dom0",
			  m->is_dom0 ? "XenStore is read-only for the hub: %s"
				     : "Dom0 has to give this domain the node xenhub, or [publish] xenstore "
				       "= no: %s",
			  health);
	else
		check_add(checks, CHECK_FAIL, "states", NULL, "not written to XenStore at present: %s",
			  health);
}
