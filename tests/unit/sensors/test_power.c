/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/testing.h"

#include <errno.h>
#include <stdio.h>

#include "hub/core/clock.h"
#include "sensors/power/power.h"
#include "sensors/sysfs.h"
#include "tests/unit/sensors/said.h"
#include "tests/unit/sensors/tree.h"

#define BAT "sys/class/power_supply/BAT0"
#define AC  "sys/class/power_supply/ADP1"

struct fixture {
	char *root;
	struct said said;
	struct report *report;
	struct power *power;
	uint64_t now;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->root = tree_create();
	f->now = NS_PER_S;
	assert_int_equal(report_create(&f->report, said_value, said_removed, &f->said), 0);
	assert_int_equal(power_create(&f->power, f->root, false, NULL, f->report, said_warning, &f->said), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	power_destroy(f->power);
	assert_int_equal(f->said.count, 0);
	report_destroy(f->report);
	tree_destroy(f->root);
	free(f);
	return 0;
}

static void refresh(struct fixture *f)
{
	power_refresh(f->power, false, f->now);
	f->now += 30 * NS_PER_S;
}

static void put_battery(struct fixture *f, const char *dir, const char *status)
{
	tree_put(f->root, dir, "type", "Battery\n");
	tree_put(f->root, dir, "present", "1\n");
	tree_put(f->root, dir, "status", status);
	tree_put(f->root, dir, "capacity", "50\n");
	tree_put(f->root, dir, "energy_now", "20000000\n");
	tree_put(f->root, dir, "energy_full", "40000000\n");
	tree_put(f->root, dir, "power_now", "10000000\n");
	tree_put(f->root, dir, "voltage_now", "12000000\n");
}

static void a_plain_battery(void **state)
{
	struct fixture *f = *state;

	put_battery(f, BAT, "Discharging\n");
	tree_put(f->root, BAT, "temp", "-51\n");
	tree_put(f->root, BAT, "cycle_count", "123\n");
	tree_put(f->root, BAT, "health", "Good\n");
	tree_put(f->root, BAT, "charge_control_end_threshold", "80\n");
	tree_put(f->root, AC, "type", "Mains\n");
	tree_put(f->root, AC, "online", "0\n");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/percent"), 50);
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 0);
	assert_string_equal(said_text(&f->said, "power/status"), "discharging");
	assert_int_equal(said_integer(&f->said, "power/time-to-empty"), 7200);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/energy-now"), 20000000);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/temp"), -51);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/cycle-count"), 123);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/charge-control-end-threshold"), 80);
	assert_string_equal(said_text(&f->said, "power/battery/bat0/health"), "Good");
	assert_int_equal(said_integer(&f->said, "power/mains/adp1/online"), 0);
	assert_string_equal(said_find(&f->said, "power/battery/bat0/energy-now")->unit, "uwh");
	assert_string_equal(said_text(&f->said, "power/warning"), "none");
}

static void nothing_new_is_nothing_said(void **state)
{
	struct fixture *f = *state;
	unsigned said;

	put_battery(f, BAT, "Discharging\n");
	refresh(f);
	said = f->said.said;
	for (int i = 0; i < 100; i++)
		refresh(f);
	assert_int_equal(f->said.said, said);
	assert_int_equal(f->said.removed, 0);
}

static void a_hundredth_of_a_watt(void **state)
{
	struct fixture *f = *state;

	put_battery(f, BAT, "Discharging\n");
	tree_put(f->root, BAT, "power_now", "10000\n");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/power-now"), 10000);
	assert_int_equal(said_integer(&f->said, "power/time-to-empty"), SAID_MISSING);
}

static void charge_times_design_voltage(void **state)
{
	struct fixture *f = *state;

	tree_put(f->root, BAT, "type", "Battery\n");
	tree_put(f->root, BAT, "status", "Discharging\n");
	tree_put(f->root, BAT, "charge_now", "2000000\n");
	tree_put(f->root, BAT, "charge_full", "4000000\n");
	tree_put(f->root, BAT, "voltage_min_design", "10000000\n");
	tree_put(f->root, BAT, "voltage_now", "12000000\n");
	tree_put(f->root, BAT, "current_now", "-1000000\n");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/energy-now"), 20000000);
	assert_int_equal(said_integer(&f->said, "power/energy-full"), 40000000);
	assert_int_equal(said_integer(&f->said, "power/power-now"), 12000000);
	assert_int_equal(said_integer(&f->said, "power/percent"), 50);
	assert_int_equal(said_integer(&f->said, "power/time-to-empty"), 6000);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/charge-now"), 2000000);
}

