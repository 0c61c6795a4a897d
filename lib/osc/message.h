/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OSC messages: from the bytes of a packet and back.
 *
 * M. Wright, "The Open Sound Control 1.0 Specification", 2002; with the
 * argument types of A. Freed, A. Schmeder, "Features and Future of Open
 * Sound Control version 1.1", NIME 2009.  liblo reads and writes messages;
 * bundles, bounds and checks are ours.
 *
 * Not for audio threads.
 */
#ifndef PF_OSC_MESSAGE_H
#define PF_OSC_MESSAGE_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PF_OSC_PACKET_MOST 16384 /* bytes we read */
#define PF_OSC_PATH_MOST 255     /* bytes, without the NUL */
#define PF_OSC_ARGS_MOST 64
#define PF_OSC_MESSAGES_MOST 512 /* of one packet */
#define PF_OSC_DEPTH_MOST 8      /* bundles in bundles */

/* A time tag: seconds since 1900 in 32 bits and 32 bits of fraction. */
#define PF_OSC_NOW 1u            /* "immediately" */

struct pf_osc_arg {
	char type; /* i h f d s S b c t m T F N I */
	union {
		int64_t i;  /* i h c */
		double d;   /* f d */
		uint64_t t; /* t: a time tag */
		const char *s; /* s S */
		struct {
			const void *data;
			size_t len;
		} b;
		uint8_t m[4];
	};
};

struct pf_osc_message {
	const char *path;
	unsigned n;
	struct pf_osc_arg arg[PF_OSC_ARGS_MOST];
	uint64_t time_tag; /* of the bundle around it, else PF_OSC_NOW */
};

/*
 * Read a packet: one message, or a bundle of up to PF_OSC_MESSAGES_MOST,
 * bundles within it at most PF_OSC_DEPTH_MOST deep.
 *
 * The whole packet is checked first: each message well-formed, its address
 * without control characters, its types known.  Then each(ctx, message) is
 * called for every message in order; what it points to lives until it
 * returns.  A message's time tag is the latest of the bundles around it.
 * each == NULL only checks.
 *
 * Returns how many messages there were; or -EMSGSIZE (too large, too many,
 * too deep) or -EINVAL (malformed), with *err worded and nothing called; or
 * -ENOMEM.
 */
PF_MUST_CHECK int pf_osc_read(const void *packet, size_t len,
    void (*each)(void *ctx, const struct pf_osc_message *message), void *ctx,
    struct pf_err *err);

/*
 * Write a message to buf[room].  Returns its length, a multiple of 4; or 0
 * if it does not fit, is malformed or there is no memory.  The message's
 * time tag is not written: that is a bundle's.
 */
size_t pf_osc_write(void *buf, size_t room,
    const struct pf_osc_message *message);

/*
 * A bundle, built in buf[room]: begin, then add whole packets.  Both return
 * the length so far; add returns 0 if it does not fit, the bundle stays.
 */
size_t pf_osc_bundle_begin(void *buf, size_t room, uint64_t time_tag);
size_t pf_osc_bundle_add(void *buf, size_t room, size_t len,
    const void *packet, size_t packet_len);

/* ---- making messages: arguments are added, strings stay the caller's */

void pf_osc_begin(struct pf_osc_message *message, const char *path);
/* Beyond PF_OSC_ARGS_MOST they are left out. */
void pf_osc_add_s(struct pf_osc_message *message, const char *s);
void pf_osc_add_i(struct pf_osc_message *message, int32_t i);
void pf_osc_add_f(struct pf_osc_message *message, float f);
void pf_osc_add_d(struct pf_osc_message *message, double d);

/* ---- reading arguments */

/*
 * Argument i as a finite number; T and F are 1 and 0.  Returns 0; -ENOENT
 * (there is none), -EDOM (not a number, infinite), -EINVAL (another type).
 */
PF_MUST_CHECK int pf_osc_number(const struct pf_osc_message *message,
    unsigned i, double *x);

/* Argument i as text: s or S; NULL if there is none or it is no text. */
const char *pf_osc_text(const struct pf_osc_message *message, unsigned i);

/*
 * A message as one line of text, "/strip/bass/gain f -6": the address, the
 * types, the arguments (texts with blanks in quotes, control characters as
 * '?').  buf[room]; cut if it is longer.  Returns its length.
 */
size_t pf_osc_print(char *buf, size_t room,
    const struct pf_osc_message *message);

/* ---- time tags */

/* A time tag of nanoseconds since 1970 (CLOCK_REALTIME), and back. */
uint64_t pf_osc_tag_of_ns(int64_t real_ns);
int64_t pf_osc_ns_of_tag(uint64_t tag);

#endif
