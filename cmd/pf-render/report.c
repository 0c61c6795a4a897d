/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the person at the terminal sees: a line that moves, and the report.
 */
#include "studio.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static bool shown;

static double
now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* 3:25.4, or 1:02:03.4. */
static const char *
clock_text(char text[32], double s)
{
	const long tenths = lround(s * 10);
	const long minutes = tenths / 600;
	if (minutes < 60)
		snprintf(text, 32, "%ld:%02ld.%ld", minutes,
		    tenths / 10 % 60, tenths % 10);
	else
		snprintf(text, 32, "%ld:%02ld:%02ld.%ld", minutes / 60,
		    minutes % 60, tenths / 10 % 60, tenths % 10);
	return text;
}

void
progress(const struct studio *s, int64_t frame)
{
	static double began, last;
	static int terminal = -1;
	char text[32];
	if (frame % (256 * PF_BLOCK) != 0)
		return;
	if (terminal < 0) {
		terminal = s->wish->verbose >= 0 && isatty(STDERR_FILENO);
		began = last = now_s();
	}
	const double now = terminal ? now_s() : 0;
	if (!terminal || now - last < 0.2)
		return;
	const double played = (double)frame / s->wish->file.rate_hz;
	last = now;
	shown = true;
	fprintf(stderr, "\rpf-render: %s  %.0f x real time  ",
	    clock_text(text, played), played / (now - began));
}

void
progress_end(void)
{
	if (shown)
		fprintf(stderr, "\r%50s\r", "");
	shown = false;
}

static void
warn(const struct studio *s)
{
	struct pf_engine_metrics m;
	const struct pf_drive_counts d = pf_drive_counts(s->drive);
	const uint64_t skipped = pf_feed_skipped(s->feed);
	pf_engine_metrics(s->engine, &m);
	static const struct {
		const char *what;
	} none[] = {{"wrong lines skipped"}, {"notes not played: too many at "
	    "once"}, {"values out of range"}, {"samples clipped; less gain, "
	    "or 32f, would keep them"}, {"samples were no numbers"}};
	const uint64_t n[] = {skipped, d.refused + m.shed, m.clamped,
	    s->result.clipped, m.nonfinite};
	for (size_t i = 0; i < PF_COUNT(none); i++)
		if (n[i])
			fprintf(stderr, "pf-render: %llu %s\n",
			    (unsigned long long)n[i], none[i].what);
	if (d.lost)
		fprintf(stderr, "pf-render: %llu `set` of parameters that no "
		    "strip has\n", (unsigned long long)d.lost);
}

static void
strips(const struct studio *s)
{
	for (unsigned i = 0; pf_engine_strip_name(s->engine, i); i++) {
		const char *const name = pf_engine_strip_name(s->engine, i);
		const char *const plays = pf_drive_instrument(s->drive, i);
		if (plays)
			fprintf(stderr, "pf-render: %-10s %s\n", name, plays);
		else if (i < s->wish->takes)
			fprintf(stderr, "pf-render: %-10s %s, %+.1f dB\n",
			    name, s->wish->take[i], s->take_gain_db[i]);
	}
}

void
report(const struct studio *s, double seconds)
{
	const struct wish *const w = s->wish;
	const struct result *const r = &s->result;
	struct pf_engine_metrics m;
	char text[32];
	if (w->verbose < 0)
		return;
	warn(s);
	if (w->verbose < 1)
		return;
	const double played = (double)r->frames / w->file.rate_hz;
	pf_engine_metrics(s->engine, &m);
	strips(s);
	fprintf(stderr, "pf-render: %s: %s at %u Hz, seed %llu\n",
	    w->output, clock_text(text, played), w->file.rate_hz,
	    (unsigned long long)w->file.seed);
	if (s->output.meter || r->lufs < 0)
		fprintf(stderr, "pf-render: %.1f LUFS, range %.1f LU, true "
		    "peak %.2f dBTP%s", r->lufs, r->range, r->peak_db,
		    w->loud ? "" : "\n");
	if (w->loud)
		fprintf(stderr, ", gain %+.1f dB\n", r->gain_db);
	fprintf(stderr, "pf-render: %llu notes, %u voices at most, %llu "
	    "stolen\n", (unsigned long long)m.notes, r->voices,
	    (unsigned long long)m.stolen);
	fprintf(stderr, "pf-render: %.2f s, %.0f x real time, %u thread%s\n",
	    seconds, played / seconds, w->threads, w->threads > 1 ? "s" : "");
}
