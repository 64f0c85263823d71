/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Id of a cgroup -> path of its folder, which is its name. Cgroups go, and what they counted stays:
 * a name that was found once is kept for as long as there is room.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "decode/cgroup_find.h"
#include "decode/cgroup_mount.h"
#include "decode/decoders.h"
#include "decode/value.h"

struct name {
	uint64_t id;
	uint64_t used; /* turn of the last use */
	char *path;
};

struct state {
	struct arena arena;
	const char *mountinfo, *controller; /* NULL: version 2 */
	const char *path;		    /* NULL: found in mountinfo */
	bool relative;
	struct cgroup_tree tree;
	int problem; /* of opening the tree */
	bool told;
	struct name *names; /* LIMIT_CGROUP_NAMES of them, by id */
	size_t count;
	uint64_t turn;
	uint64_t *wanted; /* of the walk: LIMIT_BATCH_ENTRIES ids, sorted */
	size_t wanted_count;
};

/* The first that is not below. */
static size_t name_position(const struct state *state, uint64_t id)
{
	size_t low = 0, high = state->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (state->names[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct name *find_name(struct state *state, uint64_t id)
{
	size_t at = name_position(state, id);

	return at < state->count && state->names[at].id == id ? &state->names[at] : NULL;
}

static void remove_name(struct state *state, size_t at)
{
	free(state->names[at].path);
	state->count--;
	memmove(&state->names[at], &state->names[at + 1],
		(state->count - at) * sizeof(*state->names));
}

/* The one that was not asked for longest. */
static size_t oldest_name(const struct state *state)
{
	size_t oldest = 0;

	for (size_t i = 1; i < state->count; i++)
		if (state->names[i].used < state->names[oldest].used)
			oldest = i;
	return oldest;
}

/* Without memory it is only not remembered. */
static void keep_name(struct state *state, uint64_t id, const char *path)
{
	size_t at = name_position(state, id);
	struct name *name = find_name(state, id);
	char *copy;

	if (name && strcmp(name->path, path) == 0) {
		name->used = ++state->turn;
		return;
	}
	copy = strndup(path, LIMIT_ATTRIBUTE_STRING);
	if (!copy)
		return;
	if (!state->names)
		state->names = malloc(LIMIT_CGROUP_NAMES * sizeof(*state->names));
	if (!state->names) {
		free(copy);
		return;
	}
	if (name)
		remove_name(state, at);
	else if (state->count == LIMIT_CGROUP_NAMES)
		remove_name(state, oldest_name(state));
	at = name_position(state, id);
	memmove(&state->names[at + 1], &state->names[at],
		(state->count - at) * sizeof(*state->names));
	state->names[at] = (struct name){id, ++state->turn, copy};
	state->count++;
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool is_wanted(const struct state *state, uint64_t id)
{
	return state->wanted_count &&
	       bsearch(&id, state->wanted, state->wanted_count, sizeof(id), compare_ids);
}

static void take(void *opaque, uint64_t id, const char *path)
{
	struct state *state = opaque;

	if (is_wanted(state, id))
		keep_name(state, id, path);
}

static void open_tree(struct state *state)
{
	char mount[CGROUP_PATH];

	if (state->tree.fd >= 0)
		return;
	state->problem = state->path ? 0
				     : cgroup_mount_find(state->mountinfo, state->controller, mount,
					       sizeof(mount));
	if (!state->problem)
		state->problem = cgroup_tree_open(&state->tree, state->path ? state->path : mount);
}

/* One walk for all that have no name yet. A cgroup of version 2 cannot be renamed. */
static void prepare(void *opaque, const struct value *values, size_t count)
{
	struct state *state = opaque;
	uint64_t id;

	open_tree(state);
	if (state->tree.fd < 0 || cgroup_tree_has_handles(&state->tree))
		return;
	if (!state->wanted)
		state->wanted = malloc(LIMIT_BATCH_ENTRIES * sizeof(*state->wanted));
	state->wanted_count = 0;
	for (size_t i = 0; state->wanted && i < count; i++) {
		if (value_to_u64(&values[i], &id, NULL) || find_name(state, id) ||
			state->wanted_count == LIMIT_BATCH_ENTRIES)
			continue;
		state->wanted[state->wanted_count++] = id;
	}
	if (!state->wanted_count)
		return;
	qsort(state->wanted, state->wanted_count, sizeof(*state->wanted), compare_ids);
	cgroup_walk(&state->tree, take, state);
}

/* Find it and remember it, if that can be done now. */
static void look_up(struct state *state, const struct value *in, uint64_t id)
{
	char path[CGROUP_PATH];
	int result;

	open_tree(state);
	if (state->tree.fd < 0)
		return;
	result = cgroup_by_handle(&state->tree, id, path);
	if (!result)
		keep_name(state, id, path);
	else if (result == -EPERM && !is_wanted(state, id) && !find_name(state, id))
		prepare(state, in, 1);
}

/* Once, so that the entry is counted as undecodable and somebody reads why. */
static int complain(struct state *state, struct err *err)
{
	if (!state->problem || state->told || !err)
		return 0;
	state->told = true;
	return err_set(err, -EINVAL, "cgroups cannot be read (%s): %s; ids stay numbers",
		state->path	    ? state->path
		: state->controller ? state->controller
				    : "no cgroup2 is mounted",
		strerror(-state->problem));
}

static const char *shown(const struct state *state, const char *path)
{
	size_t length = strlen(state->tree.mount);

	if (!state->relative || strncmp(path, state->tree.mount, length) != 0)
		return path;
	return path[length] ? path + length : "/";
}

static int decode(void *opaque, const struct value *in, struct value *out, struct arena *arena,
	struct err *err)
{
	struct state *state = opaque;
	const struct name *name;
	uint64_t id;
	int result;

	result = value_to_u64(in, &id, err);
	if (result)
		return result;
	look_up(state, in, id);
	name = find_name(state, id);
	if (name)
		return value_set_text(out, arena, err, "%s", shown(state, name->path));
	result = complain(state, err);
	if (result)
		return result;
	return value_set_text(out, arena, err, "unknown_cgroup_id:%" PRIu64, id);
}

static void fini(void *opaque)
{
	struct state *state = opaque;

	cgroup_tree_close(&state->tree);
	for (size_t i = 0; i < state->count; i++)
		free(state->names[i].path);
	free(state->names);
	free(state->wanted);
	arena_fini(&state->arena);
	free(state);
}

static int copy_arguments(
	struct state *state, const struct decode_argument *arguments, size_t count, struct err *err)
{
	const char *relative = argument_get(arguments, count, "relative");
	const char *texts[] = {
		argument_get(arguments, count, "mountinfo"),
		argument_get(arguments, count, "controller"),
		argument_get(arguments, count, "path"),
	};

	if (relative && strcmp(relative, "true") != 0 && strcmp(relative, "false") != 0)
		return err_set(
			err, -EINVAL, "found relative '%.60s', expected true or false", relative);
	state->relative = relative && strcmp(relative, "true") == 0;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *text = texts[i];

		texts[i] = text ? arena_strdup(&state->arena, text) : NULL;
		if (text && !texts[i])
			return err_set(err, -ENOMEM, "out of memory");
	}
	state->mountinfo = texts[0] ? texts[0] : "/proc/self/mountinfo";
	state->controller = texts[1];
	state->path = texts[2];
	return 0;
}

static int init(
	void **result, const struct decode_argument *arguments, size_t count, struct err *err)
{
	static const char *const known[] = {"controller", "relative", "path", "mountinfo", NULL};
	struct state *state;
	int code;

	code = arguments_check(arguments, count, known, "cgroup", err);
	if (code)
		return code;
	state = calloc(1, sizeof(*state));
	if (!state)
		return err_set(err, -ENOMEM, "out of memory");
	state->tree.fd = -1;
	code = copy_arguments(state, arguments, count, err);
	if (code) {
		fini(state);
		return code;
	}
	/* That there is none matters when an id is looked up: checking a definition needs none. */
	open_tree(state);
	*result = state;
	return 0;
}

const struct decoder decoder_cgroup = {
	.name = "cgroup",
	.lengths = DECODE_INTEGERS,
	.help = "id of a cgroup to its path; 'controller': of version 1; 'relative: true': without "
		"the "
		"place where it is mounted; 'unknown_cgroup_id:N' for others",
	.volatile_names = true,
	.init = init,
	.fini = fini,
	.prepare = prepare,
	.decode = decode,
};
