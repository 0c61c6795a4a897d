/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where programs find what they read at run time: styles, instruments,
 * personalities.
 *
 * Looked for in this order: $PF_SHARE; $XDG_DATA_HOME/performia (or
 * ~/.local/share/performia), where users keep their own; beside the program
 * (../share/performia when installed, ../share in a build tree); the
 * directory given when it was built.
 */
#ifndef PF_BASE_SHARE_H
#define PF_BASE_SHARE_H

#include "base/attr.h"
#include "base/err.h"

#include <stddef.h>

/*
 * Find a file.  kind is a directory ("styles"), name what the user said:
 * "house" finds KIND/house.yaml (ext ".yaml"); a name with a '/' or the
 * extension in it is a path of its own.  Writes path[size].  Returns 0 or
 * -ENOENT.
 */
PF_MUST_CHECK int pf_share_find(char *path, size_t size, const char *kind,
    const char *name, const char *ext);

/*
 * What to say when pf_share_find() found nothing: words *err "style 'housse'
 * is unknown, did you mean 'house'?", with `what` for a thing of that kind.
 * Returns -ENOENT.
 */
int pf_share_fail(struct pf_err *err, const char *what, const char *kind,
    const char *name, const char *ext);

/*
 * List the names (without ext) of a kind, sorted, each once, from every
 * directory.  Returns a NULL-terminated array in one piece, to be freed with
 * free(), and sets *n; or NULL without memory.
 */
char **pf_share_list(const char *kind, const char *ext, size_t *n);

#endif
