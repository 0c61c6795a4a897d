/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Some of the wrong packets of tests/fuzz/fuzz_osc.c, in every check. */
#define FUZZ_ROUNDS 20000
#include "fuzz/fuzz_osc.c"
