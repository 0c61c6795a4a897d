/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one latency of the master, live and offline.
 */
#ifndef PF_ENGINE_LIMITER_H
#define PF_ENGINE_LIMITER_H

/* Frames by which the effect `limiter` delays, at every rate; `safe`: 0. */
#define PF_LIMITER_LOOK 48

#endif
