/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/checks.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/testing.h"

/*
 * A machine in a folder. Its files belong to whoever runs the test; the persons in it are others, who get at them by the group
 * or not at all: nothing here depends on being root.
 */
static char root[64];
static struct check_machine machine;
static struct checks checks;

static void write_file(const char *path, unsigned mode, const char *text)
{
	char full[256];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(full, mode), 0);
}

static void remove_file(const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), "%s%s", root, path);
	assert_int_equal(unlink(full), 0);
}

static uid_t other_uid(void)
{
	return getuid() + 1000;
}

/* A tablet's Dom0 in good health: user xenhub is in the groups that own the nodes. */
static int set_up(void **state)
{
	char text[256];

	snprintf(root, sizeof(root), "/tmp/xenhub-checks-XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(text, sizeof(text), "root:x:0:0::/:/bin/sh\nxenhub:x:%u:999:hub:/:/bin/false\n",
		 other_uid());
	write_file("/etc/passwd", 0644, text);
	snprintf(text, sizeof(text), "root:x:0:\ninput:x:%u:xenhub\nxenhub:x:999:mary\n", getgid());
	write_file("/etc/group", 0644, text);
	write_file("/dev/input/event0", 0660, "");
	write_file("/dev/input/event1", 0660, "");
	write_file("/dev/input/mice", 0600, "");
	write_file("/dev/uinput", 0660, "");
	write_file("/run/udev/control", 0600, "");
	write_file("/run/xenhub/control.sock", 0660, "");
	write_file("/sys/module/evdev/uevent", 0644, "");
	machine = (struct check_machine){ .root = root, .control = "/run/xenhub/control.sock" };
	machine.caller = (struct check_person){
		.name = "mary", .uid = other_uid() + 1, .groups = { 100, 999, getgid() }, .n_groups = 3
	};
	machine_find_service(&machine);
	checks.n = 0;
	return 0;
}

