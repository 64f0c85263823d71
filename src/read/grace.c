/* SPDX-License-Identifier: Apache-2.0 */
#include "read/grace.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

int grace_open(struct grace *grace, struct err *err)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	int result;

	*grace = (struct grace){0};
	grace->inner = bpf_map_create(
		BPF_MAP_TYPE_ARRAY, "otel_grace", sizeof(uint32_t), sizeof(uint64_t), 1, NULL);
	if (grace->inner > 0) {
		options.inner_map_fd = (uint32_t)grace->inner;
		grace->outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "otel_grace",
			sizeof(uint32_t), sizeof(uint32_t), 1, &options);
	}
	if (grace->outer > 0)
		return 0;
	result = -errno;
	grace_close(grace);
	return err_set(err, result, "a map to wait for running programs cannot be made: %s",
		strerror(-result));
}

void grace_close(struct grace *grace)
{
	if (grace->outer > 0)
		close(grace->outer);
	if (grace->inner > 0)
		close(grace->inner);
	*grace = (struct grace){0};
}

int grace_wait(struct grace *grace, struct err *err)
{
	const uint32_t first = 0;
	int result = bpf_map_update_elem(grace->outer, &first, &grace->inner, BPF_ANY);

	if (result)
		return err_set(err, result, "waiting for running programs: %s", strerror(-result));
	return 0;
}
