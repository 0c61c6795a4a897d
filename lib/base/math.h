/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transcendental functions that give the same bits on every host.
 *
 * A C library may round these differently from release to release and from
 * machine to machine; a decision that depends on one would make two hosts
 * play different music.  These use + - * / only (compiled without
 * contraction), to within 4e-15 relative; pure, any thread.
 *
 * Not for audio inner loops: those have their own, faster and coarser.
 */
#ifndef PF_BASE_MATH_H
#define PF_BASE_MATH_H

#include "base/attr.h"

PF_RT double pf_exp2(double x);            /* 2 to the x; x -1022..1023 */
PF_RT double pf_log2(double x);            /* x > 0; else -1074 */
PF_RT double pf_exp(double x);
PF_RT double pf_log(double x);
PF_RT double pf_pow(double x, double y);   /* x > 0 */
PF_RT double pf_sin(double x);             /* radians, |x| < 1e6 */
PF_RT double pf_cos(double x);

/* Decibels to and from an amplitude ratio; 0 or less gives -400 dB. */
PF_RT double pf_db_to_gain(double db);
PF_RT double pf_gain_to_db(double gain);

/* MIDI number (60 = C4, fractions allowed) to and from Hz, A4 = 440 Hz. */
PF_RT double pf_midi_to_hz(double midi);
PF_RT double pf_hz_to_midi(double hz);

#endif
