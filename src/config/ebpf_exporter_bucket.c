/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a histogram that describe its buckets. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/nearest.h"
#include "base/str.h"
#include "config/ebpf_exporter_rows.h"

bool node_number(struct parse *parse, const struct yaml_node *node, uint64_t most,
	const char *expected, uint64_t *number)
{
	const char *text = node_text(parse, node, expected);

	if (!text)
		return false;
	if (!node->quoted && str_to_u64(text, number) == 0 && *number <= most)
		return true;
	report_add(parse->report, node->position, "found %s, expected %s: 0 to %llu",
		yaml_describe(node, parse->arena), expected, (unsigned long long)most);
	return false;
}

/*
 * What the programs put into the bucket with the number n (macros of examples/maps.bpf.h there):
 * exp2: values above 2^(n-1) up to 2^n, 0 has 0 and 1; exp2zero: the same one number higher, 0 has
 * only 0; linear: n is the value divided by the multiplier, rounded down, so it has all values
 * below (n+1) x multiplier. The programs put what is above the last bucket into it.
 */
static double bound_exp2(const struct decimal *multiplier, uint64_t n)
{
	return ldexp(decimal_times(multiplier, 1), (int)n);
}

static double bound_exp2zero(const struct decimal *multiplier, uint64_t n)
{
	return n ? ldexp(decimal_times(multiplier, 1), (int)n - 1) : 0;
}

static double bound_linear(const struct decimal *multiplier, uint64_t n)
{
	/* Whole values below (n+1) x multiplier are those up to one less. */
	return decimal_times(multiplier, n + 1) - (multiplier->denominator == 1 ? 1 : 0);
}

static const struct bucket_type {
	const char *name;
	uint64_t max_limit;
	double (*bound)(const struct decimal *multiplier, uint64_t n); /* NULL: fixed */
} bucket_types[] = {
	/* The exponent of no 64-bit value is greater; a double has room for all of them. */
	{"exp2", 64, bound_exp2},
	{"exp2zero", 65, bound_exp2zero},
	{"linear", UINT32_MAX, bound_linear},
	{"fixed", 0, NULL},
};

const struct shape shape_bucket_type = {.kind = SHAPE_CHOICE,
	.choices = (const char *const[]){"exp2", "exp2zero", "linear", "fixed", NULL}};
const struct shape shape_bucket_number = {.kind = SHAPE_NUMBER, .most = UINT32_MAX};
const struct shape shape_bucket_keys = {.kind = SHAPE_LIST,
	.items = &(const struct shape){.kind = SHAPE_DECIMAL},
	.least = 1,
	.most = LIMIT_BOUNDS};
const struct shape shape_multiplier = {.kind = SHAPE_DECIMAL};

static const struct bucket_type *find_type(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(bucket_types); i++)
		if (strcmp(bucket_types[i].name, name) == 0)
			return &bucket_types[i];
	return NULL;
}

void row_bucket_type(struct parse *parse, const struct yaml_node *node, void *target)
{
	static const char expected[] = "exp2, exp2zero, linear or fixed";
	const char *text = node_text(parse, node, expected);
	struct nearest nearest;

	if (!text)
		return;
	if (find_type(text)) {
		((struct exporter_buckets *)target)->type = text;
		return;
	}
	nearest_init(&nearest, text);
	for (size_t i = 0; i < ARRAY_SIZE(bucket_types); i++)
		nearest_offer(&nearest, bucket_types[i].name);
	report_add(parse->report, node->position, "found the bucket_type %s%s%s%s",
		yaml_describe(node, parse->arena),
		nearest.name ? "; did you mean '" : ", expected ",
		nearest.name ? nearest.name : expected, nearest.name ? "'?" : "");
}

void row_bucket_min(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct exporter_buckets *buckets = target;

	if (node_number(parse, node, UINT32_MAX, "the number of the first bucket", &buckets->min))
		buckets->min_at = node;
}

void row_bucket_max(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct exporter_buckets *buckets = target;

	if (node_number(parse, node, UINT32_MAX, "the number of the last bucket", &buckets->max))
		buckets->max_at = node;
}

void row_bucket_multiplier(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct exporter_buckets *buckets = target;
	static const char expected[] = "a number such as 0.000001, 1e-6 or 50";
	const char *text = node_text(parse, node, expected);
	struct decimal multiplier;
	int result;

	if (!text)
		return;
	result = node->quoted ? -EINVAL : decimal_parse(text, &multiplier);
	if (result == -ERANGE)
		report_add(parse->report, node->position,
			"found %s, expected a number with fewer digits",
			yaml_describe(node, parse->arena));
	else if (result)
		report_add(parse->report, node->position, "found %s, expected %s",
			yaml_describe(node, parse->arena), expected);
	else if (multiplier.numerator) /* 0 stands for 1 */
		buckets->multiplier = multiplier;
}

