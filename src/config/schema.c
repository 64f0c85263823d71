/* SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"

#include <inttypes.h>

#include "config/definition_rows.h"
#include "config/ebpf_exporter_rows.h"

struct writer {
	struct buf *out;
	const char *const *decoders;
	bool file; /* a configuration file: values may be null, or made of variables */
};

/* Our own text: printable ASCII. */
static void put_string(const struct writer *w, const char *text)
{
	buf_putc(w->out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(w->out, '\\');
		buf_putc(w->out, *text);
	}
	buf_putc(w->out, '"');
}

static void put_strings(const struct writer *w, const char *const *texts)
{
	buf_putc(w->out, '[');
	for (size_t i = 0; texts[i]; i++) {
		if (i)
			buf_puts(w->out, ", ");
		put_string(w, texts[i]);
	}
	buf_putc(w->out, ']');
}

static void put_limit(const struct writer *w, const char *name, uint64_t value)
{
	if (value)
		buf_printf(w->out, ", \"%s\": %" PRIu64, name, value);
}

static void put_table(const struct writer *w, const struct table *table, bool closed);
static void put_shape(const struct writer *w, const struct shape *shape);

/* The inside of a schema object. Texts may look like numbers or booleans: `version: 1.0`. */
static void put_text(const struct writer *w, const struct shape *shape)
{
	buf_puts(w->out, "\"type\": [\"string\", \"number\", \"boolean\"]");
	if (shape->pattern) {
		buf_puts(w->out, ", \"pattern\": ");
		put_string(w, shape->pattern);
	}
}

static void put_number(const struct writer *w, const struct shape *shape)
{
	buf_printf(w->out, "\"type\": \"integer\", \"minimum\": %" PRIu64, shape->least);
	put_limit(w, "maximum", shape->most);
}

/* 1e-6 is a text in YAML 1.1, which some editors go by. */
static void put_decimal(const struct writer *w)
{
	buf_puts(w->out, "\"type\": [\"number\", \"string\"], \"minimum\": 0, "
			 "\"pattern\": \"^[0-9.]+([eE][-+]?[0-9]+)?$\"");
}

/* "labels:" with nothing behind it is an empty list, where those are allowed. */
static void put_list(const struct writer *w, const struct shape *shape)
{
	buf_printf(w->out, "\"type\": %s, \"items\": {",
		shape->least ? "\"array\"" : "[\"array\", \"null\"]");
	put_shape(w, shape->items);
	buf_putc(w->out, '}');
	put_limit(w, "minItems", shape->least);
	put_limit(w, "maxItems", shape->most);
}

/* A name, a mapping with a name in it, or a list of these. */
static void put_decoders(const struct writer *w)
{
	static const char one[] = "{\"$ref\": \"#/definitions/decoder\"}";

	buf_printf(w->out, "\"anyOf\": [%s, {\"type\": \"array\", \"items\": %s, \"minItems\": 1}]",
		one, one);
}

static void put_known_shape(const struct writer *w, const struct shape *shape)
{
	switch (shape->kind) {
	case SHAPE_TEXT:
		put_text(w, shape);
		break;
	case SHAPE_NUMBER:
		put_number(w, shape);
		break;
	case SHAPE_DECIMAL:
		put_decimal(w);
		break;
	case SHAPE_FLAG:
		buf_puts(w->out, "\"type\": \"boolean\"");
		break;
	case SHAPE_CHOICE:
	case SHAPE_DECODER:
		buf_puts(w->out, "\"enum\": ");
		put_strings(w, shape->kind == SHAPE_CHOICE ? shape->choices : w->decoders);
		break;
	case SHAPE_TABLE:
	case SHAPE_OPEN_TABLE:
		put_table(w, shape->table, shape->kind == SHAPE_TABLE);
		break;
	case SHAPE_LIST:
		put_list(w, shape);
		break;
	case SHAPE_TEXTS:
		buf_puts(w->out, "\"type\": \"object\", \"minProperties\": 1, "
				 "\"additionalProperties\": "
				 "{\"type\": [\"string\", \"number\", \"boolean\"]}");
		break;
	case SHAPE_LISTS:
		buf_puts(w->out, "\"type\": \"object\", \"minProperties\": 1, "
				 "\"additionalProperties\": {\"type\": [\"string\", \"array\"], "
				 "\"items\": {\"type\": \"string\"}, \"minItems\": 1}");
		break;
	case SHAPE_DECODERS:
		put_decoders(w);
		break;
	case SHAPE_ANYTHING:
		break;
	}
}

