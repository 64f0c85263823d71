/* SPDX-License-Identifier: Apache-2.0 */
#include "config/duration.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

int duration_parse(const char *text, uint64_t *ns)
{
	static const struct {
		const char *suffix;
		uint64_t ns;
	} units[] = {
		{"ms", UINT64_C(1000000)},
		{"s", UINT64_C(1000000000)},
		{"m", 60 * UINT64_C(1000000000)},
		{"h", 3600 * UINT64_C(1000000000)},
		{"d", 86400 * UINT64_C(1000000000)},
	};
	size_t digits = strspn(text, "0123456789");
	char number[24];
	uint64_t value;
	int result;

	if (!digits || digits >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, digits);
	number[digits] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(text + digits, units[i].suffix) != 0)
			continue;
		result = str_to_u64(number, &value);
		if (result)
			return result;
		return __builtin_mul_overflow(value, units[i].ns, ns) ? -ERANGE : 0;
	}
	return -EINVAL;
}