static void averages_alone(void **state)
{
	struct fixture *f = *state;

	tree_put(f->root, BAT, "type", "Battery\n");
	tree_put(f->root, BAT, "status", "Discharging\n");
	tree_put(f->root, BAT, "charge_avg", "2000000\n");
	tree_put(f->root, BAT, "charge_full_design", "4000000\n");
	tree_put(f->root, BAT, "voltage_avg", "10000000\n");
	tree_put(f->root, BAT, "current_avg", "1000000\n");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/energy-now"), 20000000);
	assert_int_equal(said_integer(&f->said, "power/power-now"), 10000000);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/voltage-now"), 10000000);
}

static void every_bad_input_is_absent(void **state)
{
	static const char *const bad[] = {
		"",       "\n",     "-5\n",   "fifty\n", "9223372036854775808\n", "-9223372036854775808\n",
		"0x32\n", "50 uWh", "5\n5\n", "nan\n",   "99999999999999\n",
	};
	static const char *const attrs[] = { "energy_now", "energy_full", "voltage_now", "cycle_count",
					     "capacity" };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		put_battery(f, BAT, "Discharging\n");
		for (size_t j = 0; j < COUNT_OF(attrs); j++)
			tree_put(f->root, BAT, attrs[j], bad[i]);
		tree_put(f->root, BAT, "temp", bad[i]);
		refresh(f);
		assert_int_equal(said_integer(&f->said, "power/battery/bat0/energy-now"), SAID_MISSING);
		assert_int_equal(said_integer(&f->said, "power/battery/bat0/energy-full"), SAID_MISSING);
		assert_int_equal(said_integer(&f->said, "power/battery/bat0/voltage-now"), SAID_MISSING);
		assert_int_equal(said_integer(&f->said, "power/battery/bat0/cycle-count"), SAID_MISSING);
		assert_int_equal(said_integer(&f->said, "power/percent"), SAID_MISSING);
		assert_int_equal(said_integer(&f->said, "power/time-to-empty"), SAID_MISSING);
		assert_int_equal(said_integer(&f->said, "power/battery/bat0/present"), 1);
	}
}

static void unreadable_endless_and_binary_attributes(void **state)
{
	struct fixture *f = *state;
	char text[8];
	char dir[256];

	put_battery(f, BAT, "Discharging\n");
	tree_put_unreadable(f->root, BAT, "energy_now");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/energy-now"), SAID_MISSING);

	tree_put(f->root, "a", "long", "12345678901234567890");
	snprintf(dir, sizeof(dir), "%s/a", f->root);
	assert_int_equal(sysfs_read(dir, "long", text, sizeof(text)), -EMSGSIZE);
	assert_int_equal(sysfs_read(dir, "gone", text, sizeof(text)), -ENOENT);
	assert_int_equal(sysfs_read(dir, "../../../../../../../../dev/zero", text, sizeof(text)), -EMSGSIZE);
}

static void vendor_strings_are_cleaned(void **state)
{
	struct fixture *f = *state;

	put_battery(f, BAT, "Discharging\n");
	tree_put(f->root, BAT, "manufacturer", "AC\x1b[31mME\xff\xfe \n");
	tree_put(f->root, BAT, "model_name", "\xc3\xa9 42\n");
	tree_put(f->root, BAT, "technology", "   \n");
	refresh(f);
	assert_string_equal(said_text(&f->said, "power/battery/bat0/manufacturer"), "AC?[31mME??");
	assert_string_equal(said_text(&f->said, "power/battery/bat0/model-name"), "\xc3\xa9 42");
	assert_string_equal(said_text(&f->said, "power/battery/bat0/technology"), "(missing)");
}

static void peripherals_and_test_supplies_are_left_out(void **state)
{
	struct fixture *f = *state;

	put_battery(f, "sys/class/power_supply/hidpp_battery_0", "Discharging\n");
	tree_put(f->root, "sys/class/power_supply/hidpp_battery_0", "scope", "Device\n");
	put_battery(f, "sys/class/power_supply/test_battery", "Discharging\n");
	tree_put(f->root, "sys/class/power_supply/test_ac", "type", "Mains\n");
	tree_put(f->root, "sys/class/power_supply/test_ac", "online", "1\n");
	tree_put(f->root, "sys/class/power_supply/ups0", "type", "UPS\n");
	refresh(f);
	assert_int_equal(f->said.count, 0);
}

