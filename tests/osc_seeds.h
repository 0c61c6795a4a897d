/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OSC packets as they are sent, to be mutated: each kind of message, and all
 * of them in one bundle.
 */
#ifndef PF_TESTS_OSC_SEEDS_H
#define PF_TESTS_OSC_SEEDS_H

#include "fuzz.h"

#include "base/attr.h"
#include "osc/message.h"

static inline size_t
osc_seed_make(unsigned char *buf, size_t room, const char *path, const char *text,
    int numbers)
{
	struct pf_osc_message m;
	pf_osc_begin(&m, path);
	if (text)
		pf_osc_add_s(&m, text);
	for (int i = 0; i < numbers; i++)
		pf_osc_add_d(&m, 0.5 * (i + 1));
	if (numbers > 1)
		pf_osc_add_f(&m, 1);
	return pf_osc_write(buf, room, &m);
}

static const struct {
	const char *path, *text;
	int numbers;
} osc_say[] = {
	{"/strip/bass/gain", NULL, 1}, {"/strip/*/cutoff", NULL, 2},
	{"/strip/{bass,drums}/mute", NULL, 1}, {"/strip/bass/solo", "on", 0},
	{"/transport/tempo", NULL, 2}, {"/transport/key", "D dorian", 0},
	{"/transport/chord", "F#m7b5/A", 1}, {"/transport/meter", "6/8", 0},
	{"/transport/section", "verse", 1}, {"/transport/follow", "drums", 0},
	{"/transport/play", NULL, 0}, {"/transport/stop", NULL, 1},
	{"/agent/drums/style", "house", 0}, {"/agent/drums/swing", NULL, 1},
	{"/strip/drums/instrument", "kit-808", 0}, {"/get", "/*/*", 0},
	{"/list", "/strip", 1}, {"/subscribe", "/transport/*", 2},
	{"/unsubscribe", "/transport/*", 0}, {"/ping", "x", 3},
	{"/m*/[a-z]imiter/c?iling", NULL, 1}, {"/transport/seek", NULL, 1},
	{"/strip/bas/gian", NULL, 1}, {"/transport/reset", NULL, 0},
};

static const char *const osc_words[] = {
	"/", "*", "{", "}", "[", "]", "?", ",", "#bundle", "/strip/",
	"****************a", "{{{{{{", "\x7f\xc0", "\x7f\xf0", "\xff\xff\xff",
	"/../", "NaN", "N", "ssss", "dddd", "bbbb",
};

enum { OSC_SEEDS = PF_COUNT(osc_say) + 1 };

/* Their bytes are static. */
static inline void
osc_seeds(struct fuzz_seed seeds[OSC_SEEDS])
{
	static unsigned char bytes[OSC_SEEDS][2048];
	const size_t last = PF_COUNT(osc_say);
	size_t all = pf_osc_bundle_begin(bytes[last], 2048, PF_OSC_NOW);
	for (size_t i = 0; i < last; i++) {
		seeds[i].bytes = bytes[i];
		seeds[i].n = osc_seed_make(bytes[i], sizeof bytes[i],
		    osc_say[i].path, osc_say[i].text, osc_say[i].numbers);
		all = pf_osc_bundle_add(bytes[last], 2048, all, bytes[i],
		    seeds[i].n);
	}
	seeds[last] = (struct fuzz_seed){bytes[last], all};
}

#endif
