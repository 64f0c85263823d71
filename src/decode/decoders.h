/* SPDX-License-Identifier: Apache-2.0 */
/* Every decoder of this folder, one per source file; registry.c lists them. */
#pragma once

#include "decode/decode.h"

extern const struct decoder decoder_bool;
extern const struct decoder decoder_cgroup;
extern const struct decoder decoder_comm;
extern const struct decoder decoder_dname;
extern const struct decoder decoder_enum;
extern const struct decoder decoder_errno;
extern const struct decoder decoder_hex;
extern const struct decoder decoder_ifname;
extern const struct decoder decoder_inet_ip;
extern const struct decoder decoder_inet_proto;
extern const struct decoder decoder_kstack;
extern const struct decoder decoder_ksym;
extern const struct decoder decoder_mac;
extern const struct decoder decoder_majorminor;
extern const struct decoder decoder_pci_class;
extern const struct decoder decoder_pci_device;
extern const struct decoder decoder_pci_subclass;
extern const struct decoder decoder_pci_vendor;
extern const struct decoder decoder_port;
extern const struct decoder decoder_regexp;
extern const struct decoder decoder_signal;
extern const struct decoder decoder_sint;
extern const struct decoder decoder_static_map;
extern const struct decoder decoder_string;
extern const struct decoder decoder_syscall;
extern const struct decoder decoder_uint;
extern const struct decoder decoder_usym;
