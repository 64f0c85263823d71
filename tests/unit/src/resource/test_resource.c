/* SPDX-License-Identifier: Apache-2.0 */
#include "../temporary.h"

#include "base/compiler.h"
#include "base/limits.h"
#include "base/str.h"
#include "resource/detector.h"

#define MACHINE_ID "0123456789abcdef0123456789abcdef"

static struct arena arena;
static struct resource resource;

static void detect(struct resource_input input)
{
	struct err err;

	if (!input.root)
		input.root = temporary;
	if (!input.version)
		input.version = "1.2.3";
	assert_int_equal(resource_detect(&resource, &input, &arena, &err), 0);
	for (size_t i = 0; i < resource.attr_count; i++) {
		const struct attr *attr = &resource.attrs[i];

		if (i)
			assert_true(strcmp(resource.attrs[i - 1].key, attr->key) < 0);
		if (attr->type != ATTR_STRING)
			continue;
		assert_true(utf8_is_valid(attr->string, attr->length));
		assert_int_equal(attr->string[attr->length], '\0');
		assert_true(attr->length <= LIMIT_ATTRIBUTE_STRING);
	}
}

static const struct attr *find(const char *key)
{
	for (size_t i = 0; i < resource.attr_count; i++)
		if (strcmp(resource.attrs[i].key, key) == 0)
			return &resource.attrs[i];
	return NULL;
}

static void expect(const char *key, const char *value)
{
	const struct attr *attr = find(key);

	if (!value && attr)
		fail_msg("%s is '%s', expected none", key, attr->string);
	if (!value)
		return;
	if (!attr)
		fail_msg("there is no %s", key);
	assert_int_equal(attr->type, ATTR_STRING);
	if (strcmp(attr->string, value) != 0)
		fail_msg("%s is '%s', expected '%s'", key, attr->string, value);
}

static void write_text(const char *name, const char *text)
{
	temporary_write(name, text, strlen(text));
}

static int fresh_root(void **state)
{
	return temporary_make(state);
}

static int remove_root(void **state)
{
	arena_fini(&arena);
	return temporary_remove(state);
}

static void empty_machine(void **state)
{
	(void)state;
	detect((struct resource_input){0});
	assert_string_equal(resource.schema_url, "https://opentelemetry.io/schemas/1.44.0");
	expect("service.name", "otelbpf");
	expect("service.version", "1.2.3");
	expect("telemetry.sdk.name", "otelbpf");
	expect("telemetry.sdk.language", "c");
	expect("telemetry.sdk.version", "1.2.3");
	expect("os.type", "linux");
	expect("os.name", NULL);
	expect("os.description", NULL);
	expect("host.id", NULL);
	expect("host.name", NULL);
	expect("process.executable.path", NULL);
	expect("process.creation.time", NULL);
	assert_int_equal(find("process.pid")->integer, getpid());
}

static void full_machine(void **state)
{
	char link[512];

	(void)state;
	write_text("etc/machine-id", MACHINE_ID "\n");
	write_text("etc/os-release", "# x\nPRETTY_NAME=\"Debian \\\"GNU\\\"/Linux 12\"\n"
				     "NAME='Debian GNU/Linux'\nVERSION_ID=12\nID=debian\n");
	write_text("proc/sys/kernel/hostname", "web-1\n");
	write_text("proc/sys/kernel/osrelease", "6.1.0-27-amd64\n");
	write_text("proc/stat", "cpu  1 2 3\nintr 1 2 3\nctxt 5\nbtime 1700000000\nprocesses 1\n");
	write_text("proc/self/stat", "12 (a) b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "
				     "12345 20 21\n");
	temporary_write("proc/self/cmdline", "otelbpf\0--token\0secret\0", 24);
	snprintf(link, sizeof(link), "%s", temporary_path("proc/self/exe"));
	assert_int_equal(symlink("/usr/sbin/otelbpf", link), 0);
	detect((struct resource_input){0});
	expect("host.id", MACHINE_ID);
	expect("host.name", "web-1");
#if defined(__x86_64__)
	expect("host.arch", "amd64");
#else
	expect("host.arch", "arm64");
#endif
	expect("os.name", "Debian GNU/Linux");
	expect("os.version", "12");
	expect("os.description", "Debian \"GNU\"/Linux 12 (Linux 6.1.0-27-amd64)");
	expect("process.executable.path", "/usr/sbin/otelbpf");
	expect("process.executable.name", "otelbpf");
	expect("process.command", "otelbpf");
	expect("process.command_args", NULL);
	expect("service.instance.id", "01ea6179-ec69-5076-8bf5-3a1057048b4a");
	/* 123.45 s after the machine started, at 100 ticks a second */
	if (sysconf(_SC_CLK_TCK) == 100)
		expect("process.creation.time", "2023-11-14T22:15:23.450Z");
}

