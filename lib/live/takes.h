/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a recording goes: a take that is there is never written over.
 *
 *     jam, jam-2, jam-3 ...            directories, each with one take
 *     jam.flac, jam-2.flac ...         a file alone
 *
 * An engine that was killed leaves files that have no name yet
 * (base/outfile.h); who comes next gives them theirs.
 */
#ifndef PF_LIVE_TAKES_H
#define PF_LIVE_TAKES_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Find the first of wish, wish-2, wish-3 ... that holds no take, and write it
 * to path[size].  On the way, what a process that is dead had recorded there
 * is given its name, and said so.
 *
 * file  it is a sound file alone, not a directory
 *
 * Returns 0; or -ENAMETOOLONG or -EEXIST (a thousand takes) with *err worded.
 */
PF_MUST_CHECK int pf_takes_place(char *path, size_t size, const char *wish,
    bool file, struct pf_err *err);

#endif
