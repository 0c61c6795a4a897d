/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stream of text lines from a file or a pipe, line by line in file order.
 *
 * A line is delivered as soon as it is there.  The reader follows tempo
 * lines, so its map is the axis up to the line just read.  Memory does not
 * grow with the stream (but for 24 bytes a change of tempo and the spelling
 * of each new name).
 *
 * Lines of equal beat may stand in any order, and a tempo may follow a note
 * of its own beat.  Who wants events in the order of delivery, with such
 * tempos applied, takes stream/feed.h.  One thread at a time.
 */
#ifndef PF_STREAM_READER_H
#define PF_STREAM_READER_H

#include "base/attr.h"
#include "base/err.h"
#include "event/names.h"
#include "event/tempo_map.h"
#include "stream/text.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_reader;

/* What to do with a line that is wrong. */
enum pf_strict { PF_STRICT, PF_LENIENT };

/*
 * Open a stream.
 *
 * path   "-" is standard input (and is called "stdin" in messages)
 * names  where spellings go; must outlive the reader
 *
 * Returns 0; or a negative errno with *err worded.
 */
PF_MUST_CHECK int pf_reader_open(struct pf_reader **reader, const char *path,
    enum pf_strict strict, struct pf_names *names, struct pf_err *err);

/* The same for an open descriptor, which stays the caller's. */
PF_MUST_CHECK int pf_reader_new(struct pf_reader **reader, int fd,
    const char *name, enum pf_strict strict, struct pf_names *names,
    struct pf_err *err);

/*
 * Put back bytes[n] that were read from the descriptor already, before the
 * first line; n up to PF_LINE_MOST.
 */
void pf_reader_put_back(struct pf_reader *reader, const void *bytes,
    size_t n);

/*
 * Take "-" in the beat column for now: such a line has the time PF_TIME_NOW
 * and a length at 60 bpm, moves no clock, and can not carry at=.  For
 * pf-send, which knows when that is.
 */
void pf_reader_allow_now(struct pf_reader *reader);

/* Close and free; NULL is fine. */
void pf_reader_free(struct pf_reader *reader);

/*
 * Read the next line, waiting for it if need be.
 *
 * Returns 1 and *line, whose pointers hold until the next call; 0 at the
 * end; or a negative errno with *err worded with its place
 * ("take.pf:12: pitch: 'H4' is not a note").  With PF_LENIENT, wrong lines
 * are skipped and counted; only I/O errors remain.
 */
PF_MUST_CHECK int pf_reader_next(struct pf_reader *reader,
    struct pf_line *line, struct pf_err *err);

/* Would pf_reader_next() wait for input now?  Time to flush what is ours. */
bool pf_reader_would_wait(struct pf_reader *reader);

/* The name of the stream in messages; how many lines were skipped. */
const char *pf_reader_name(const struct pf_reader *reader);
uint64_t pf_reader_skipped(const struct pf_reader *reader);

#endif
