/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mutated OSC packets: what reaches the audio thread is always an event that
 * may be played, and nothing grows.
 */
#include "fuzz.h"

#include "base/attr.h"
#include "control_rig.h"
#include "event/type.h"
#include "osc/framing.h"
#include "osc/message.h"

#include <math.h>

#ifndef FUZZ_ROUNDS
#define FUZZ_ROUNDS 1000000
#endif

static struct rig rig;

/* The engine's end: check what was posted, answer most of it. */
static void
drain(void)
{
	struct pf_command c;
	while (pf_commands_get(&rig.commands, &c)) {
		struct pf_event e = c.event;
		const struct pf_answer answer = {c.ticket,
		    c.ticket % 7 ? 0 : -2, 100000000000};
		if (e.time == PF_TIME_NOW)
			e.time = 0;
		if (pf_event_check(&e) || c.more_len > PF_MORE_BYTES ||
		    (pf_event_type(&e) == PF_SET && !isfinite(e.b)))
			abort();
		if (c.ticket && c.ticket % 11)
			pf_answers_put(&rig.answers, &answer);
		e.source = pf_hash_str("engine");
		pf_desk_hear(rig.desk, &e);
	}
}

static void
fuzz_one(const uint8_t *bytes, size_t n)
{
	static struct pf_osc_unframe u;
	struct pf_err err;
	if (!rig.control && !rig_open(&rig, -1, NULL, &err))
		abort();
	/* Also padded to a multiple of 4, or hardly any would be read. */
	uint8_t *const padded = calloc(1, n + 4);
	if (!padded)
		abort();
	memcpy(padded, bytes, n);
	pf_control_packet(rig.control, bytes, n);
	pf_control_packet(rig.control, padded, (n + 3) / 4 * 4);
	free(padded);
	drain();
	/* The same bytes as a stream. */
	size_t used = 0;
	pf_osc_unframe_init(&u);
	for (size_t at = 0; at < n; at += used) {
		const uint8_t *packet;
		size_t len;
		if (pf_osc_unframe(&u, bytes + at, n - at, &used, &packet,
		    &len) < 0 || used == 0)
			break;
	}
}

#ifndef PF_LIBFUZZER

/* Messages as they are sent, alone and in bundles. */
static size_t
make(unsigned char *buf, size_t room, const char *path, const char *text,
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
} say[] = {
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

static const char *const words[] = {
	"/", "*", "{", "}", "[", "]", "?", ",", "#bundle", "/strip/",
	"****************a", "{{{{{{", "\x7f\xc0", "\x7f\xf0", "\xff\xff\xff",
	"/../", "NaN", "N", "ssss", "dddd", "bbbb",
};

int
main(void)
{
	static unsigned char bytes[PF_COUNT(say) + 1][2048];
	struct fuzz_seed seeds[PF_COUNT(say) + 1];
	size_t all = pf_osc_bundle_begin(bytes[PF_COUNT(say)], 2048,
	    PF_OSC_NOW);
	for (size_t i = 0; i < PF_COUNT(say); i++) {
		seeds[i].bytes = bytes[i];
		seeds[i].n = make(bytes[i], sizeof bytes[i], say[i].path,
		    say[i].text, say[i].numbers);
		all = pf_osc_bundle_add(bytes[PF_COUNT(say)], 2048, all,
		    bytes[i], seeds[i].n);
	}
	seeds[PF_COUNT(say)] = (struct fuzz_seed){bytes[PF_COUNT(say)], all};
	const int status = fuzz_run(seeds, PF_COUNT(seeds), words,
	    PF_COUNT(words), FUZZ_ROUNDS);
	const struct pf_control_counts counts = pf_control_counts(rig.control);
	printf("# %llu messages were read, %llu answered with an error\n",
	    (unsigned long long)counts.messages,
	    (unsigned long long)counts.refused);
	rig_close(&rig);
	return status;
}

#endif
