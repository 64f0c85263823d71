// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "kernel.bpf.h"
#include "otel.bpf.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#define AF_INET	    2
#define AF_INET6    10
#define IPPROTO_TCP 6

/* In nanoseconds: up to 115 days. */
#define LOWEST	1000
#define HIGHEST 10000000000000000

/* include/net/tcp_states.h */
enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
};

struct transition {
	__u32 family; /* AF_INET, AF_INET6: of the packets, not of the socket */
	__u32 previous;
	__u32 state;
};
_Static_assert(sizeof(struct transition) == 12, "padding");

/* Two families x 11 x 11 states are 242. */
OTEL_COUNTER(tcp_state_transitions, struct transition, 256);

/* By family */
OTEL_EXPONENTIAL_HISTOGRAM(tcp_session_duration, __u32, 2, 5, 1000000000, LOWEST, HIGHEST);
OTEL_COUNTER(tcp_session_received, __u32, 2);
OTEL_COUNTER(tcp_session_acknowledged, __u32, 2);
/* Sessions that were not measured, because there was no memory for their start. */
OTEL_PERCPU_COUNTER(tcp_session_untracked, 1);

struct session {
	__u64 start; /* 0: not established yet */
	__u64 syns;  /* in bytes_acked: 1 if the socket connected, 0 if it was accepted */
};

/* Memory of the socket itself: no limit on the number of sockets, and nothing to evict. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct session);
} tcp_session SEC(".maps");

/* Kernels before 5.11 have no socket storage for tracing programs: commit 8e4597c627fb. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* other kernels shall not pay for it */
	__uint(max_entries, 16384);
	__type(key, __u64); /* address of the socket */
	__type(value, struct session);
} session_until_5_10 SEC(".maps");

static __always_inline struct session *session_find(const struct sock *socket, bool storage)
{
	__u64 address = (__u64)socket;

	if (storage)
		return bpf_sk_storage_get(&tcp_session, (void *)socket, NULL, 0);
	return bpf_map_lookup_elem(&session_until_5_10, &address);
}

static __always_inline struct session *session_make(const struct sock *socket, bool storage)
{
	const struct session empty = {};
	__u64 address = (__u64)socket;

	if (storage)
		return bpf_sk_storage_get(
			&tcp_session, (void *)socket, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	return otel_hash_entry(&session_until_5_10, &address, &empty);
}

static __always_inline void session_drop(const struct sock *socket, bool storage)
{
	__u64 address = (__u64)socket;

	if (storage)
		bpf_sk_storage_delete(&tcp_session, (void *)socket);
	else
		bpf_map_delete_elem(&session_until_5_10, &address);
}

static __always_inline __u32 family_of(const struct sock *socket)
{
	const struct sock_common *common = &socket->__sk_common;

	if (common->skc_family != AF_INET6)
		return common->skc_family;
	/* A socket that is bound to :: serves IPv4 peers too; their addresses start with ::ffff. */
	if (bpf_core_field_exists(common->skc_v6_daddr) &&
		!common->skc_v6_daddr.in6_u.u6_addr32[0] &&
		!common->skc_v6_daddr.in6_u.u6_addr32[1] &&
		common->skc_v6_daddr.in6_u.u6_addr32[2] == bpf_htonl(0xffff))
		return AF_INET;
	return AF_INET6;
}

static __always_inline void session_begins(
	const struct sock *socket, int previous, int state, bool storage)
{
	struct session *session = session_make(socket, storage);

	if (!session) {
		if (state == TCP_ESTABLISHED)
			otel_percpu_counter_add(tcp_session_untracked, 0, 1);
		return;
	}
	if (previous == TCP_SYN_SENT)
		session->syns = 1;
	if (state == TCP_ESTABLISHED)
		session->start = bpf_ktime_get_ns();
}

/* Sequence numbers count SYN and FIN like a byte of data, and so do the kernel's byte counts. */
static __always_inline __u64 received(const struct sock *socket, const struct tcp_sock *tcp)
{
	/* tcp_fin() sets SOCK_DONE, and nothing else does in TCP. */
	__u64 done = 1ull << bpf_core_enum_value(enum sock_flags, SOCK_DONE);
	__u64 fins = !!(socket->__sk_common.skc_flags & done);

	return tcp->bytes_received > fins ? tcp->bytes_received - fins : 0;
}

static __always_inline __u64 acknowledged(const struct tcp_sock *tcp, __u64 syns, int previous)
{
	bool fin_sent = previous == TCP_FIN_WAIT2 || previous == TCP_CLOSING ||
			previous == TCP_LAST_ACK;
	__u64 controls = syns + (fin_sent && tcp->snd_una == tcp->write_seq);

	return tcp->bytes_acked > controls ? tcp->bytes_acked - controls : 0;
}

static __always_inline void session_ends(
	const struct sock *socket, int previous, __u32 family, bool storage)
{
	struct session *session = session_find(socket, storage);
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock((void *)socket);

	if (!session)
		return;
	if (session->start && tcp) {
		otel_exponential_histogram_record(
			tcp_session_duration, &family, bpf_ktime_get_ns() - session->start);
		otel_counter_add(tcp_session_received, &family, received(socket, tcp));
		otel_counter_add(tcp_session_acknowledged, &family,
			acknowledged(tcp, session->syns, previous));
	}
	session_drop(socket, storage);
}

/*
 * A socket that enters TIME_WAIT goes to CLOSE here: a smaller one, of which this hook says
 * nothing, waits in its place. Requests for connections are not sockets yet: an accepted connection
 * begins with LISTEN -> SYN_RECV when its handshake is done.
 */
static __always_inline int changed(const struct sock *socket, int previous, int state, bool storage)
{
	struct transition key = {};

	if (socket->sk_protocol != IPPROTO_TCP)
		return 0;

	key.family = family_of(socket);
	key.previous = previous;
	key.state = state;
	otel_counter_add(tcp_state_transitions, &key, 1);

	if (state == TCP_ESTABLISHED || (state == TCP_SYN_RECV && previous == TCP_SYN_SENT))
		session_begins(socket, previous, state, storage);
	else if (state == TCP_CLOSE)
		session_ends(socket, previous, key.family, storage);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(inet_sock_set_state, const struct sock *socket, int previous, int state)
{
	return changed(socket, previous, state, true);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(inet_sock_set_state_until_5_10, const struct sock *socket, int previous, int state)
{
	return changed(socket, previous, state, false);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
