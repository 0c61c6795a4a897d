/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words to messages: "strip bass gain -6" is /strip/bass/gain -6.
 */
#ifndef PF_CTL_WORDS_H
#define PF_CTL_WORDS_H

#include "base/err.h"
#include "osc/message.h"

#include <stddef.h>

/* Words that stand for an address below /transport, and other verbs. */
extern const char *const words_transport[];
extern const char *const words_branch[]; /* strip, bus, master, agent */

/* For who has found none. */
#define WORDS_EXAMPLES "play, stop, tempo, key, strip, agent, get, list, " \
    "status ... (see pf-ctl(1))"

/*
 * The address that n words spell, "strip" "bass" "eq.low" or one that begins
 * with '/', to path[PF_OSC_PATH_MOST + 1].  Returns 0; -EINVAL with *err
 * worded: the first word is none that we know, or it is too long.
 */
PF_MUST_CHECK int words_path(char *path, const char *const *word, size_t n,
    struct pf_err *err);

/*
 * A message that moves something.  ramp: what comes behind the value, NULL
 * for nothing.  text[512] holds what the message points to.  Returns 0, or
 * -EINVAL with *err worded.
 */
PF_MUST_CHECK int words_message(struct pf_osc_message *m, char *text,
    const char *const *word, size_t n, const double *ramp,
    struct pf_err *err);

#endif
