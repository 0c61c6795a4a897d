/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stream in the order of delivery: time, rank, source name, place.
 *
 * This is how a program that takes a whole stream reads it:
 *
 *     struct pf_feed *feed;
 *     struct pf_line line;
 *     if (pf_feed_open(&feed, path, PF_STRICT, names, &err) != 0) ...
 *     while ((r = pf_feed_next(feed, &line, &err)) > 0)
 *             use(&line.event, line.more, line.beat);
 *
 * Lines of one time are held until a later line comes, at most
 * PF_GROUP_MOST of them.  Comments and unknown types are given too (see
 * line.kind): pass them on or over.  One thread at a time.
 */
#ifndef PF_STREAM_FEED_H
#define PF_STREAM_FEED_H

#include "stream/reader.h"

struct pf_feed;

/* As pf_reader_open(). */
PF_MUST_CHECK int pf_feed_open(struct pf_feed **feed, const char *path,
    enum pf_strict strict, struct pf_names *names, struct pf_err *err);

/* A feed from a reader that is fresh, which is the feed's from now on. */
PF_MUST_CHECK int pf_feed_new(struct pf_feed **feed,
    struct pf_reader *reader);
void pf_feed_free(struct pf_feed *feed);

/*
 * The next line: 1 and *line, whose pointers hold until the next call; 0 at
 * the end; or a negative errno with *err worded with its place.
 */
PF_MUST_CHECK int pf_feed_next(struct pf_feed *feed, struct pf_line *line,
    struct pf_err *err);

/*
 * The axis up to the time of the last line given, its tempo included; valid
 * as long as the feed.
 */
const struct pf_tempo_map *pf_feed_map(const struct pf_feed *feed);

/* Did the stream say a tempo, up to the time of the last line given? */
bool pf_feed_has_tempo(const struct pf_feed *feed);

/* Would pf_feed_next() wait for input now? */
bool pf_feed_would_wait(struct pf_feed *feed);

/* The name of the stream in messages; how many lines were skipped. */
const char *pf_feed_name(const struct pf_feed *feed);
uint64_t pf_feed_skipped(const struct pf_feed *feed);

#endif