static void mains_of_any_name_and_usb_pd(void **state)
{
	struct fixture *f = *state;

	put_battery(f, BAT, "Unknown\n");
	tree_put(f->root, "sys/class/power_supply/Weird Name.1", "type", "Mains\n");
	tree_put(f->root, "sys/class/power_supply/Weird Name.1", "online", "0\n");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/mains/weird-name-1/online"), 0);
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 0);
	assert_string_equal(said_text(&f->said, "power/status"), "discharging");

	tree_put(f->root, "sys/class/power_supply/ucsi-source-psy-1", "type", "USB\n");
	tree_put(f->root, "sys/class/power_supply/ucsi-source-psy-1", "scope", "System\n");
	tree_put(f->root, "sys/class/power_supply/ucsi-source-psy-1", "online", "2\n");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/usb/ucsi-source-psy-1/online"), 2);
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 1);
	assert_string_equal(said_text(&f->said, "power/status"), "charging");
}

static void names_that_would_meet_are_kept_apart(void **state)
{
	struct fixture *f = *state;

	put_battery(f, "sys/class/power_supply/BAT.0", "Full\n");
	put_battery(f, "sys/class/power_supply/BAT-0", "Full\n");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/battery/bat-0/present"), 1);
	assert_int_equal(said_integer(&f->said, "power/battery/bat-0-2/present"), 1);
	assert_int_equal(said_integer(&f->said, "power/energy-full"), 80000000);
}

static void an_empty_bay_says_so(void **state)
{
	struct fixture *f = *state;

	put_battery(f, BAT, "Discharging\n");
	refresh(f);
	tree_put(f->root, BAT, "present", "0\n");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/present"), 0);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/energy-now"), SAID_MISSING);
	assert_int_equal(said_integer(&f->said, "power/percent"), SAID_MISSING);
	tree_remove(f->root, BAT);
	refresh(f);
	assert_int_equal(f->said.count, 0);
}

static void one_io_error_is_tolerated(void **state)
{
	struct fixture *f = *state;

	put_battery(f, BAT, "Discharging\n");
	refresh(f);
	tree_put_eio(f->root, BAT, "energy_now");
	tree_put_eio(f->root, BAT, "status");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/energy-now"), 20000000);
	assert_string_equal(said_text(&f->said, "power/status"), "discharging");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/energy-now"), SAID_MISSING);
	assert_string_equal(said_text(&f->said, "power/status"), "unknown");
	put_battery(f, BAT, "Discharging\n");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/energy-now"), 20000000);
}

static void a_dead_battery_waits_for_its_event(void **state)
{
	static const char *const attrs[] = { "present",     "status",    "capacity",   "energy_now",
					     "energy_full", "power_now", "voltage_now" };
	struct fixture *f = *state;
	struct power_info info[4];

	put_battery(f, BAT, "Discharging\n");
	refresh(f);
	for (size_t i = 0; i < COUNT_OF(attrs); i++)
		tree_put_eio(f->root, BAT, attrs[i]);
	for (int i = 0; i < SUPPLY_FAILURES_MAX; i++)
		refresh(f);
	assert_int_equal(power_info(f->power, info, 4), 1);
	assert_string_equal(info[0].mode, "failed");
	assert_true(strstr(info[0].why, strerror(EIO)) != NULL);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/present"), SAID_MISSING);
	put_battery(f, BAT, "Charging\n");
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/present"), SAID_MISSING);
	power_refresh(f->power, true, f->now);
	assert_string_equal(said_text(&f->said, "power/status"), "charging");
}

static void warnings_are_told(void **state)
{
	struct fixture *f = *state;

	put_battery(f, BAT, "Discharging\n");
	refresh(f);
	tree_put(f->root, BAT, "capacity", "4\n");
	refresh(f);
	assert_int_equal(f->said.warning, WARNING_CRITICAL);
	assert_string_equal(said_text(&f->said, "power/warning"), "critical");
	tree_put(f->root, BAT, "status", "Charging\n");
	refresh(f);
	assert_int_equal(f->said.warning, WARNING_NONE);
	assert_int_equal(f->said.warnings, 2);
}

static void the_number_of_supplies_is_bounded(void **state)
{
	struct fixture *f = *state;
	char dir[64];

	for (int i = 0; i < 40; i++) {
		snprintf(dir, sizeof(dir), "sys/class/power_supply/BAT%d", i);
		put_battery(f, dir, "Discharging\n");
	}
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/energy-full"), 16 * 40000000ll);
}