static void set_up_dom0(void)
{
	write_file("/sys/hypervisor/type", 0644, "xen\n");
	write_file("/proc/xen/capabilities", 0644, "control_d\n");
	write_file("/run/xenstored/socket", 0660, "");
	write_file("/dev/xen/xenbus", 0660, "");
	write_file("/dev/xen/evtchn", 0660, "");
	write_file("/dev/xen/gntdev", 0660, "");
	write_file("/dev/xen/gntalloc", 0660, "");
	write_file("/sys/module/xen_gntalloc/parameters/limit", 0644, "16384\n");
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static int tear_down(void **state)
{
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void look(void)
{
	checks.n = 0;
	checks_xen(&machine, &checks);
	checks_input(&machine, &checks);
	checks_socket(&machine, &checks);
}

static const struct check *found(const char *name)
{
	for (unsigned i = 0; i < checks.n; i++)
		if (!strcmp(checks.list[i].name, name))
			return &checks.list[i];
	fail_msg("nothing was said about %s", name);
	return NULL;
}

static void expect(const char *name, enum check_level level, const char *text, const char *mend)
{
	const struct check *check = found(name);

	if (check->level != level || !strstr(check->text, text) || strcmp(check->mend, mend))
		fail_msg("%s: level %d, \"%s\", mend \"%s\"", name, check->level, check->text, check->mend);
}

static void a_healthy_machine_has_nothing_to_mend(void **state)
{
	set_up_dom0();
	look();
	assert_true(checks.n >= 10);
	for (unsigned i = 0; i < checks.n; i++) {
		if (checks.list[i].level != CHECK_OK)
			fail_msg("%s: %s", checks.list[i].name, checks.list[i].text);
		assert_string_equal(checks.list[i].mend, "");
	}
	expect("evdev", CHECK_OK, "2 input devices", "");
	expect("xen", CHECK_OK, "this is Dom0", "");
}

static void the_service_is_looked_up(void **state)
{
	gid_t gid;

	assert_true(machine.has_service_user);
	assert_int_equal(machine.service.uid, other_uid());
	assert_int_equal(machine.service.n_groups, 2);
	assert_true(machine_group(&machine, "input", &gid));
	assert_true(person_in(&machine.service, gid));
	assert_false(machine_group(&machine, "nobody-has-this", &gid));
	write_file("/etc/passwd", 0644, "root:x:0:0::/:/bin/sh\n");
	machine_find_service(&machine);
	assert_false(machine.has_service_user);
	assert_string_equal(machine.service.name, "mary");
	look();
	expect("user", CHECK_WARN, "no user xenhub", "");
}

static void modes_and_groups_decide_who_may(void **state)
{
	const struct check_person stranger = {
		.name = "eve", .uid = other_uid() + 2, .groups = { 1 }, .n_groups = 1
	};
	const struct check_person owner = { .name = "me", .uid = getuid() };
	const struct check_person almighty = { .name = "root", .uid = 0 };

	write_file("/file", 0640, "");
	assert_true(machine_may(&machine, &machine.caller, "/file", 4));
	assert_false(machine_may(&machine, &machine.caller, "/file", 6));
	assert_false(machine_may(&machine, &stranger, "/file", 4));
	assert_true(machine_may(&machine, &almighty, "/file", 6));
	assert_true(machine_may(&machine, &owner, "/file", 6));
	assert_false(machine_may(&machine, &almighty, "/absent", 4));
	/* The most specific class counts alone, as the kernel has it: a group that is shut out does not become "others". */
	write_file("/file", 0606, "");
	assert_false(machine_may(&machine, &machine.caller, "/file", 4));
	assert_true(machine_may(&machine, &stranger, "/file", 6));
}

static void a_missing_socket_names_how_to_start(void **state)
{
	remove_file("/run/xenhub/control.sock");
	look();
	expect("control", CHECK_FAIL, "does not run", "xenhubd --foreground");
	write_file("/etc/init.d/xenhubd", 0755, "");
	write_file("/sbin/openrc-run", 0755, "");
	look();
	expect("control", CHECK_FAIL, "does not run", "rc-service xenhubd start");
	remove_file("/sbin/openrc-run");
	write_file("/run/systemd/system/x", 0644, "");
	write_file("/lib/systemd/system/xenhubd.service", 0644, "");
	look();
	expect("control", CHECK_FAIL, "does not run", "systemctl start xenhubd");
}

static void a_socket_of_others_names_the_group(void **state)
{
	char text[128];

	/* The socket belongs to group xenhub, and mary is not in it. */
	snprintf(text, sizeof(text), "root:x:0:\nxenhub:x:%u:\n", getgid());
	write_file("/etc/group", 0644, text);
	machine.caller.groups[1] = machine.caller.groups[2] = 1;
	look();
	expect("group", CHECK_WARN, "mary is not in group xenhub", "addgroup mary xenhub");
	expect("control", CHECK_FAIL, "may not be used by mary", "addgroup mary xenhub");
	write_file("/usr/sbin/usermod", 0755, "");
	look();
	expect("control", CHECK_FAIL, "may not be used by mary", "usermod -aG xenhub mary");
	/* Joining would not help: the daemon was not told of the group, or there is none. */
	write_file("/etc/group", 0644, "root:x:0:\nxenhub:x:999999:mary\n");
	look();
	expect("control", CHECK_FAIL, "may not be used by mary",
	       "set group = xenhub below [daemon] in /etc/xenhub/xenhub.conf, restart xenhubd");
	write_file("/etc/group", 0644, "root:x:0:\n");
	look();
	expect("group", CHECK_WARN, "no group xenhub", "addgroup -S xenhub");
}

static void nodes_that_cannot_be_read_name_the_group(void **state)
{
	char text[128];

	snprintf(text, sizeof(text), "input:x:%u:\nxenhub:x:999:mary\n", getgid());
	write_file("/etc/group", 0644, text);
	machine_find_service(&machine);
	look();
	expect("input", CHECK_FAIL, "may not read 2 of 2 devices: not in group input",
	       "addgroup xenhub input");

	/* In the group, but one node does not belong to it. */
	snprintf(text, sizeof(text), "input:x:%u:xenhub\n", getgid());
	write_file("/etc/group", 0644, text);
	machine_find_service(&machine);
	write_file("/dev/input/event1", 0600, "");
	look();
	expect("input", CHECK_FAIL, "may not read 1 of 2 devices: their group is not input",
	       "udevadm trigger --subsystem-match=input --action=add");
}

static void without_nodes_the_module_is_asked_for(void **state)
{
	remove_file("/dev/input/event0");
	remove_file("/dev/input/event1");
	look();
	expect("evdev", CHECK_WARN, "no input device is plugged in", "");
	remove_file("/sys/module/evdev/uevent");
	{
		char path[128];

		snprintf(path, sizeof(path), "%s/sys/module/evdev", root);
		assert_int_equal(rmdir(path), 0);
	}
	look();
	expect("evdev", CHECK_FAIL, "evdev is not loaded", "modprobe evdev");
}

static void uinput_matters_where_twins_are_made(void **state)
{
	remove_file("/dev/uinput");
	look();
	expect("uinput", CHECK_FAIL, "/dev/uinput is missing", "modprobe uinput");
	set_up_dom0();
	look();
	expect("uinput", CHECK_WARN, "/dev/uinput is missing", "modprobe uinput");
	write_file("/dev/uinput", 0600, "");
	look();
	expect("uinput", CHECK_WARN, "may not be written by xenhub",
	       "udevadm trigger --action=add /dev/uinput");
}

static void without_udev_nothing_is_found(void **state)
{
	remove_file("/run/udev/control");
	look();
	expect("udev", CHECK_FAIL, "udev does not run", "udevd --daemon && udevadm trigger");
	write_file("/sbin/openrc-run", 0755, "");
	look();
	expect("udev", CHECK_FAIL, "udev does not run", "apk add eudev && setup-udev");
	write_file("/etc/init.d/udev", 0755, "");
	look();
	expect("udev", CHECK_FAIL, "udev does not run", "rc-service udev start && udevadm trigger");
}

static void without_xen_nothing_of_it_is_missed(void **state)
{
	look();
	expect("xen", CHECK_OK, "does not run Xen", "");
	for (unsigned i = 0; i < checks.n; i++)
		assert_string_not_equal(checks.list[i].name, "evtchn");
}

static void xen_is_taken_apart(void **state)
{
	set_up_dom0();
	remove_file("/dev/xen/gntalloc");
	write_file("/dev/xen/evtchn", 0600, "");
	remove_file("/run/xenstored/socket");
	write_file("/sys/module/xen_gntalloc/parameters/limit", 0644, "1024\n");
	look();
	expect("gntalloc", CHECK_FAIL, "/dev/xen/gntalloc is missing", "modprobe xen-gntalloc");
	expect("evtchn", CHECK_FAIL, "may not be used by xenhub",
	       "udevadm control --reload && udevadm trigger --action=add --subsystem-match=misc");
	expect("xenstore", CHECK_FAIL, "xenstored does not run", "systemctl start xenstored");
	expect("grants", CHECK_WARN, "1024 pages", "echo 16384 > /sys/module/xen_gntalloc/parameters/limit");
	remove_file("/proc/xen/capabilities");
	look();
	expect("xen", CHECK_WARN, "/proc/xen is not mounted", "mount -t xenfs xenfs /proc/xen");
	expect("xenstore", CHECK_OK, "a guest's", "");
}

/* In the daemon's words: path, what was tried, and libc's reason. */
static void expect_store(int err, bool is_dom0, const char *text, const char *mend)
{
	char health[200];

	snprintf(health, sizeof(health), "/local/domain/7/xenhub/device/x: cannot write: %s", strerror(err));
	machine.is_dom0 = is_dom0;
	checks.n = 0;
	checks_store(&machine, &checks, health);
	expect("states", CHECK_FAIL, text, mend);
	assert_non_null(strstr(found("states")->text, health));
}

static void what_keeps_states_from_xenstore_is_explained(void **state)
{
	checks.n = 0;
	checks_store(&machine, &checks, "");
	assert_int_equal(checks.n, 0);
	checks_store(&machine, &checks, "ok");
	expect("states", CHECK_OK, "written", "");
	expect_store(ENOSPC, false, "which has a quota", "xenstore-control quota set nodes 4000   # in Dom0");
	expect_store(ENOSPC, true, "no room", "free -m; xenstore-control quota");
	expect_store(EROFS, true, "read-only", "");
	expect_store(EACCES, false, "Dom0 has to give this domain the node xenhub",
		     "xenstore-write /local/domain/$ID/xenhub ''; xenstore-chmod /local/domain/$ID/xenhub "
		     "n$ID   # "
		     "in Dom0");
	expect_store(EINVAL, true, "at present", "");
}

#define checks_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		checks_test(a_healthy_machine_has_nothing_to_mend),
		checks_test(the_service_is_looked_up),
		checks_test(modes_and_groups_decide_who_may),
		checks_test(a_missing_socket_names_how_to_start),
		checks_test(a_socket_of_others_names_the_group),
		checks_test(nodes_that_cannot_be_read_name_the_group),
		checks_test(without_nodes_the_module_is_asked_for),
		checks_test(uinput_matters_where_twins_are_made),
		checks_test(without_udev_nothing_is_found),
		checks_test(without_xen_nothing_of_it_is_missed),
		checks_test(xen_is_taken_apart),
		checks_test(what_keeps_states_from_xenstore_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
