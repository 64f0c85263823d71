/* SPDX-License-Identifier: Apache-2.0 */
#include "config/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"

/* Atoms that take a prefix (UCUM: "metric"), and those that do not. */
static const char *const metric_atoms[] = {"m", "s", "g", "rad", "K", "C", "cd", "mol", "sr", "Hz",
	"N", "Pa", "J", "W", "A", "V", "F", "Ohm", "S", "Wb", "lm", "lx", "Bq", "Gy", "Sv", "Cel",
	"l", "L", "ar", "t", "bar", "u", "eV", "pc", "B", "Np", "cal", "bit", "By", "Bd"};
static const char *const plain_atoms[] = {"10*", "10^", "[pi]", "%", "[ppth]", "[ppm]", "[ppb]",
	"[pptr]", "min", "h", "d", "wk", "mo", "a", "deg", "'", "''", "gon", "atm", "[degF]",
	"[in_i]", "[ft_i]", "[mi_i]", "[lb_av]", "[car_au]"};
/* UCUM: decimal prefixes, then the binary ones, which have two letters: longest first. */
static const char *const prefixes[] = {"Ki", "Mi", "Gi", "Ti", "da", "Y", "Z", "E", "P", "T", "G",
	"M", "k", "h", "d", "c", "m", "u", "n", "p", "f", "a", "z", "y"};

/* What people write, and what they mean. */
static const struct {
	const char *wrong, *right;
} slips[] = {
	{"sec", "s"},
	{"secs", "s"},
	{"second", "s"},
	{"seconds", "s"},
	{"millisecond", "ms"},
	{"milliseconds", "ms"},
	{"msec", "ms"},
	{"microsecond", "us"},
	{"microseconds", "us"},
	{"usec", "us"},
	{"nanosecond", "ns"},
	{"nanoseconds", "ns"},
	{"nsec", "ns"},
	{"minute", "min"},
	{"minutes", "min"},
	{"hour", "h"},
	{"hours", "h"},
	{"day", "d"},
	{"days", "d"},
	{"b", "By"},
	{"byte", "By"},
	{"bytes", "By"},
	{"Byte", "By"},
	{"Bytes", "By"},
	{"KB", "kBy"},
	{"kB", "kBy"},
	{"KiB", "KiBy"},
	{"MB", "MBy"},
	{"MiB", "MiBy"},
	{"GB", "GBy"},
	{"GiB", "GiBy"},
	{"KBy", "kBy"},
	{"bits", "bit"},
	{"percent", "%"},
	{"ratio", "1"},
	{"hertz", "Hz"},
	{"celsius", "Cel"},
	{"watts", "W"},
	{"joules", "J"},
};

struct cursor {
	const char *next;
	const char *bad; /* where the first thing that is no unit begins */
	size_t bad_length;
};

static bool refuse(struct cursor *cursor, const char *at, size_t length)
{
	cursor->bad = at;
	cursor->bad_length = length;
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_atom(const char *const *atoms, size_t count, const char *text, size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(atoms[i]) == length && memcmp(atoms[i], text, length) == 0)
			return true;
	return false;
}

static bool is_simple_unit(const char *text, size_t length)
{
	if (is_atom(plain_atoms, ARRAY_SIZE(plain_atoms), text, length) ||
		is_atom(metric_atoms, ARRAY_SIZE(metric_atoms), text, length))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (n < length && memcmp(prefixes[i], text, n) == 0 &&
			is_atom(metric_atoms, ARRAY_SIZE(metric_atoms), text + n, length - n))
			return true;
	}
	return false;
}

static bool parse_annotation(struct cursor *cursor)
{
	const char *start = cursor->next++;

	while (*cursor->next && *cursor->next != '}' && *cursor->next != '{')
		cursor->next++;
	if (*cursor->next != '}' || cursor->next == start + 1)
		return refuse(cursor, start, strlen(start));
	cursor->next++;
	return true;
}

static void skip_digits(struct cursor *cursor)
{
	while (is_digit(*cursor->next))
		cursor->next++;
}

static bool parse_exponent(struct cursor *cursor)
{
	const char *start = cursor->next;

	if (*cursor->next == '+' || *cursor->next == '-')
		cursor->next++;
	if (cursor->next != start && !is_digit(*cursor->next))
		return refuse(cursor, start, strlen(start));
	skip_digits(cursor);
	return true;
}

/* UCUM section 2.1: an atom with its exponent, a number, a term in parentheses, or an annotation.
 */
static bool parse_term(struct cursor *cursor);

