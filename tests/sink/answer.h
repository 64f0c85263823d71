/* SPDX-License-Identifier: Apache-2.0 */
/* What the sink does with one request, and the bytes of its answer. */
#pragma once

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum behaviour_kind {
	BEHAVE_OK,
	BEHAVE_STATUS,	   /* google.rpc.Status in the body, or text */
	BEHAVE_PARTIAL,	   /* 200 with partial_success */
	BEHAVE_HANG,	   /* no answer, connection stays */
	BEHAVE_CUT,	   /* connection closed without an answer */
	BEHAVE_CUT_EARLY,  /* closed when the request has come in part: it is not kept */
	BEHAVE_CUT_MIDDLE, /* closed inside the answer's body */
	BEHAVE_GARBAGE,	   /* something that is not HTTP */
	BEHAVE_BAD_BODY,   /* 200 of the right type with bytes that are not protobuf */
	BEHAVE_SLOW,	   /* 200, one byte at a time */
	BEHAVE_REDIRECT,   /* 307 to itself */
	BEHAVE_WRONG_TYPE, /* 200 with an HTML page */
	BEHAVE_OVERSIZE,   /* 200 with 5 MiB */
	BEHAVE_BOMB,	   /* 200 with 64 KiB of gzip that become 64 MiB */
	BEHAVE_CLOSE,	   /* good answer, then the connection is closed without having said so */
	BEHAVE_FLOOD,	   /* headers without end, at least 4 MiB of them */
};

struct behaviour {
	enum behaviour_kind kind;
	char name[16]; /* "" : nothing was said */
	bool forever;  /* for all further requests too */
	int status;
	uint64_t rejected;
	char retry_after[64]; /* "" : none */
	char text[256];	      /* message; with `plain` as text/plain */
	bool plain;
	bool pass_on;	  /* to the receiver behind the sink, and only then as `kind` says */
	uint64_t away_ms; /* that long no connections are accepted */
};

/*
 * One behaviour from text: a name as above in small letters with '-' ("cut-middle"), a status
 * ("503") or "partial", followed by parts separated by ';': retry-after=TEXT, message=TEXT,
 * plain=TEXT, rejected=N, away=MILLISECONDS, pass-on. A '*' in front: forever.
 */
int behaviour_parse(struct behaviour *behaviour, const char *text, struct err *err) MUST_CHECK;

/* The names with a line about each, and the parts, for a help text. */
void behaviours_print(void);

/* The bytes to send; none for those that do not answer. */
void answer_write(struct buf *out, const struct behaviour *behaviour);
/* What its first line says; 0 if that is not one of HTTP. */
int answer_status(const struct buf *answer);
/* True if the connection is to be closed behind the answer. */
bool answer_closes(const struct behaviour *behaviour);
/* True if the answer tells the client that its points were taken. */
bool answer_accepts(const struct behaviour *behaviour);
/* True if the answer is that of the receiver behind the sink, if there is one. */
bool answer_is_receivers(const struct behaviour *behaviour);
