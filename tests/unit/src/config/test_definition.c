/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "src/config/golden.h"
#include "src/temporary.h"

static int load(
	const char *file, struct arena *arena, struct pack_definition *pack, struct err *err)
{
	return definition_load(&(struct definition_options){.file = file}, arena, pack, err);
}

static void golden_files(void **state)
{
	(void)state;
	assert_true(golden_check_folder("definition", false) > 50);
}

static const char everything[] = SOURCE_DIR "/tests/golden/definition/good_everything.yaml";

static void check_pack(const struct pack_definition *pack)
{
	assert_string_equal(pack->name, "good_everything");
	assert_string_equal(pack->file, everything);
	assert_string_equal(pack->version, "1.2.3-rc.1+build.5");
	assert_string_equal(pack->description, "All that a definition can have.");
	assert_int_equal(pack->choice_count, 2);
	assert_int_equal(pack->choices[0].program_count, 2);
	assert_string_equal(pack->choices[0].programs[1], "prog_old");
	assert_int_equal(pack->choices[0].position.line, 4);
	assert_int_equal(pack->choices[0].position.column, 5);
	assert_string_equal(pack->choices[1].programs[0], "other");
	assert_int_equal(pack->metric_count, 3);
	assert_int_equal(pack->constant_count, 3);
	assert_string_equal(pack->constants[0].name, "shortest_ns");
	assert_string_equal(pack->constants[0].text, "1000");
	assert_false(pack->constants[0].quoted);
	assert_int_equal(pack->constants[0].position.line, 7);
	assert_int_equal(pack->constants[0].position.column, 16);
	assert_string_equal(pack->constants[1].text, "nginx");
	assert_true(pack->constants[1].quoted);
	assert_string_equal(pack->constants[2].text, "true");
	assert_int_equal(pack->attachment_count, 2);
	assert_string_equal(pack->attachments[0].program, "prog_new");
	assert_int_equal(pack->attachments[0].hook_count, 1);
	assert_string_equal(pack->attachments[0].hooks[0], "xdp/eth0");
	assert_string_equal(pack->attachments[1].program, "other");
	assert_int_equal(pack->attachments[1].hook_count, 2);
	assert_string_equal(pack->attachments[1].hooks[1], "usdt//opt/my python:python:line");
}

static void check_histogram(const struct metric_definition *metric)
{
	const struct attribute_definition *attribute;

	assert_string_equal(metric->name, "bio.latency");
	assert_string_equal(metric->instrument, "histogram");
	assert_string_equal(metric->unit, "s");
	assert_string_equal(metric->measured_in, "ns");
	assert_true(metric->divisor == UINT64_C(1000000000));
	assert_int_equal(metric->buckets, BUCKETS_EXP2);
	assert_int_equal(metric->exp2_first, 63);
	assert_null(metric->value);
	assert_null(metric->per_cpu);
	assert_int_equal(metric->position.line, 11);
	assert_int_equal(metric->attribute_count, 3);
	attribute = &metric->attributes[0];
	assert_string_equal(attribute->field, "device");
	assert_int_equal(attribute->decoder_count, 1);
	assert_string_equal(attribute->decoders[0].name, "majorminor");
	assert_int_equal(attribute->decoders[0].argument_count, 0);
	assert_int_equal(attribute->decoders[0].position.line, 21);
	assert_int_equal(attribute->decoders[0].position.column, 17);
	attribute = &metric->attributes[1];
	assert_string_equal(attribute->field, "a.b");
	assert_string_equal(attribute->decoders[0].name, "static_map");
	assert_int_equal(attribute->decoders[0].argument_count, 3);
	assert_string_equal(attribute->decoders[0].arguments[1].key, "1");
	assert_string_equal(attribute->decoders[0].arguments[1].value, "write");
	assert_string_equal(attribute->decoders[0].arguments[2].key, "allow_unknown");
	assert_string_equal(attribute->decoders[0].arguments[2].value, "true");
	attribute = &metric->attributes[2];
	assert_null(attribute->field);
	assert_int_equal(attribute->decoder_count, 0);
}

static void check_numbers(const struct metric_definition *metric)
{
	const struct attribute_definition *attribute;

	assert_true(metric->divisor == 1);
	assert_null(metric->measured_in);
	assert_int_equal(metric->buckets, BUCKETS_NONE);
	assert_string_equal(metric->value, "count");
	assert_string_equal(metric->per_cpu, "cpu.logical_number");
	assert_int_equal(metric->attribute_count, 0);

	metric++;
	assert_true(metric->divisor == 1024);
	assert_int_equal(metric->attributes[0].decoder_count, 3);
	assert_string_equal(metric->attributes[0].decoders[2].name, "string");
	attribute = &metric->attributes[1];
	assert_int_equal(attribute->decoders[0].argument_count, 2);
	assert_string_equal(attribute->decoders[0].arguments[0].key, "pattern");
	assert_string_equal(attribute->decoders[0].arguments[0].value, "^(.*)[.]service$");
	assert_string_equal(attribute->decoders[0].arguments[1].key, "pattern");
	assert_string_equal(attribute->decoders[0].arguments[1].value, "^kworker");
}

static void everything_arrives(void **state)
{
	struct pack_definition pack;
	struct arena arena = {0};
	struct err err;

	(void)state;
	assert_int_equal(load(everything, &arena, &pack, &err), 0);
	check_pack(&pack);
	check_histogram(&pack.metrics[0]);
	check_numbers(&pack.metrics[1]);
	arena_fini(&arena);
}

static void packs_of_the_project(void **state)
{
	struct pack_definition pack;
	struct arena arena = {0};
	struct err err;
	glob_t files;

	(void)state;
	assert_int_equal(glob(SOURCE_DIR "/examples/*/*.yaml", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		if (load(files.gl_pathv[i], &arena, &pack, &err))
			fail_msg("%s", err.text);
	globfree(&files);
	arena_fini(&arena);
}

static void unreadable(void **state)
{
	struct pack_definition pack;
	struct arena arena = {0};
	struct err err;

	(void)state;
	assert_int_equal(load("/nonexistent/x.yaml", &arena, &pack, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/x.yaml: No such file or directory");
	assert_int_equal(load("/", &arena, &pack, &err), -EISDIR);
	assert_int_equal(load("/dev/zero", &arena, &pack, &err), -EINVAL);
	assert_string_equal(err.text, "/dev/zero: the file has more than 1048576 bytes");
	/* Nobody writes to it. */
	assert_int_equal(mkfifo(temporary_path("fifo.yaml"), 0600), 0);
	assert_int_equal(load(temporary_path("fifo.yaml"), &arena, &pack, &err), -EINVAL);
	assert_non_null(strstr(err.text, "fifo.yaml:1:1: found an empty file"));
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_files),
		cmocka_unit_test(everything_arrives),
		cmocka_unit_test(packs_of_the_project),
		cmocka_unit_test(unreadable),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
