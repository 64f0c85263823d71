/* SPDX-License-Identifier: Apache-2.0 */
#include "../temporary.h"
#include "decode_test.h"

static const char partitions[] = "major minor  #blocks  name\n"
				 "\n"
				 " 259        0  500107608 nvme0n1\n"
				 " 259        1     524288 nvme0n1p1\n"
				 "   8       16  976762584 sdb\n"
				 "   x        1          2 wrong\n"
				 "   7        7\n"
				 "   7        8          2    \n"
				 "4095  1048575          2 last\n";

static void names(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(8 << 20), "sda"},		    /* uevent */
		{UINT(8 << 20 | 16), "from_sysfs"}, /* both: uevent first */
		{UINT(253 << 20 | 300), "dm-300"},  /* a minor of more than 8 bits */
		{UINT(8 << 20 | 1), "unknown:8:1"}, /* a uevent file without a name */
		{UINT(259 << 20), "nvme0n1"},
		{UINT(259 << 20 | 1), "nvme0n1p1"},
		{BYTES("\x01\x00\x30\x10"), "nvme0n1p1"},
		{UINT(UINT32_MAX), "last"},
		{UINT(0), "unknown:0:0"},
		{UINT(7 << 20 | 7), "unknown:7:7"},
		{UINT(7 << 20 | 8), "unknown:7:8"},
		{UINT(9 << 20 | 9), "a\xef\xbf\xbd"
				    "b"},
		{UINT(UINT64_C(1) << 32), NULL},
		{SINT(-1), NULL},
		{BYTES("abc"), NULL},
		{STRING("sda"), NULL},
	};
	static const char uevent[] = "MAJOR=8\nMINOR=0\nDEVNAME=sda\nDEVTYPE=disk\n";
	char sysfs[512], file[512];
	const struct decode_argument arguments[] = {{"path", sysfs}, {"partitions", file}};
	const struct decode_step step = {"majorminor", arguments, 2};

	(void)state;
	temporary_write("block/8:0/uevent", uevent, sizeof(uevent) - 1);
	temporary_write("block/8:16/uevent", "DEVNAME=from_sysfs", 18);
	temporary_write("block/8:1/uevent", "DEVNAME=\nXDEVNAME=x\n", 20);
	temporary_write("block/253:300/uevent", "DEVNAME=dm-300\n", 15);
	temporary_write("block/9:9/uevent",
		"DEVNAME=a\xff"
		"b\n",
		12);
	temporary_write("partitions", partitions, sizeof(partitions) - 1);
	snprintf(sysfs, sizeof(sysfs), "%s", temporary_path("block"));
	snprintf(file, sizeof(file), "%s", temporary_path("partitions"));
	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
}

/* As makedev(3) lays them out, in 32 bits. */
static void layout_of_user_space(void **state)
{
	static const struct decode_row rows[] = {
		{UINT(0x800), "sda"},
		{UINT(0x810), "from_sysfs"},
		{UINT(0x10fd2c), "dm-300"}, /* minor 300: 0x12c */
		{UINT(0x10301), "nvme0n1p1"},
		{BYTES("\x00\x07\x00\x00"), "unknown:7:0"},
		{UINT(0), "unknown:0:0"},
		{UINT(UINT32_MAX), "last"},
		{UINT(UINT64_C(1) << 32), NULL},
	};
	char sysfs[512], file[512];
	const struct decode_argument arguments[] = {
		{"layout", "user"}, {"path", sysfs}, {"partitions", file}};
	const struct decode_argument wrong = {"layout", "sideways"};
	const struct decode_step step = {"majorminor", arguments, 3};
	struct decode_chain *chain;
	struct err err = {{0}};

	(void)state;
	snprintf(sysfs, sizeof(sysfs), "%s", temporary_path("block"));
	snprintf(file, sizeof(file), "%s", temporary_path("partitions"));
	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
	assert_int_equal(
		decode_chain_new(&chain, &(struct decode_step){"majorminor", &wrong, 1}, 1, &err),
		-EINVAL);
	assert_string_equal(err.text, "found the layout 'sideways', expected 'kernel' or 'user'");
}

static void nothing_mounted(void **state)
{
	static const struct decode_argument arguments[] = {
		{"path", "/nonexistent"}, {"partitions", "/nonexistent"}};
	static const struct decode_step step = {"majorminor", arguments, 2};
	static const struct decode_row rows[] = {{UINT(8 << 20 | 1), "unknown:8:1"}};

	(void)state;
	check_rows(&step, 1, rows, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(layout_of_user_space),
		cmocka_unit_test(nothing_mounted),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
