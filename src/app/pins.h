/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run leaves in a folder on bpffs, so that the next one goes on as if nothing had been: of
 * each pack its probe and a book of marks, of all of them the request whose outcome is not known.
 * "DIR/pack:NAME/..." and "DIR/state:..."; docs/delivery.md has the guarantees.
 */
#pragma once

#include "app/book.h"
#include "base/compiler.h"
#include "base/err.h"
#include "collect/collect.h"
#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pins;
struct pin;

/* Make the folder if it is not there, and keep others out. -EBUSY if another process has it;
 * -ENOTSUP if it is not on bpffs. `directory` must outlive it. `temporality` is that of the model:
 * marks of another one are of no use. */
int pins_open(struct pins **pins, const char *directory, enum temporality_preference temporality,
	struct err *err) MUST_CHECK;
/* What is pinned stays. Accepts NULL. */
void pins_close(struct pins *pins);

enum temporality_preference pins_temporality(const struct pins *pins);

/* UNIX ns of the last collection of a run before; 0: there was none. */
uint64_t pins_time(const struct pins *pins);

/*
 * The pack's pins, whose folder is *folder. They are as a run before left them if that had the same
 * identity; otherwise they are removed, and *reason says why, if there were any. NULL with `err` if
 * the pack cannot be pinned.
 */
struct pin *pins_pack(struct pins *pins, const char *name, const struct book_identity *identity,
	const char **reason, struct err *err);
const char *pin_folder(const struct pin *pin);
/* A run before left it, complete. */
bool pin_is_old(const struct pin *pin);
/* Programs count while no process runs; the object is not the one whose programs do. */
bool pin_counts(const struct pin *pin);
bool pin_has_other_object(const struct pin *pin);
/* It cannot be gone on with after all: as if nothing had been. */
int pin_renew(struct pin *pin, struct err *err) MUST_CHECK;
/* When counting began, or when the pack was last collected, if it was: UNIX ns. */
uint64_t pin_time(const struct pin *pin);

/* Whose marks are kept: both must outlive the pins. */
struct pin_of {
	struct scope *scope;
	struct collector *collector; /* may be NULL */
};
/* All of the pack is pinned in the folder. From now on its marks are kept. */
void pin_complete(struct pin *pin, const struct pin_of *of, bool counts, uint64_t now);
/* The scope, which has its metrics, goes on with the marks. -EINVAL, -ENOMEM, or what the kernel
 * says. */
int pin_restore(struct pin *pin, const struct pin_of *of, struct err *err) MUST_CHECK;
/* Whether what is collected is there for the next process. */
bool pin_keeps(const struct pin *pin);
/* It is not pinned after all: remove what is there. */
void pin_abandon(struct pin *pin);

/* After each collection. Packs whose marks cannot be kept are told, and begin anew next time. */
void pins_commit(struct pins *pins, const struct snapshot *snapshot);

/* A request of the last snapshot goes out, carrying `points` of what lies between two places. */
struct pins_request {
	const void *bytes;
	size_t length;
	uint64_t points;
	struct snapshot_place from, to;
};
void pins_sending(struct pins *pins, const struct pins_request *request);
/* The model knows it already. */
void pins_acknowledged(
	struct pins *pins, const struct snapshot_place *from, const struct snapshot_place *to);

/* Before the first collection: a request of the run before whose outcome nobody knows. */
bool pins_unresolved(const struct pins *pins, struct pins_request *request);
/* It was accepted, now or then. */
void pins_resolved(struct pins *pins);

/* For `otelbpf list`. */
struct pins_entry {
	const char *name;
	bool readable; /* false: a run of another version made it, or it is not complete */
	bool counts;
	uint64_t created; /* UNIX ns */
	const char *maker;
};
typedef void pins_tell(void *context, const struct pins_entry *entry);
/* -ENOENT: no such folder. */
int pins_list(const char *directory, pins_tell *tell, void *context, struct err *err) MUST_CHECK;
/* Whether a process keeps them now; *pid: which one, 0 if not known. */
bool pins_runs(const char *directory, uint32_t *pid);

/* For `otelbpf unpin`: remove all that any version of otelbpf left in the folder. -EBUSY while a
 * process runs. *left: what is of others, and stays. */
int pins_remove(const char *directory, size_t *removed, size_t *left, struct err *err) MUST_CHECK;
