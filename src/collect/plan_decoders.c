/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of an attribute's decoders. */
#include "collect/plan_private.h"

#include <errno.h>

/* Each decoder of a chain that is wrong, at its own place; `why` if it is none of them. */
static int decoders_fail(struct binding *b, const struct attribute_definition *definition,
	const struct decode_step *steps, const struct err *why)
{
	size_t wrong = 0;

	for (size_t i = 0; i < definition->decoder_count; i++) {
		struct decode_chain *alone;
		struct err err = {0};

		if (!decode_chain_new(&alone, &steps[i], 1, &err)) {
			decode_chain_free(alone);
			continue;
		}
		binding_fail(b, definition->decoders[i].position, "%s", err.text);
		wrong++;
	}
	return wrong ? -EINVAL : binding_fail(b, definition->position, "%s", why->text);
}

static enum value_type type_of(const struct field *field)
{
	switch (field->kind) {
	case FIELD_UINT:
		return VALUE_UINT;
	case FIELD_INT:
	case FIELD_ENUM:
		return VALUE_INT;
	case FIELD_BOOL:
		return VALUE_BOOL;
	case FIELD_CHARS:
		return VALUE_STRING;
	case FIELD_ARRAY:
	case FIELD_BYTES:
		break;
	}
	return VALUE_BYTES;
}

/* What the first decoder could make nothing of, whatever the key. */
static int check_field(
	struct binding *b, const struct attribute_definition *definition, const struct field *field)
{
	const struct decoder_definition *first = definition->decoders;
	struct err why = {0};

	if (!definition->decoder_count || !field ||
		!decoder_takes(decoder_find(first->name), type_of(field), field->size, &why))
		return 0;
	return binding_fail(b, first->position, "attribute %s: %s", definition->name, why.text);
}

int bind_decoders(struct binding *b, const struct attribute_definition *definition,
	struct attribute_plan *plan)
{
	size_t count = definition->decoder_count;
	struct decode_step *steps = arena_alloc(b->arena, (count + 1) * sizeof(*steps));
	struct err why = {0};

	if (!steps)
		return binding_no_memory(b);
	for (size_t i = 0; i < count; i++) {
		const struct decoder_definition *decoder = &definition->decoders[i];
		struct decode_argument *arguments;

		arguments = arena_alloc(
			b->arena, (decoder->argument_count + 1) * sizeof(*arguments));
		if (!arguments)
			return binding_no_memory(b);
		for (size_t j = 0; j < decoder->argument_count; j++)
			arguments[j] = (struct decode_argument){
				decoder->arguments[j].key, decoder->arguments[j].value};
		steps[i] = (struct decode_step){
			.decoder = decoder->name,
			.arguments = arguments,
			.argument_count = decoder->argument_count,
		};
	}
	if (decode_chain_new(&plan->chain, steps, count, &why))
		return decoders_fail(b, definition, steps, &why);
	b->plan->is_volatile |= decode_chain_is_volatile(plan->chain);
	plan->by_enum_name = !count && plan->field && plan->field->kind == FIELD_ENUM;
	return check_field(b, definition, plan->field);
}