/* Whole numbers, which "10.0" is too. */
static bool bucket_key(struct parse *parse, const struct yaml_node *node, uint64_t *key)
{
	static const char expected[] = "a whole number, as bucket numbers in keys of the map are";
	const char *text = node_text(parse, node, expected);
	struct decimal decimal;

	if (!text)
		return false;
	if (!node->quoted && decimal_parse(text, &decimal) == 0 && decimal.denominator == 1 &&
		decimal.numerator < UINT64_MAX) {
		*key = decimal.numerator;
		return true;
	}
	report_add(parse->report, node->position, "found %s, expected %s",
		yaml_describe(node, parse->arena), expected);
	return false;
}

void row_bucket_keys(struct parse *parse, const struct yaml_node *node, void *target)
{
	struct exporter_buckets *buckets = target;

	if (!node_is_list(parse, node, "a list of bucket numbers", LIMIT_BOUNDS))
		return;
	buckets->keys = parse_alloc(parse, node->count * sizeof(*buckets->keys));
	for (const struct yaml_node *child = node->first; buckets->keys && child;
		child = child->next)
		if (bucket_key(parse, child, &buckets->keys[buckets->key_count]))
			buckets->key_count++;
	buckets->keys_at = node;
}

static bool alloc_rows(
	struct parse *parse, struct bucket_rows *rows, size_t count, uint64_t **numbers)
{
	*numbers = parse_alloc(parse, count * sizeof(**numbers));
	rows->numbers = *numbers;
	rows->number_count = count;
	return *numbers != NULL;
}

static bool make_dynamic(struct parse *parse, const struct bucket_type *type,
	const struct exporter_buckets *buckets, struct bucket_rows *rows)
{
	uint64_t count = buckets->max - buckets->min + 1, *numbers;
	double *bounds;

	if (buckets->max < buckets->min || buckets->max > type->max_limit ||
		count > LIMIT_BOUNDS + 1) {
		report_add(parse->report, buckets->max_at->position,
			"found the buckets %llu to %llu, expected at least one, at most %d, and "
			"none above %llu with %s",
			(unsigned long long)buckets->min, (unsigned long long)buckets->max,
			LIMIT_BOUNDS + 1, (unsigned long long)type->max_limit, type->name);
		return false;
	}
	bounds = parse_alloc(parse, count * sizeof(*bounds));
	if (!bounds || !alloc_rows(parse, rows, count, &numbers))
		return false;
	for (size_t i = 0; i < count; i++) {
		numbers[i] = buckets->min + i;
		bounds[i] = type->bound(&buckets->multiplier, numbers[i]);
	}
	rows->bounds = bounds;
	rows->bound_count = (uint32_t)count - 1;
	rows->sum_number = buckets->max + 1;
	return true;
}

static int by_value(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* The sum stands behind the last key as the file has them, whatever their order. */
static bool make_fixed(
	struct parse *parse, const struct exporter_buckets *buckets, struct bucket_rows *rows)
{
	size_t count = buckets->key_count;
	uint64_t *numbers;
	double *bounds = parse_alloc(parse, (count + 1) * sizeof(*bounds));

	if (!count || !bounds || !alloc_rows(parse, rows, count, &numbers))
		return false; /* all keys were wrong */
	rows->sum_number = buckets->keys[count - 1] + 1;
	memcpy(numbers, buckets->keys, count * sizeof(*numbers));
	qsort(numbers, count, sizeof(*numbers), by_value);
	for (size_t i = 0; i < count; i++) {
		bounds[i] = decimal_times(&buckets->multiplier, numbers[i]);
		if ((i && bounds[i] <= bounds[i - 1]) || numbers[i] == rows->sum_number) {
			report_add(parse->report, buckets->keys_at->position,
				"found bucket %llu %s, expected each once, and none one above the "
				"last in the list: there is the sum",
				(unsigned long long)numbers[i],
				numbers[i] == rows->sum_number ? "where the sum is" : "again");
			return false;
		}
	}
	rows->bounds = bounds;
	rows->bound_count = (uint32_t)count;
	return true;
}

/* Of what the type does not have. */
static void refuse(struct parse *parse, const struct yaml_node *node, const char *type)
{
	if (node)
		report_add(parse->report, node->key_position,
			"found '%s' in a histogram with buckets of type %s, which has none",
			node->key, type);
}

bool make_bucket_rows(struct parse *parse, const struct yaml_node *node,
	const struct exporter_buckets *buckets, struct bucket_rows *rows)
{
	const struct bucket_type *type = buckets->type ? find_type(buckets->type) : NULL;

	if (!type)
		return false; /* reported by its row, or as missing */
	if (type->bound) {
		refuse(parse, buckets->keys_at, type->name);
		if (buckets->max_at)
			return make_dynamic(parse, type, buckets, rows);
		if (!yaml_get(node, "bucket_max"))
			report_add(parse->report, node->position,
				"found a histogram without 'bucket_max', expected the number of "
				"the last bucket");
		return false;
	}
	/* Their JSON schema wants bucket_min and bucket_max here too, where they say nothing. */
	if (buckets->keys_at)
		return make_fixed(parse, buckets, rows);
	if (!yaml_get(node, "bucket_keys"))
		report_add(parse->report, node->position,
			"found a histogram without 'bucket_keys', expected the numbers of the "
			"buckets");
	return false;
}