static void put_shape(const struct writer *w, const struct shape *shape)
{
	if (!shape || shape->kind == SHAPE_ANYTHING)
		return;
	if (w->file)
		buf_puts(w->out, "\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"string\", "
				 "\"pattern\": \"[$]\"}, {");
	put_known_shape(w, shape);
	if (w->file)
		buf_puts(w->out, "}]");
}

static void put_row(const struct writer *w, const struct row *row)
{
	put_string(w, row->key);
	buf_puts(w->out, ": {");
	put_shape(w, row->shape);
	if (row->expected) {
		buf_puts(w->out, row->shape && row->shape->kind != SHAPE_ANYTHING ? ", " : "");
		buf_puts(w->out, "\"description\": ");
		put_string(w, row->expected);
	}
	buf_putc(w->out, '}');
}

static void put_table(const struct writer *w, const struct table *table, bool closed)
{
	bool any = false;

	buf_printf(w->out, "\"type\": \"object\", \"additionalProperties\": %s, \"properties\": {",
		closed ? "false" : "true");
	for (size_t i = 0; i < table->count; i++) {
		buf_puts(w->out, i ? ",\n" : "\n");
		put_row(w, &table->rows[i]);
	}
	buf_putc(w->out, '}');
	for (size_t i = 0; i < table->count; i++) {
		if (!table->rows[i].required)
			continue;
		buf_puts(w->out, any ? ", " : ", \"required\": [");
		put_string(w, table->rows[i].key);
		any = true;
	}
	if (any)
		buf_putc(w->out, ']');
}

/* NAME, or { NAME: { ... }, allow_unknown: ... }. */
static void put_decoder(const struct writer *w)
{
	buf_puts(w->out, "{\"anyOf\": [{\"enum\": ");
	put_strings(w, w->decoders);
	buf_puts(w->out, "},\n{\"type\": \"object\", \"additionalProperties\": false, "
			 "\"minProperties\": 1, \"maxProperties\": 2, \"properties\": {");
	for (size_t i = 0; w->decoders[i]; i++) {
		put_string(w, w->decoders[i]);
		buf_puts(w->out, ": {\"type\": \"object\"}, ");
	}
	buf_puts(w->out, "\"allow_unknown\": {\"type\": \"boolean\"}}}]}");
}

void definition_schema(const char *const *decoders, struct buf *out)
{
	const struct writer w = {.out = out, .decoders = decoders};

	buf_puts(out, "{\"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
		      "\"title\": \"Definition of a pack of otelbpf\",\n"
		      /* As ebpf_exporter_recognise(). */
		      "\"if\": {\"required\": [\"metrics\"], \"properties\": {\"metrics\": "
		      "{\"type\": \"object\"}}},\n"
		      "\"then\": {\"$ref\": \"#/definitions/ebpf_exporter\"},\n"
		      "\"else\": {\"$ref\": \"#/definitions/native\"},\n"
		      "\"definitions\": {\n\"decoder\": ");
	put_decoder(&w);
	buf_puts(out, ",\n\"native\": {");
	put_table(&w, &definition_table, true);
	buf_puts(out, "},\n\"ebpf_exporter\": {");
	put_table(&w, &ebpf_exporter_table, true);
	buf_puts(out, "}}}\n");
}

void file_schema(const char *title, const struct table *table, struct buf *out)
{
	static const char *const no_decoders[] = {NULL};
	const struct writer w = {.out = out, .decoders = no_decoders, .file = true};

	buf_puts(out, "{\"$schema\": \"http://json-schema.org/draft-07/schema#\",\n\"title\": ");
	put_string(&w, title);
	buf_puts(out, ",\n");
	put_table(&w, table, false);
	buf_puts(out, "}\n");
}
