/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "config/yaml.h"

static int parse(const char *text, struct arena *arena, struct yaml_node **root, struct err *err)
{
	return yaml_parse("f", text, strlen(text), arena, root, err);
}

static void tree_with_positions(void **state)
{
	static const char text[] = "# comment\n"
				   "name: 'x y'\n"
				   "list:\n"
				   "  - 1\n"
				   "  - { a: , \"b\": ~ }\n"
				   "\xc3\xa4: \xc3\xb6\n"
				   "block: |\n"
				   "  one\n"
				   "\ttwo\n";
	struct arena arena = {0};
	struct yaml_node *root;
	const struct yaml_node *node;
	struct err err;

	(void)state;
	assert_int_equal(parse("\xef\xbb\xbf"
			       "a: 1\n",
				 &arena, &root, &err),
		0);
	assert_string_equal(yaml_get(root, "a")->text, "1");
	/* A tab that ends a block is an error; without it all is fine. */
	assert_int_equal(parse(text, &arena, &root, &err), -EINVAL);
	assert_string_equal(
		err.text, "f:9:1: found a tab, expected spaces: YAML is indented with spaces");
	assert_int_equal(yaml_parse("f", text, sizeof(text) - 6, &arena, &root, &err), 0);
	assert_int_equal(root->kind, YAML_MAPPING);
	assert_int_equal(root->count, 4);
	assert_int_equal(root->position.line, 2);
	node = yaml_get(root, "name");
	assert_string_equal(node->text, "x y");
	assert_true(node->quoted);
	assert_int_equal(node->position.line, 2);
	assert_int_equal(node->position.column, 7);
	assert_int_equal(node->key_position.column, 1);
	node = yaml_get(root, "list");
	assert_int_equal(node->kind, YAML_SEQUENCE);
	assert_int_equal(node->count, 2);
	assert_string_equal(node->first->text, "1");
	assert_false(node->first->quoted);
	assert_null(node->first->key);
	node = node->first->next;
	assert_null(node->next);
	assert_int_equal(node->position.line, 5);
	assert_int_equal(node->position.column, 5);
	assert_string_equal(yaml_get(node, "a")->text, "");
	assert_string_equal(yaml_get(node, "b")->text, "~");
	node = yaml_get(root, "\xc3\xa4");
	assert_int_equal(node->position.column, 4); /* characters, not bytes */
	assert_true(yaml_get(root, "block")->quoted);
	assert_null(yaml_get(root, "nothing"));
	arena_fini(&arena);
}

static void refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"", "f:1:1: found an empty file"},
		{"# only a comment\n", "f:1:1: found an empty file"},
		{"a: &x 1\n", "f:1:4: found an anchor (&), expected plain data without anchors"},
		{"a: 1\nb: *x\n", "f:2:4: found an alias (*), expected plain data without aliases"},
		{"a: !!str 1\n", "f:1:4: found a tag (!), expected plain data without tags"},
		{"a: !mine { b: 1 }\n", "f:1:4: found a tag (!), expected plain data without tags"},
		{"a: 1\n---\nb: 1\n",
			"f:2:1: found a second document (---), expected one per file"},
		{"a: 1\nb: 2\na: 3\n",
			"f:3:1: found the key 'a' again, expected it once (first at line 1)"},
		{"b: 1\nb: 2\na: 3\na: 1\n",
			"f:2:1: found the key 'b' again, expected it once (first at line 1)"},
		{"[a, b]: 1\n", "f:1:1: found a list or mapping as a key, expected a word"},
		{"? { a: b }\n: 1\n", "f:1:3: found a list or mapping as a key, expected a word"},
		{"a:\n\tb: 1\n",
			"f:2:1: found a tab, expected spaces: YAML is indented with spaces"},
		{"a:\n  \tb: 1\n",
			"f:2:3: found a tab, expected spaces: YAML is indented with spaces"},
		{"a: \"\\0\"\n", "f:1:4: found an escape that makes a NUL, expected text"},
		{"a: \"\n", NULL},
		{"a: [1\n", NULL},
		{"a: }\n", NULL},
		{"a: b: c\n", NULL},
		{"%YAML 3.0\n---\na: 1\n", NULL},
		{"a: 1\n \xff\n", "f:2:2: found a byte that is not UTF-8, expected text in UTF-8"},
		{"\xc3\xa4: \xc3\n",
			"f:1:4: found a byte that is not UTF-8, expected text in UTF-8"},
		{"a: \x01\n", "f:1:4: found a control character, expected text"},
	};
	struct arena arena = {0};
	struct yaml_node *root;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		err.text[0] = '\0';
		if (parse(rows[i].text, &arena, &root, &err) != -EINVAL)
			fail_msg("row %zu was taken", i);
		if (rows[i].message)
			assert_string_equal(err.text, rows[i].message);
		else if (strncmp(err.text, "f:", 2) != 0 || !strstr(err.text, "not YAML: "))
			fail_msg("row %zu: %s", i, err.text);
	}
	arena_fini(&arena);
}

