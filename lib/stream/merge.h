/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Streams together: by time, rank, source name, place; on one axis.
 *
 * The axis is that of the first stream that says `tempo` (the first in time;
 * at one time, the first in the list), or the one that is chosen.  Lines on
 * it pass byte for byte; lines of other axes are expressed on it, and their
 * tempos and meters are left out.  Nobody reads ahead: memory does not grow
 * with the streams.
 */
#ifndef PF_STREAM_MERGE_H
#define PF_STREAM_MERGE_H

#include "base/attr.h"
#include "base/err.h"
#include "stream/reader.h"
#include "stream/writer.h"

#include <stddef.h>

#define PF_AXIS_FIRST (-1)

/*
 * Merge path[n] ("-" is standard input) into a writer.
 *
 * axis     0..n-1, or PF_AXIS_FIRST: then two streams that say different
 *          tempos are an error
 * skipped  NULL, or set to the number of wrong lines (PF_LENIENT)
 *
 * The writer is flushed while input pauses and at the end.  Returns 0; or a
 * negative errno with *err worded.
 */
PF_MUST_CHECK int pf_merge(const char *const *path, size_t n, int axis,
    enum pf_strict strict, struct pf_names *names, struct pf_writer *writer,
    uint64_t *skipped, struct pf_err *err);

#endif
