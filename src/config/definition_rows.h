/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a definition file, one source file each. Only for definition*.c. */
#pragma once

#include "config/definition.h"
#include "config/rows.h"

row_parser row_description;    /* const char * */
row_parser row_attribute_name; /* const char * */

/* Lists: the target is the struct that holds the array and its count. */
row_parser row_choices;	   /* struct pack_definition */
row_parser row_metrics;	   /* struct pack_definition */
row_parser row_constants;  /* struct pack_definition */
row_parser row_attach;	   /* struct pack_definition */
row_parser row_attributes; /* struct metric_definition */
row_parser row_decoders;   /* struct attribute_definition */

extern const struct shape shape_metrics, shape_attributes;

/* A whole file. */
extern const struct table definition_table;
