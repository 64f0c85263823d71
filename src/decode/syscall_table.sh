#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Make syscall_table.h from the kernel headers of this machine (linux-libc-dev):
#
#     src/decode/syscall_table.sh > src/decode/syscall_table.h
#
# Numbers from 424 on are the same on every architecture (kernel commit 39036cd27273), so that those which
# the headers do not know yet are listed here; arm64 has the generic table, with what its
# <asm/unistd.h> asks for.
set -eu
export LC_ALL=C

newer='cachestat 451
fchmodat2 452
map_shadow_stack 453
futex_wake 454
futex_wait 455
futex_requeue 456
statmount 457
listmount 458
lsm_get_self_attr 459
lsm_set_self_attr 460
lsm_list_modules 461
mseal 462
setxattrat 463
getxattrat 464
listxattrat 465
removexattrat 466
open_tree_attr 467
file_getattr 468
file_setattr 469
listns 470
rseq_slice_yield 471'
newer_x86='uretprobe 335
uprobe 336'

# names HEADER DEFINE...: "NAME NUMBER" of every __NR_NAME
names() {
	header=$1
	shift
	list=$(echo "#include <$header>" | ${CC:-cc} -E -dM "$@" - |
		sed -n 's/^#define __NR_\([a-z_][a-z0-9_]*\) .*/\1/p' |
		grep -vx -e syscalls -e arch_specific_syscall)
	{
		echo "#include <$header>"
		for name in $list; do
			echo "=$name __NR_$name"
		done
		# The preprocessor breaks lines as it likes.
	} | ${CC:-cc} -E -P "$@" - | tr -s ' \n' '\n\n' |
		awk '/^=/ { name = substr($0, 2) } /^[0-9]+$/ && name { print name, $0; name = "" }'
}

# table NAME: "NAME NUMBER" lines -> C
table() {
	echo "static const char *const $1[] = {"
	sort -k2n -k1 | awk '!seen[$2]++ { printf "\t[%d] = \"%s\",\n", $2, $1 }'
	echo "};"
}

cat <<HEAD
/* SPDX-License-Identifier: Apache-2.0 */
/* Made by syscall_table.sh; change that instead. */
#pragma once

#if defined(__x86_64__)
HEAD
{
	names asm/unistd_64.h
	echo "$newer"
	echo "$newer_x86"
} | table syscall_names
echo '#elif defined(__aarch64__)'
{
	names asm-generic/unistd.h -D__ARCH_WANT_RENAMEAT -D__ARCH_WANT_NEW_STAT \
		-D__ARCH_WANT_SET_GET_RLIMIT -D__ARCH_WANT_TIME32_SYSCALLS \
		-D__ARCH_WANT_SYS_CLONE3 -D__ARCH_WANT_MEMFD_SECRET
	echo "$newer"
} | table syscall_names
cat <<TAIL
#else
#error "no table of system calls for this architecture: see syscall_table.sh"
#endif
TAIL
