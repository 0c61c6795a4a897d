/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the name of a source, or of its instrument, tells about who it is.
 *
 * A stream carries names and no roles: whoever must treat drums in another
 * way (their pitch is an instrument, not a tone) asks here, so that all
 * programs take the same sources for drums.
 */
#ifndef PF_EVENT_ROLE_H
#define PF_EVENT_ROLE_H

#include <stdbool.h>

/*
 * Does a source of that name play drums, by General MIDI's drum notes?  It
 * does if a word that only drums have stands in it, in any case: "drums",
 * "Drum-2", "percussion", "kit-808"; but not "808-bass".  NULL and "" do not.
 */
bool pf_source_is_drums(const char *name);

#endif
