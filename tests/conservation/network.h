/* SPDX-License-Identifier: Apache-2.0 */
/* An exporter and a receiver in one loop, in virtual time. */
#pragma once

#include "conservation/receiver.h"
#include "otlp/exporter.h"
#include "sink/sink.h"

/* What the client can know from what the receiver does with a request. */
enum certainty {
	SURE_TAKEN,
	SURE_REFUSED,
	SURE_UNFIT, /* refused for what it is */
	UNSURE,
};

struct conduct {
	const char *behaviour; /* of the sink */
	enum certainty certainty;
	unsigned int weight;
	uint64_t rejected; /* points, in a partial success */
};

/* Chooses the conduct for the next request. */
struct network;
typedef const struct conduct *network_choice(struct network *network);

struct network {
	struct kernel *kernel;
	struct receiver receiver;
	struct loop *loop;
	struct sink *sink; /* NULL: nobody listens */
	struct exporter *exporter;
	struct exporter_options options;
	char url[64];
	network_choice *choose;
	bool verbose; /* print what happens */

	const struct conduct *next; /* for the next request */
	/* The body that was taken and not acknowledged yet. */
	uint8_t *taken;
	size_t taken_length;
	bool answered; /* with a success that should have arrived */

	bool done;
	struct export_result result;
	uint64_t idle; /* rounds in which nothing happened */
	uint64_t requests, acknowledged, duplicates, unsure;
};

extern const struct conduct network_good;

/* `options` without URL and acknowledgement. Aborts when something cannot be had. */
void network_init(struct network *network, struct kernel *kernel,
	const struct exporter_options *options, network_choice *choose);
void network_fini(struct network *network);

/* The receiver goes; what was taken stays taken. */
void network_close(struct network *network);
void network_open(struct network *network);

/* Begin an export of the last collection; network.done says when it has ended. */
void network_export(struct network *network, const struct snapshot *snapshot, uint64_t timeout);
/* Serve what is ready, and let some time pass: the more the longer nothing happens. */
void network_pump(struct network *network);
