/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In which order the programs of a rig start: those first that others stand
 * after; else as the file has them.  Setup only.
 */
#ifndef PF_RIG_ORDER_H
#define PF_RIG_ORDER_H

#include "rig/rig.h"

/*
 * Fill rig->order.  Returns 0; or -EINVAL with *err placed, telling the
 * circle: "x.yaml:9: bass stands after itself: bass -> keys -> bass".
 */
PF_MUST_CHECK int pf_rig_order(struct pf_rig *rig, struct pf_err *err);

#endif
