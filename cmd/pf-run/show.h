/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What pf-run tells without starting anything.
 */
#ifndef SHOW_H
#define SHOW_H

#include "base/err.h"
#include "rig/rig.h"

/* List the rigs that are installed, with their titles.  An exit status. */
int show_list(void);

/*
 * Look whether all programs of a rig can be found.  Returns 0 or a negative
 * errno with *err placed.
 */
int show_check(const struct pf_rig *rig, struct pf_err *err);

/* Print what would be started, in order, as a shell would take it. */
int show_plan(const struct pf_rig *rig);

#endif
