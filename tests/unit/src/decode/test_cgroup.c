/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_test.h"

#include "../temporary.h"
#include "base/limits.h"
#include "decode/cgroup_mount.h"

static uint64_t make_folder(const char *path)
{
	struct stat status;

	if (mkdir(path, 0700) && errno != EEXIST)
		return 0;
	return stat(path, &status) ? 0 : status.st_ino;
}

static const char *decoded(struct decode_chain *chain, uint64_t id)
{
	static char text[LIMIT_ATTRIBUTE_STRING + 1];
	const struct value in = UINT(id);
	struct arena arena = {0};
	struct value out;
	struct err err = {{0}};

	decode_chain_prepare(chain, &in, 1);
	if (decode_chain_run(chain, &in, &out, &arena, &err))
		snprintf(text, sizeof(text), "-EINVAL: %.200s", err.text);
	else
		snprintf(text, sizeof(text), "%s", out.string);
	arena_fini(&arena);
	return text;
}

static const char *unknown(uint64_t id)
{
	static char text[64];

	snprintf(text, sizeof(text), "unknown_cgroup_id:%llu", (unsigned long long)id);
	return text;
}

/* The folders of a tree that is no file system of cgroups have ids as well. */
static void walked(void **state)
{
	char tree[512], slice[512], service[512];
	const struct decode_argument arguments[] = {{"path", tree}, {"relative", "true"}};
	const struct decode_step step = {"cgroup", arguments, 1},
				 relative = {"cgroup", arguments, 2};
	struct decode_chain *chain;
	uint64_t ids[3];

	(void)state;
	snprintf(tree, sizeof(tree), "%s", temporary_path("tree"));
	snprintf(slice, sizeof(slice), "%s", temporary_path("tree/a.slice"));
	snprintf(service, sizeof(service), "%s", temporary_path("tree/a.slice/b|c.service"));
	ids[0] = make_folder(tree);
	ids[1] = make_folder(slice);
	ids[2] = make_folder(service);
	chain = chain_of(&step, 1);
	assert_true(decode_chain_is_volatile(chain));
	assert_string_equal(decoded(chain, ids[0]), tree);
	assert_string_equal(decoded(chain, ids[1]), slice);
	assert_string_equal(decoded(chain, ids[2]), service);
	assert_string_equal(decoded(chain, 0), unknown(0));
	assert_string_equal(decoded(chain, UINT64_MAX), unknown(UINT64_MAX));
	/* Names of those that have gone stay. */
	assert_int_equal(rmdir(service), 0);
	assert_string_equal(decoded(chain, ids[2]), service);
	decode_chain_free(chain);
	chain = chain_of(&relative, 1);
	assert_string_equal(decoded(chain, ids[0]), "/");
	assert_string_equal(decoded(chain, ids[1]), "/a.slice");
	assert_string_equal(decoded(chain, ids[2]), unknown(ids[2]));
	decode_chain_free(chain);
}

static void inputs(void **state)
{
	const struct decode_argument path = {"path", temporary_path(".")};
	const struct decode_step step = {"cgroup", &path, 1};
	static const struct decode_row rows[] = {
		{UINT(0), "unknown_cgroup_id:0"},
		{STRING("0"), "unknown_cgroup_id:0"},
		{BYTES("\0\0\0\0\0\0\0\0"), "unknown_cgroup_id:0"},
		{STRING("18446744073709551615"), "unknown_cgroup_id:18446744073709551615"},
		{STRING("18446744073709551616"), NULL},
		{SINT(-1), NULL},
		{BYTES(""), NULL},
		{BYTES("abc"), NULL},
		{BYTES("\0\0\0\0\0\0\0\0\0"), NULL},
		{STRING("/"), NULL},
	};

	(void)state;
	check_rows(&step, 1, rows, ARRAY_SIZE(rows));
}