static void precedence(void **state)
{
	const struct attr attrs[] = {
		attr_string("service.name", "from_attributes"),
		attr_string("host.name", "mine"),
		attr_string("telemetry.sdk.language", "klingon"),
		attr_string("team", "kernel"),
		attr_int("process.pid", 1),
	};
	struct resource_input input = {.attrs = attrs, .attr_count = ARRAY_SIZE(attrs)};
	const struct attr instance = attr_string("service.instance.id", "i-1");

	(void)state;
	write_text("etc/machine-id", MACHINE_ID);
	write_text("proc/sys/kernel/hostname", "web-1\n");
	detect(input);
	expect("service.name", "from_attributes");
	expect("host.name", "mine");
	expect("telemetry.sdk.language", "klingon");
	expect("team", "kernel");
	assert_int_equal(find("process.pid")->integer, 1);
	input.service_name = "other";
	detect(input);
	expect("service.name", "other");
	expect("service.instance.id", "ca61572a-7657-5efa-ae73-1ee42eb10d21");
	detect((struct resource_input){.attrs = &instance, .attr_count = 1});
	expect("service.instance.id", "i-1");
	detect((struct resource_input){.service_name = ""});
	expect("service.name", "otelbpf");
}

/* Without a machine-id the instance is random: two agents differ. */
static void instance_without_machine_id(void **state)
{
	static const char *const bad[] = {"", "\n", "uninitialized\n",
		"00000000000000000000000000000000\n", "0123456789ABCDEF0123456789ABCDEF\n",
		MACHINE_ID "0\n", "0123456789abcdef\n"};
	char first[64] = "";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const struct attr *attr;

		write_text("etc/machine-id", bad[i]);
		detect((struct resource_input){0});
		expect("host.id", NULL);
		attr = find("service.instance.id");
		assert_int_equal(attr->length, 36);
		assert_int_equal(attr->string[14], '4');
		assert_string_not_equal(attr->string, first);
		snprintf(first, sizeof(first), "%s", attr->string);
	}
	write_text("var/lib/dbus/machine-id", MACHINE_ID "\n");
	detect((struct resource_input){0});
	expect("host.id", MACHINE_ID);
}

static void hostile_files(void **state)
{
	char text[20000];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "NAME=", 5);
	write_text("etc/os-release", text);
	write_text("proc/sys/kernel/hostname", text);
	write_text("proc/sys/kernel/osrelease", "\xff\xfe\n");
	write_text("proc/self/stat", "1 (x");
	write_text("proc/stat", "\nbtime 99999999999999999999\n");
	detect((struct resource_input){0});
	assert_int_equal(find("os.name")->length, LIMIT_ATTRIBUTE_STRING);
	expect("os.description", "Linux \xef\xbf\xbd\xef\xbf\xbd");
	expect("process.creation.time", NULL);
	write_text("etc/os-release", "NAME=\"\nVERSION_ID='\nPRETTY_NAME=\\");
	write_text("proc/self/stat", "1 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "
				     "18446744073709551615 2");
	write_text("proc/stat", "cpu 1\nbtime 1\n");
	detect((struct resource_input){0});
	expect("os.name", NULL);
	expect("os.version", NULL);
	expect("process.creation.time", NULL);
}

static void many_attributes_of_the_user(void **state)
{
	struct attr attrs[RESOURCE_ATTRIBUTES + 10];
	char keys[RESOURCE_ATTRIBUTES + 10][16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%zu", i);
		attrs[i] = attr_string(keys[i], "v");
	}
	detect((struct resource_input){.attrs = attrs, .attr_count = ARRAY_SIZE(attrs)});
	assert_int_equal(resource.attr_count, RESOURCE_ATTRIBUTES);
}

static void this_machine(void **state)
{
	const struct attr *attr;

	(void)state;
	detect((struct resource_input){.root = ""});
	assert_non_null(find("host.name"));
	assert_non_null(find("process.executable.path"));
	attr = find("process.creation.time");
	assert_non_null(attr);
	assert_int_equal(attr->length, strlen("2023-11-14T22:15:23.450Z"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(empty_machine, fresh_root, remove_root),
		cmocka_unit_test_setup_teardown(full_machine, fresh_root, remove_root),
		cmocka_unit_test_setup_teardown(precedence, fresh_root, remove_root),
		cmocka_unit_test_setup_teardown(
			instance_without_machine_id, fresh_root, remove_root),
		cmocka_unit_test_setup_teardown(hostile_files, fresh_root, remove_root),
		cmocka_unit_test_setup_teardown(
			many_attributes_of_the_user, fresh_root, remove_root),
		cmocka_unit_test_setup_teardown(this_machine, fresh_root, remove_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
