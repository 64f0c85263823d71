/* SPDX-License-Identifier: Apache-2.0 */
#include "read/map.h"

#include <string.h>

const struct field *layout_find(const struct layout *layout, const char *name)
{
	for (size_t i = 0; i < layout->field_count; i++) {
		if (!strcmp(layout->fields[i].name, name))
			return &layout->fields[i];
	}
	return NULL;
}
