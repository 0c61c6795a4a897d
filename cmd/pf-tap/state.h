/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What held before the oldest event that lane.tape still keeps, asked of the
 * engine: in a long session the instruments were chosen long ago.
 */
#ifndef PF_TAP_STATE_H
#define PF_TAP_STATE_H

#include "event/names.h"
#include "live/tape.h"
#include "session/clock.h"
#include "session/directory.h"

/*
 * Tell a tape that has heard nothing yet the engine's tempo, meter and key
 * (from its clock), its instruments and every value that is not the default
 * (over its control socket).  What lane.tape says later comes in front.
 * Returns 0; or a negative errno with *err worded when the engine does not
 * answer: then only the clock's part is told.
 */
int state_ask(const struct pf_directory *dir,
    const struct pf_clock_state *clock, struct pf_names *names,
    struct pf_tape *tape, struct pf_err *err);

#endif