/* More names than are remembered: the oldest are forgotten, and found again if they are there. */
static void names_are_bounded(void **state)
{
	static uint64_t ids[LIMIT_CGROUP_NAMES + 10];
	char tree[512], path[600];
	const struct decode_argument argument = {"path", tree};
	const struct decode_step step = {"cgroup", &argument, 1};
	static struct value values[LIMIT_CGROUP_NAMES + 10];
	struct decode_chain *chain;

	(void)state;
	snprintf(tree, sizeof(tree), "%s", temporary_path("many"));
	make_folder(tree);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		snprintf(path, sizeof(path), "%s/%zu", tree, i);
		ids[i] = make_folder(path);
		assert_int_not_equal(ids[i], 0);
		values[i] = (struct value)UINT(ids[i]);
	}
	chain = chain_of(&step, 1);
	decode_chain_prepare(chain, values, LIMIT_BATCH_ENTRIES);
	decode_chain_prepare(chain, values + LIMIT_BATCH_ENTRIES, 10);
	assert_string_equal(decoded(chain, ids[ARRAY_SIZE(ids) - 1]), path);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i += 97) {
		snprintf(path, sizeof(path), "%s/%zu", tree, i);
		assert_string_equal(decoded(chain, ids[i]), path);
	}
	decode_chain_free(chain);
}

static void no_cgroups(void **state)
{
	static const struct decode_argument mountinfo = {"mountinfo", "/dev/null"};
	static const struct decode_step step = {"cgroup", &mountinfo, 1};
	struct decode_chain *chain = chain_of(&step, 1);

	(void)state;
	assert_string_equal(decoded(chain, 5),
		"-EINVAL: decoder cgroup: cgroups cannot be read (no cgroup2 is mounted): "
		"No such file or directory; ids stay numbers");
	assert_string_equal(decoded(chain, 5), "unknown_cgroup_id:5");
	decode_chain_free(chain);
}

static void wrong_arguments(void **state)
{
	static const struct decode_argument wrong[] = {{"relative", "yes"}, {"controler", "x"}};
	static const char *const messages[] = {"found relative 'yes', expected true or false",
		"found the argument 'controler' of the decoder 'cgroup', expected 'controller'"};
	struct decode_chain *chain;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		const struct decode_step step = {"cgroup", &wrong[i], 1};

		assert_int_equal(decode_chain_new(&chain, &step, 1, &err), -EINVAL);
		assert_string_equal(err.text, messages[i]);
	}
}

/* A cgroup of its own: made, found by the kernel's help or by walking, removed, still known. */
static void a_real_one(const char *controller)
{
	const struct decode_argument argument = {"controller", controller};
	const struct decode_step step = {"cgroup", &argument, controller ? 1 : 0};
	char mount[3000], path[4000];
	struct decode_chain *chain;
	uint64_t id;

	if (cgroup_mount_find("/proc/self/mountinfo", controller, mount, sizeof(mount)))
		return;
	snprintf(path, sizeof(path), "%s/otelbpf-test-%d", mount, (int)getpid());
	id = make_folder(path);
	if (!id)
		return; /* not allowed */
	chain = chain_of(&step, 1);
	assert_string_equal(decoded(chain, id), path);
	assert_int_equal(rmdir(path), 0);
	assert_string_equal(decoded(chain, id), path);
	decode_chain_free(chain);
	chain = chain_of(&step, 1);
	assert_string_equal(decoded(chain, id), unknown(id));
	assert_string_equal(decoded(chain, id + 12345), unknown(id + 12345));
	decode_chain_free(chain);
}

static void real_ones(void **state)
{
	(void)state;
	a_real_one(NULL);
	a_real_one("memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walked),
		cmocka_unit_test(inputs),
		cmocka_unit_test(names_are_bounded),
		cmocka_unit_test(no_cgroups),
		cmocka_unit_test(wrong_arguments),
		cmocka_unit_test(real_ones),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
