/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mind in a pipe: what it hears and when, what it says and where.
 *
 * Lines from upstream pass on at once, byte for byte.  They are told to the
 * mind in the order time, rank, source name, place, when the stream's clock
 * has moved beyond their time; thought n runs at n/hz seconds and knows
 * what is earlier.  What the mind says waits in a bounded heap until the
 * clock reaches it, and stands 3 ms or more after what it answers.
 *
 *     input:   ---a---b-------------c----->   passes at once
 *     told:           a     T       b  T  T   a when b came, b when c came
 *     output:  ---a---b---x--y------c----->   x, y: said, held, merged
 *
 * Every line moves the clock, `tick` too; nothing else does, so the same
 * input gives the same output however fast it comes.  When the axis changes
 * tempo, what waits is moved with it, unless it is FREE.  One thread.
 */
#ifndef PF_STREAM_FILTER_H
#define PF_STREAM_FILTER_H

#include "base/attr.h"
#include "base/err.h"
#include "event/names.h"
#include "event/sink.h"
#include "event/tempo_map.h"
#include "stream/reader.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_filter;

struct pf_filter_config {
	const char *name;      /* the mind's own source name */
	int in_fd, out_fd;     /* stay the caller's */
	const char *in_name;   /* for messages; NULL: "stdin" */
	const char *out_name;  /* NULL: "standard output" */
	int heard_fd;          /* -1; or where to write what was heard */
	enum pf_strict strict;
	bool replace;          /* drop upstream lines of our own name */
	unsigned thoughts_hz;  /* 10..30; 0: 20 */
	unsigned held_most;    /* events waiting; 0: 4096 */
};

/*
 * Make a filter.  names must outlive it and gets config->name.  The mind
 * may be set later, but before pf_filter_run().  Returns 0; or a negative
 * errno with *err worded.
 */
PF_MUST_CHECK int pf_filter_new(struct pf_filter **filter,
    const struct pf_filter_config *config, struct pf_names *names,
    struct pf_err *err);
void pf_filter_free(struct pf_filter *filter);

/* Whom to tell.  Copied. */
void pf_filter_set_hearer(struct pf_filter *filter,
    const struct pf_hearer *hearer);

/*
 * Where the mind says things, from inside its hearer's functions (or before
 * pf_filter_run(), for what stands at the start).  Valid as long as the
 * filter.  Events that do not pass pf_event_check(), and those beyond
 * held_most, are dropped and counted.
 */
struct pf_sink pf_filter_sink(struct pf_filter *filter);

/*
 * Run to the end of the input.  Returns 0; or a negative errno with *err
 * worded, after what was complete has been written.
 */
PF_MUST_CHECK int pf_filter_run(struct pf_filter *filter, struct pf_err *err);

/* What happened, for -v. */
struct pf_filter_counts {
	uint64_t heard, thoughts, said;
	uint64_t delayed; /* said too early, moved to the first moment */
	uint64_t refused; /* bad events and those beyond held_most */
	uint64_t skipped; /* wrong lines, with PF_LENIENT */
};
struct pf_filter_counts pf_filter_counts(const struct pf_filter *filter);

#endif