static bool parse_component(struct cursor *cursor)
{
	const char *start = cursor->next;
	size_t length;

	if (*start == '{')
		return parse_annotation(cursor);
	if (*start == '(') {
		cursor->next++;
		if (!parse_term(cursor))
			return false;
		if (*cursor->next != ')')
			return refuse(cursor, start, strlen(start));
		cursor->next++;
	} else if (is_digit(*start) && strncmp(start, "10*", 3) && strncmp(start, "10^", 3)) {
		skip_digits(cursor);
	} else {
		length = start[0] == '['    ? strcspn(start, "]") + (strchr(start, ']') != NULL)
			 : is_digit(*start) ? 3
					    : strcspn(start, "0123456789+-./(){}[]");
		if (!length || !is_simple_unit(start, length))
			return refuse(cursor, start, length ? length : strlen(start));
		cursor->next += length;
		if (!parse_exponent(cursor))
			return false;
	}
	return *cursor->next != '{' || parse_annotation(cursor);
}

static bool parse_term(struct cursor *cursor)
{
	if (*cursor->next == '/')
		cursor->next++;
	for (;;) {
		if (!parse_component(cursor))
			return false;
		if (*cursor->next != '.' && *cursor->next != '/')
			return true;
		cursor->next++;
	}
}

static const char *explain(const struct cursor *cursor, char *text, size_t size)
{
	int length = (int)cursor->bad_length;

	if (!length) {
		snprintf(text, size, "it ends where a unit is expected");
		return text;
	}
	for (size_t i = 0; i < ARRAY_SIZE(slips); i++)
		if (strlen(slips[i].wrong) == cursor->bad_length &&
			memcmp(slips[i].wrong, cursor->bad, cursor->bad_length) == 0) {
			snprintf(text, size, "'%s' is not UCUM; did you mean '%s'?", slips[i].wrong,
				slips[i].right);
			return text;
		}
	snprintf(text, size,
		"'%.*s' is not UCUM; expected a unit such as s, By or 1, or for counted "
		"things their name in braces, such as {request}",
		length, cursor->bad);
	return text;
}

const char *unit_check(const char *unit, char *text, size_t size)
{
	struct cursor cursor = {.next = unit};

	if (strlen(unit) > LIMIT_UNIT) {
		snprintf(text, size, "it has %zu characters, expected at most %d", strlen(unit),
			LIMIT_UNIT);
		return text;
	}
	for (const char *c = unit; *c; c++)
		if (*c < 0x21 || *c > 0x7e) {
			snprintf(text, size, "found a blank or a character that is not ASCII");
			return text;
		}
	if (!parse_term(&cursor))
		return explain(&cursor, text, size);
	if (*cursor.next) {
		refuse(&cursor, cursor.next, strlen(cursor.next));
		return explain(&cursor, text, size);
	}
	return NULL;
}

enum unit_kind {
	UNIT_TIME,
	UNIT_SIZE
};

/* In the smallest unit of each kind: ns, bytes. */
static const struct conversion {
	const char *unit;
	enum unit_kind kind;
	uint64_t scale;
} conversions[] = {
	{"ns", UNIT_TIME, UINT64_C(1)},
	{"us", UNIT_TIME, UINT64_C(1000)},
	{"ms", UNIT_TIME, UINT64_C(1000000)},
	{"s", UNIT_TIME, UINT64_C(1000000000)},
	{"min", UNIT_TIME, UINT64_C(60000000000)},
	{"h", UNIT_TIME, UINT64_C(3600000000000)},
	{"d", UNIT_TIME, UINT64_C(86400000000000)},
	{"By", UNIT_SIZE, UINT64_C(1)},
	{"kBy", UNIT_SIZE, UINT64_C(1000)},
	{"KiBy", UNIT_SIZE, UINT64_C(1) << 10},
	{"MBy", UNIT_SIZE, UINT64_C(1000000)},
	{"MiBy", UNIT_SIZE, UINT64_C(1) << 20},
	{"GBy", UNIT_SIZE, UINT64_C(1000000000)},
	{"GiBy", UNIT_SIZE, UINT64_C(1) << 30},
	{"TBy", UNIT_SIZE, UINT64_C(1000000000000)},
	{"TiBy", UNIT_SIZE, UINT64_C(1) << 40},
};

static const struct conversion *find_conversion(const char *unit)
{
	for (size_t i = 0; i < ARRAY_SIZE(conversions); i++)
		if (strcmp(conversions[i].unit, unit) == 0)
			return &conversions[i];
	return NULL;
}

enum unit_relation unit_divisor(const char *from, const char *to, uint64_t *divisor)
{
	const struct conversion *a = find_conversion(from), *b = find_conversion(to);

	if (strcmp(from, to) == 0) {
		*divisor = 1;
		return UNIT_CONVERTS;
	}
	if (!a || !b)
		return UNIT_UNKNOWN;
	if (a->kind != b->kind)
		return UNIT_OTHER_KIND;
	if (b->scale % a->scale)
		return UNIT_SMALLER;
	*divisor = b->scale / a->scale;
	return UNIT_CONVERTS;
}
