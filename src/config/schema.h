/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON schema of definitions, for editors: made from the tables that the parser works with. */
#pragma once

#include "base/buf.h"

/*
 * JSON Schema draft-07 (json-schema.org) of a definition in either dialect. `decoders` are the
 * names that exist, NULL at the end. What the schema refuses the parser refuses too; not the other
 * way round. Asks `out` whether it failed.
 */
void definition_schema(const char *const *decoders, struct buf *out);

struct table;

/* Of a configuration file that the table describes: each value may be null, or have references to
 * variables, and the top may have more than the table knows. */
void file_schema(const char *title, const struct table *table, struct buf *out);