static void nul_and_size(void **state)
{
	struct arena arena = {0};
	struct yaml_node *root;
	struct err err;
	char *text;

	(void)state;
	assert_int_equal(yaml_parse("f", "a: 1\nb:\0 2\n", 11, &arena, &root, &err), -EINVAL);
	assert_string_equal(err.text, "f:2:3: found a NUL byte, expected text");
	text = malloc(LIMIT_DEFINITION_BYTES + 1);
	assert_non_null(text);
	memset(text, '#', LIMIT_DEFINITION_BYTES + 1);
	assert_int_equal(
		yaml_parse("f", text, LIMIT_DEFINITION_BYTES + 1, &arena, &root, &err), -EINVAL);
	assert_non_null(strstr(err.text, "found a file of 1048577 bytes"));
	memcpy(text, "a: 1\n", 5);
	assert_int_equal(yaml_parse("f", text, LIMIT_DEFINITION_BYTES, &arena, &root, &err), 0);
	free(text);
	arena_fini(&arena);
}

static int parse_repeated(const char *unit, size_t times, struct arena *arena, struct err *err)
{
	struct yaml_node *root;
	struct buf buf;
	int result;

	buf_init(&buf, LIMIT_DEFINITION_BYTES);
	for (size_t i = 0; i < times; i++)
		buf_puts(&buf, unit);
	assert_false(buf.failed);
	result = yaml_parse("f", (const char *)buf.data, buf.length, arena, &root, err);
	buf_fini(&buf);
	return result;
}

static void depth_and_count_are_bounded(void **state)
{
	struct arena arena = {0};
	struct yaml_node *root;
	struct err err;

	(void)state;
	assert_int_equal(parse_repeated("[", 100000, &arena, &err), -EINVAL);
	assert_non_null(strstr(err.text, "33 deep, expected at most 32"));
	assert_int_equal(parse_repeated("{a: ", 100000, &arena, &err), -EINVAL);
	assert_int_equal(parse_repeated("- - ", 100000, &arena, &err), -EINVAL);
	assert_int_equal(parse("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
				 &arena, &root, &err),
		0);
	assert_int_equal(parse_repeated("- 1\n", LIMIT_YAML_NODES - 1, &arena, &err), 0);
	assert_int_equal(parse_repeated("- 1\n", LIMIT_YAML_NODES, &arena, &err), -EINVAL);
	assert_non_null(strstr(err.text, "more than 100000 values"));
	arena_fini(&arena);
}

static void describes(void **state)
{
	struct arena arena = {0};
	struct yaml_node *root;
	struct err err;

	(void)state;
	assert_int_equal(parse("[a, '', , {}, []]", &arena, &root, &err), -EINVAL);
	assert_int_equal(parse("- a\n- ''\n-\n- {}\n- []\n", &arena, &root, &err), 0);
	root = root->first;
	assert_string_equal(yaml_describe(root, &arena), "'a'");
	assert_string_equal(yaml_describe(root->next, &arena), "empty text");
	assert_string_equal(yaml_describe(root->next->next, &arena), "nothing");
	assert_string_equal(yaml_describe(root->next->next->next, &arena), "a mapping");
	assert_string_equal(yaml_describe(root->next->next->next->next, &arena), "a list");
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_with_positions),
		cmocka_unit_test(refused),
		cmocka_unit_test(nul_and_size),
		cmocka_unit_test(depth_and_count_are_bounded),
		cmocka_unit_test(describes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
