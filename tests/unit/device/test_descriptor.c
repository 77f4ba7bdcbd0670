/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/device/descriptor.h"

#include <errno.h>

#include "tests/unit/testing.h"

static void fill(struct descriptor *d)
{
	memset(d, 0, sizeof(*d));
	strcpy(d->name, "Logitech USB Receiver");
	strcpy(d->phys, "usb-0000:00:14.0-1/input1");
	d->bustype = BUS_USB;
	d->vendor = 0x046d;
	d->product = 0xc52b;
	d->version = 0x0111;
	descriptor_add(d, EV_KEY, BTN_LEFT);
	descriptor_add(d, EV_REL, REL_X);
	descriptor_add(d, EV_ABS, ABS_VOLUME);
	d->absinfo[ABS_VOLUME].maximum = 652;
}

static void capabilities_go_in_and_out(void **state)
{
	static struct descriptor d;

	assert_true(descriptor_has(&d, EV_SYN, SYN_REPORT));
	assert_false(descriptor_has(&d, EV_KEY, KEY_A));
	assert_true(descriptor_add(&d, EV_KEY, KEY_MAX));
	assert_true(descriptor_has(&d, EV_KEY, KEY_MAX));
	assert_true(bit_test(d.types, EV_KEY) && bit_test(d.types, EV_SYN));
	assert_false(descriptor_add(&d, EV_KEY, KEY_CNT));
	assert_false(descriptor_has(&d, EV_KEY, KEY_CNT));
	assert_false(descriptor_add(&d, EV_PWR, 0));
	assert_false(descriptor_add(&d, EV_CNT + 7, 0));
	assert_false(descriptor_has(&d, 0xffff, 0xffff));
	/* A code whose type is not declared does not count: the kernel would not send it. */
	bit_set(d.leds, LED_CAPSL);
	assert_false(descriptor_has(&d, EV_LED, LED_CAPSL));
}

static void slots_are_bounded(void **state)
{
	static const struct {
		int32_t min, max;
		bool fake;
		unsigned slots;
		int check;
	} cases[] = {
		{ 0, 9, false, 10, 0 },
		{ 0, 0, false, 1, 0 },
		{ 0, DESCRIPTOR_SLOTS_MAX - 1, false, DESCRIPTOR_SLOTS_MAX, 0 },
		{ 0, 199, false, DESCRIPTOR_SLOTS_MAX, -EINVAL },
		{ 1, 9, false, 0, -EINVAL },
		{ -1, 9, false, 0, -EINVAL },
		{ 0, -1, false, 0, -EINVAL },
		{ 0, INT32_MAX, false, DESCRIPTOR_SLOTS_MAX, -EINVAL },
		{ 0, 255, true, 0, 0 },
	};
	static struct descriptor d;

	assert_int_equal(descriptor_slots(&d), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char why[128] = "";

		memset(&d, 0, sizeof(d));
		descriptor_add(&d, EV_ABS, ABS_MT_SLOT);
		if (cases[i].fake)
			descriptor_add(&d, EV_ABS, ABS_MT_SLOT - 1);
		d.absinfo[ABS_MT_SLOT].minimum = cases[i].min;
		d.absinfo[ABS_MT_SLOT].maximum = cases[i].max;
		assert_int_equal(descriptor_slots(&d), cases[i].slots);
		assert_int_equal(descriptor_check(&d, why, sizeof(why)), cases[i].check);
		assert_int_equal(why[0] != '\0', cases[i].check != 0);
	}
}

static void an_axis_upside_down_is_refused(void **state)
{
	static struct descriptor d;
	char why[128];

	fill(&d);
	assert_int_equal(descriptor_check(&d, why, sizeof(why)), 0);
	d.absinfo[ABS_VOLUME].minimum = 653;
	assert_int_equal(descriptor_check(&d, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "axis 0x20 has minimum 653 above maximum 652");
	/* Of an axis that it does not have, nothing counts. */
	bit_clear(d.abss, ABS_VOLUME);
	assert_int_equal(descriptor_check(&d, why, sizeof(why)), 0);
}

static void equality_ignores_state(void **state)
{
	static struct descriptor a, b;

	fill(&a);
	b = a;
	b.absinfo[ABS_VOLUME].value = 17;
	b.absinfo[ABS_X].maximum = 99; /* not an axis of it */
	assert_true(descriptor_equal(&a, &b));
	b.absinfo[ABS_VOLUME].resolution = 1;
	assert_false(descriptor_equal(&a, &b));
	b = a;
	b.uniq[0] = 'x';
	assert_false(descriptor_equal(&a, &b));
	b = a;
	bit_set(b.props, INPUT_PROP_DIRECT);
	assert_false(descriptor_equal(&a, &b));
	for (unsigned type = 1; type < EV_CNT; type++) {
		unsigned bytes;

		b = a;
		if (!descriptor_bits(&b, type, &bytes))
			continue;
		descriptor_bits(&b, type, &bytes)[bytes - 1] ^= 0x40;
		assert_false(descriptor_equal(&a, &b));
	}
}

static void identity_is_a_name_that_stays(void **state)
{
	static struct descriptor d;
	char id[IDENTITY_MAX], other[IDENTITY_MAX];

	fill(&d);
	identity_make(&d, id);
	/* Written down: it is in people's configurations, so that it must not change by accident. */
	assert_string_equal(id, "usb-046d-c52b-09c7b243");
	d.absinfo[ABS_VOLUME].value = 5;
	identity_make(&d, other);
	assert_string_equal(other, id);

	/* Another port is another place, unless the device has a serial number of its own. */
	strcpy(d.phys, "usb-0000:00:14.0-2/input1");
	identity_make(&d, other);
	assert_string_not_equal(other, id);
	strcpy(d.uniq, "4071-AB");
	identity_make(&d, id);
	strcpy(d.phys, "usb-0000:00:14.0-3/input1");
	identity_make(&d, other);
	assert_string_equal(other, id);

	/* Nodes of one combo receiver differ by what they can do, even where phys and name are the same. */
	descriptor_add(&d, EV_KEY, KEY_A);
	identity_make(&d, other);
	assert_string_not_equal(other, id);
}

static void identity_does_not_mix_its_parts(void **state)
{
	static struct descriptor a, b;
	char x[IDENTITY_MAX], y[IDENTITY_MAX];

	fill(&a);
	b = a;
	strcpy(a.name, "ab");
	strcpy(a.phys, "c");
	strcpy(b.name, "a");
	strcpy(b.phys, "bc");
	identity_make(&a, x);
	identity_make(&b, y);
	assert_string_not_equal(x, y);
}

static void identity_numbers_fit(void **state)
{
	static struct descriptor d;
	char id[IDENTITY_MAX];

	fill(&d);
	d.bustype = 0xffee;
	identity_make(&d, id);
	assert_memory_equal(id, "bus-ffee-046d-c52b-", 19);
	identity_number(id, 2);
	assert_string_equal(id + strlen(id) - 2, "-2");
	for (int i = 0; i < 40; i++)
		identity_number(id, UINT32_MAX);
	assert_true(strlen(id) < IDENTITY_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capabilities_go_in_and_out),
		cmocka_unit_test(slots_are_bounded),
		cmocka_unit_test(an_axis_upside_down_is_refused),
		cmocka_unit_test(equality_ignores_state),
		cmocka_unit_test(identity_is_a_name_that_stays),
		cmocka_unit_test(identity_does_not_mix_its_parts),
		cmocka_unit_test(identity_numbers_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
