// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The same values to every decoder that takes any number, each with a map of its own. */
#include "rows.bpf.h"

MAP(decoded_hex_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_errno_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_syscall_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_ip_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_pci_vendor_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_pci_device_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_pci_class_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_pci_subclass_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_device_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_interface_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_symbol_total, BPF_MAP_TYPE_HASH, __u64, 64);
MAP(decoded_cgroup_total, BPF_MAP_TYPE_HASH, __u64, 64);

SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long number)
{
	struct observation seen;

	if (!observe(regs, number, &seen) || seen.kind != 5)
		return 0;
	add_to(&decoded_hex_total, &seen.value, 1);
	add_to(&decoded_errno_total, &seen.value, 1);
	add_to(&decoded_syscall_total, &seen.value, 1);
	add_to(&decoded_ip_total, &seen.value, 1);
	add_to(&decoded_pci_vendor_total, &seen.value, 1);
	add_to(&decoded_pci_device_total, &seen.value, 1);
	add_to(&decoded_pci_class_total, &seen.value, 1);
	add_to(&decoded_pci_subclass_total, &seen.value, 1);
	add_to(&decoded_device_total, &seen.value, 1);
	add_to(&decoded_interface_total, &seen.value, 1);
	add_to(&decoded_symbol_total, &seen.value, 1);
	add_to(&decoded_cgroup_total, &seen.value, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
