/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#include <string.h>

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Optimal string alignment; rows of the table are kept for the last three characters of `a`. */
static unsigned int distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned int rows[3][NEAREST_LENGTH + 1];
	unsigned int *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= nb; j++)
		above[j] = (unsigned int)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned int *oldest = before;

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned char x = lower(a[i - 1]), y = lower(b[j - 1]);

			row[j] = least(above[j], row[j - 1]) + 1;
			row[j] = least(row[j], above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[nb];
}

void nearest_init(struct nearest *nearest, const char *wanted)
{
	/* One slip per three characters, and one in the shortest words. */
	*nearest = (struct nearest){.wanted = wanted, .distance = strlen(wanted) / 3 + 2};
}

void nearest_offer(struct nearest *nearest, const char *name)
{
	size_t wanted_length = strlen(nearest->wanted), length = strlen(name);
	unsigned int d;

	if (wanted_length > NEAREST_LENGTH || length > NEAREST_LENGTH)
		return;
	d = distance(nearest->wanted, wanted_length, name, length);
	/* Nothing in common is not near, however short both are. */
	if (d >= nearest->distance || d >= wanted_length || d >= length)
		return;
	nearest->name = name;
	nearest->distance = d;
}
