/* SPDX-License-Identifier: Apache-2.0 */
#include "read/map_write.h"

#include <errno.h>

#include <bpf/bpf.h>

int map_put(int fd, const void *key, const void *value)
{
	return bpf_map_update_elem(fd, key, value, BPF_ANY);
}

int map_remove(int fd, const void *key)
{
	int rc = bpf_map_delete_elem(fd, key);

	return rc == -ENOENT ? 0 : rc;
}
