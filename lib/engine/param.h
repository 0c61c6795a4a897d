/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A parameter of a voice model or an effect, as its table tells it.
 *
 * A value always stands in the parameter's own unit, in YAML files, in `set`
 * events and in a note's own `cutoff=0.4` alike.  The engine clamps what
 * comes from outside to lo..hi before a model sees it.
 */
#ifndef PF_ENGINE_PARAM_H
#define PF_ENGINE_PARAM_H

enum pf_curve {
	PF_LINEAR,      /* a slider moves it evenly */
	PF_EXPONENTIAL, /* a slider moves it by ratios; lo > 0 */
	PF_CHOICE       /* a whole number: which of choice[] */
};

struct pf_param {
	const char *name; /* "cutoff"; without dots */
	const char *unit; /* "dB", "s", "Hz", "cents", "semitones", "beats", "" */
	float lo, hi;
	float def;
	enum pf_curve curve;
	const char *const *choice; /* PF_CHOICE: hi + 1 names, then NULL */
	const char *help;          /* one line for people */
};

#endif
