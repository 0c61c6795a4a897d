/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One program of a rig, read from its node.  For rig.c.
 */
#ifndef PF_RIG_PROGRAM_H
#define PF_RIG_PROGRAM_H

#include "config/yaml.h"
#include "rig/rig.h"

/*
 * Read the program that stands at node (its key is the name), with the
 * rig's runtime keys as options.  What it stands after is read by
 * pf_rig_program_after(), when all names are known.  Returns 0 or a negative
 * errno with *err placed; pf_rig_program_fini() is right after both.
 */
PF_MUST_CHECK int pf_rig_program_read(struct pf_rig_program *program,
    const struct pf_yaml_node *node, const struct pf_rig_runtime *runtime,
    struct pf_err *err);
PF_MUST_CHECK int pf_rig_program_after(struct pf_rig_program *program,
    const struct pf_yaml_node *node, const struct pf_rig *rig,
    struct pf_err *err);

void pf_rig_program_fini(struct pf_rig_program *program);

#endif
