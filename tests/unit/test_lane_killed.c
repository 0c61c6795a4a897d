/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stress test of lanes, small enough for every check.
 */
#define LAPS 2000
#define ROUNDS 4
#include "stress/lane.c"
