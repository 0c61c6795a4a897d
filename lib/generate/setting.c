/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generate/setting.h"

#include "base/attr.h"
#include "base/hash.h"
#include "base/rng.h"

double
pf_setting_ritard(int i, int quarters)
{
	return 1 - 0.30 * (i + 1) / quarters;
}

static bool
mode_has_chords(const struct pf_style *style, int mode)
{
	for (size_t i = 0; i < style->n_progressions; i++)
		if (style->progression[i].mode == mode)
			return true;
	return style->n_progressions == 0;
}

struct pf_key
pf_setting_key(const struct pf_style *style, const struct pf_song_wish *wish)
{
	const uint64_t seed = wish->seed;
	static const int near[] = {0, 0, 0, 0, 2, 10, 5, 7, 3, 9};
	const uint32_t name = pf_hash_str("key");
	struct pf_key key = style->key;
	key.tonic = (key.tonic + near[pf_rng_below(seed, name, 0, 0,
	    PF_COUNT(near))]) % 12;
	const bool minor = pf_key_is_minor(key);
	if (wish->has_mode) {
		if (minor != (wish->mode == PF_MINOR))
			key.mode = wish->mode;
		return key;
	}
	if (pf_rng_below(seed, name, 0, 1, 6) == 0 &&
	    mode_has_chords(style, minor ? PF_MAJOR : PF_MINOR))
		key.mode = minor ? PF_MAJOR : PF_MINOR;
	return key;
}

struct pf_meter
pf_setting_meter(const struct pf_style *style, uint64_t seed)
{
	const uint32_t name = pf_hash_str("meter");
	if (style->n_meters < 2 || pf_rng_below(seed, name, 0, 0, 5))
		return style->meter[0];
	return style->meter[1 + pf_rng_below(seed, name, 0, 1,
	    (uint32_t)style->n_meters - 1)];
}

double
pf_setting_bpm(const struct pf_style *style, const struct pf_song_wish *wish,
    struct pf_meter meter)
{
	const int beat = pf_meter_beat(meter);
	double bpm = wish->bpm;
	if (bpm <= 0) {
		/* Most often near the usual one. */
		const uint32_t name = pf_hash_str("tempo");
		const double u = pf_rng_unit(wish->seed, name, 0, 0) +
		    pf_rng_unit(wish->seed, name, 0, 1) - 1;
		bpm = style->bpm + 0.6 * u * (u < 0 ? style->bpm -
		    style->bpm_low : style->bpm_high - style->bpm);
		bpm = (double)(int)(bpm + 0.5);
	}
	const bool dotted = beat > PF_TICKS && beat % PF_TICKS;
	bpm = dotted ? bpm * beat / PF_TICKS : bpm;
	return bpm < 10 ? 10 : bpm > 1000 ? 1000 : bpm;
}

/* How long `bars` bars last, ritard included. */
static double
seconds_of(double bpm, struct pf_meter meter, int bars, int ritard_bars)
{
	const double beats = (double)pf_meter_bar(meter) / PF_TICKS;
	const int slow = (int)(ritard_bars * beats + 0.5);
	double s = (bars - ritard_bars) * beats * 60 / bpm;
	for (int i = 0; i < slow; i++) {
		const double f = pf_setting_ritard(i, slow);
		s += ritard_bars * beats / slow * 60 / (bpm * f);
	}
	return s;
}

int
pf_setting_bars(double length_s, double bpm, struct pf_meter meter, bool ritard)
{
	const double one = seconds_of(bpm, meter, 1, 0);
	const double extra = ritard ? seconds_of(bpm, meter, 2, 2) - 2 * one
	    : 0;
	const double bars = (length_s - extra) / one + 0.5;
	return bars < 1 ? 1 : bars > PF_SONG_BARS ? PF_SONG_BARS : (int)bars;
}

double
pf_song_length_s(const struct pf_song *s)
{
	return seconds_of(s->bpm, s->meter, s->bars, s->ritard_bars);
}
