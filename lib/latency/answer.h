/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What sounds at an input: how soon ears know of it, an agent answers it and
 * the answer sounds; and how soon it goes through an input strip to the
 * output.
 */
#ifndef PF_LATENCY_ANSWER_H
#define PF_LATENCY_ANSWER_H

#include "latency/probe.h"

#include <sys/types.h>

#define PF_REFLEX_NAME "reflex" /* the lane and strip of our own agent */

/*
 * An agent with nothing but a reflex: it answers each onset with a click, and
 * then none for 80 ms.  In a process of its own, for it is to be woken as
 * agents are; it leaves when we end it or end ourselves.
 *
 * Returns its pid, to be ended with pf_reflex_end(); or a negative errno with
 * *err worded.  Before there are other threads.
 */
PF_MUST_CHECK pid_t pf_reflex_start(const struct pf_probe_config *config,
    struct pf_err *err);
void pf_reflex_end(pid_t pid);

/*
 * The tasks.  A reason why one can not be done stands in
 * measures->without[], and that is no failure.  Returns 0 or a negative
 * errno with *err worded.
 */
PF_MUST_CHECK int pf_probe_answer(struct pf_probe *p, struct pf_err *err);
PF_MUST_CHECK int pf_probe_through(struct pf_probe *p, struct pf_err *err);

/*
 * Measure the way from the output through the air or a cable to the input,
 * in frames of the session, and tell the engine.  The probe must be aloud.
 * Returns 0; -ENODATA (nothing comes back, or it varies), with *err worded,
 * or another negative errno.
 */
PF_MUST_CHECK int pf_probe_calibrate(struct pf_probe *p, uint32_t *frames,
    struct pf_err *err);

#endif