/* What a uevent says: pairs of a file's name and its value; NULL ends them. */
static int read_pairs(const void *data, const char *file, char *buf, size_t size)
{
	for (const char *const *pair = data; *pair; pair += 2) {
		if (strcmp(pair[0], file) != 0)
			continue;
		if (strlen(pair[1]) >= size)
			return -EMSGSIZE;
		strcpy(buf, pair[1]);
		return *buf ? 0 : -ENODATA;
	}
	return -ENOENT;
}

#define HEAR(f, name, ...)                                                                                   \
	power_hear((f)->power, name,                                                                         \
		   &(struct supply_source){ read_pairs, (const char *const[]){ __VA_ARGS__, NULL }, true },  \
		   (f)->now)

static void what_an_event_says_is_told_without_a_look(void **state)
{
	struct fixture *f = *state;

	put_battery(f, BAT, "Discharging\n");
	refresh(f);
	/* What stands in sysfs meanwhile is not looked at, and what the event does not say stays. */
	tree_put(f->root, BAT, "capacity", "11\n");
	assert_true(HEAR(f, "BAT0", "capacity", "49", "status", "Charging", "energy_now", "19600000"));
	assert_int_equal(said_integer(&f->said, "power/percent"), 49);
	assert_string_equal(said_text(&f->said, "power/status"), "charging");
	assert_int_equal(said_integer(&f->said, "power/energy-now"), 20000000);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/capacity"), 50);
	refresh(f);
	assert_int_equal(said_integer(&f->said, "power/percent"), 11);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/capacity"), 11);
	assert_string_equal(said_text(&f->said, "power/status"), "discharging");
}

static void mains_that_go_make_an_unknown_battery_discharge(void **state)
{
	struct fixture *f = *state;

	put_battery(f, BAT, "Unknown\n");
	tree_put(f->root, AC, "type", "Mains\n");
	tree_put(f->root, AC, "online", "1\n");
	refresh(f);
	assert_string_equal(said_text(&f->said, "power/status"), "charging");
	assert_true(HEAR(f, "ADP1", "online", "0"));
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 0);
	assert_string_equal(said_text(&f->said, "power/status"), "discharging");
	/* What is heard of one battery leaves what is known of the other supplies. */
	assert_true(HEAR(f, "BAT0", "capacity", "3"));
	assert_string_equal(said_text(&f->said, "power/status"), "discharging");
	assert_string_equal(said_text(&f->said, "power/warning"), "critical");
	assert_true(HEAR(f, "ADP1", "online", "1"));
	assert_string_equal(said_text(&f->said, "power/warning"), "none");
}

static void events_that_say_nothing_are_left_to_a_look(void **state)
{
	static const char *const bad[] = { "", "-5", "fifty", "9223372036854775808", "nan", "1e400" };
	struct fixture *f = *state;

	assert_false(HEAR(f, "BAT0", "capacity", "49"));
	put_battery(f, BAT, "Discharging\n");
	refresh(f);
	assert_false(HEAR(f, "BAT0", "colour", "red"));
	assert_false(HEAR(f, "BAT1", "capacity", "49"));
	assert_int_equal(said_integer(&f->said, "power/percent"), 50);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		HEAR(f, "BAT0", "capacity", bad[i], "energy_now", bad[i], "status", "Discharging");
		assert_int_equal(said_integer(&f->said, "power/percent"), SAID_MISSING);
		refresh(f);
		assert_int_equal(said_integer(&f->said, "power/percent"), 50);
	}
	assert_true(HEAR(f, "BAT0", "present", "0"));
	assert_int_equal(said_integer(&f->said, "power/percent"), SAID_MISSING);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_plain_battery),
		T(nothing_new_is_nothing_said),
		T(a_hundredth_of_a_watt),
		T(charge_times_design_voltage),
		T(averages_alone),
		T(every_bad_input_is_absent),
		T(unreadable_endless_and_binary_attributes),
		T(vendor_strings_are_cleaned),
		T(peripherals_and_test_supplies_are_left_out),
		T(mains_of_any_name_and_usb_pd),
		T(names_that_would_meet_are_kept_apart),
		T(an_empty_bay_says_so),
		T(one_io_error_is_tolerated),
		T(a_dead_battery_waits_for_its_event),
		T(warnings_are_told),
		T(the_number_of_supplies_is_bounded),
		T(what_an_event_says_is_told_without_a_look),
		T(mains_that_go_make_an_unknown_battery_discharge),
		T(events_that_say_nothing_are_left_to_a_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
