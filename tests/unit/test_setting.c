/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key, meter, tempo and length, for every style that is shipped. */
#include "generate/setting.h"

#include "base/share.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>

static void
test_style(const char *name)
{
	struct pf_style *style;
	struct pf_err err = {.text = ""};
	if (pf_style_load(&style, name, &err) != 0) {
		ok(0, "%s", err.text);
		return;
	}
	int keys = 1, tempos = 1, modes = 1;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct pf_song_wish wish = {.style = style, .seed = seed};
		const struct pf_meter meter = pf_setting_meter(style, seed);
		const struct pf_key key = pf_setting_key(style, &wish);
		const double beat = (double)pf_meter_beat(meter) / PF_TICKS;
		const double bpm = pf_setting_bpm(style, &wish, meter) / beat;
		keys &= key.tonic >= 0 && key.tonic < 12;
		tempos &= bpm >= style->bpm_low - 1 &&
		    bpm <= style->bpm_high + 1;
		wish.has_mode = true;
		wish.mode = PF_MINOR;
		modes &= pf_key_is_minor(pf_setting_key(style, &wish));
	}
	ok(keys && modes, "%s: keys are keys, of the mode that was asked for",
	    name);
	ok(tempos, "%s: tempos are the style's", name);
	pf_style_free(style);
}

int
main(void)
{
	const struct pf_meter four = {4, 4};
	ok(pf_setting_bars(60, 120, four, false) == 30,
	    "a minute at 120 has thirty bars");
	ok(pf_setting_bars(60, 120, four, true) == 29 ||
	    pf_setting_bars(60, 120, four, true) == 30,
	    "a ritard leaves room for itself");
	ok(pf_setting_bars(0, 120, four, false) == 1 &&
	    pf_setting_bars(1e9, 120, four, false) == PF_SONG_BARS,
	    "no song is shorter than a bar or endless");
	size_t n;
	char **const styles = pf_share_list("styles", ".yaml", &n);
	for (size_t i = 0; i < n; i++)
		test_style(styles[i]);
	free(styles);
	return tap_done();
}
