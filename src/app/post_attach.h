/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Does nothing. Called once all packs are attached, for programs that do something first: the
 * section uprobe//proc/self/exe:post_attach_mark, as ebpf_exporter has it.
 */
void post_attach_mark(void);
