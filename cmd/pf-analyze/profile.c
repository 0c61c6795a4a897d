/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#include "analysis/loudness.h"
#include "base/message.h"
#include "event/pitch.h"

#include <math.h>
#include <string.h>

/* "A minor", or "unknown". */
static const char *
key_name(const struct pf_ears_summary *s, char buf[32])
{
	if (s->tonic < 0)
		return "unknown";
	snprintf(buf, 32, "%s %s", pf_pitch_class_name(s->tonic),
	    pf_mode[s->mode].name);
	return buf;
}

static const char *
meter_name(const struct pf_ears_summary *s, char buf[16])
{
	if (s->per_bar == 0)
		return "unknown";
	if (s->subdivision == 3)
		snprintf(buf, 16, "%d/8", 3 * s->per_bar);
	else
		snprintf(buf, 16, "%d/4", s->per_bar);
	return buf;
}

/* The word a musician has for the envelope. */
static const char *
shape(const struct pf_ears_summary *s)
{
	if (s->onsets == 0 || (s->attack_s <= 0 && s->decay_s <= 0))
		return "steady";
	if (s->attack_s > 0.15)
		return "swelling";
	if (s->decay_s > 0 && s->decay_s < 0.25)
		return "percussive";
	return s->decay_s > 0 ? "plucked" : "sustained";
}

static void
note_name(double hz, char *buf, size_t size)
{
	const double midi = hz > 0 ? 69 + 12 * log2(hz / 440) : -1;
	if (midi < 0 || midi >= 127.5) {
		*buf = '\0';
		return;
	}
	const int m = (int)lrint(midi);
	snprintf(buf, size, " (%s%d %+.0f cents)", pf_pitch_class_name(m % 12),
	    m / 12 - 1, 100 * (midi - m));
}

void
profile_text(FILE *f, const char *name, const struct pf_ears_summary *s)
{
	char buf[64];
	const bool silent = s->lufs <= PF_SILENCE_DB;
	fprintf(f, "file       %s\n", name);
	fprintf(f, "duration   %.3f s\n", s->seconds);
	if (silent)
		fprintf(f, "loudness   below -70 LUFS\n");
	else
		fprintf(f, "loudness   %.1f LUFS\n", s->lufs);
	if (s->peak_db <= PF_SILENCE_DB)
		fprintf(f, "peak       silence\n");
	else
		fprintf(f, "peak       %.1f dBFS\n", s->peak_db);
	note_name(s->dominant_hz, buf, sizeof buf);
	fprintf(f, "dominant   %.1f Hz%s\n", s->dominant_hz, buf);
	fprintf(f, "centroid   %.0f Hz\n", s->centroid_hz);
	fprintf(f, "noisiness  %.3f\n", s->noisiness);
	fprintf(f, "envelope   %s", shape(s));
	if (s->attack_s > 0)
		fprintf(f, ", attack %.0f ms", 1000 * s->attack_s);
	if (s->decay_s > 0)
		fprintf(f, ", decay %.0f ms", 1000 * s->decay_s);
	fputc('\n', f);
	if (s->bpm > 0)
		fprintf(f, "tempo      %.1f bpm, %s\n", s->bpm,
		    meter_name(s, buf));
	else
		fprintf(f, "tempo      unknown\n");
	fprintf(f, "key        %s", key_name(s, buf));
	if (s->tonic >= 0)
		fprintf(f, " (%.2f)", s->key_confidence);
	fprintf(f, "\ntuning     %+.0f cents\n", s->tuning_cents);
	fprintf(f, "onsets     %llu\nnotes      %llu\n",
	    (unsigned long long)s->onsets, (unsigned long long)s->notes);
}

static void
json_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		const unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			fprintf(f, "\\u%04x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

/* A number, or null for what is not known. */
static void
json_number(FILE *f, const char *key, double x, int decimals, bool known)
{
	fprintf(f, ",\n  \"%s\": ", key);
	if (known && isfinite(x))
		fprintf(f, "%.*f", decimals, x);
	else
		fputs("null", f);
}

void
profile_json(FILE *f, const char *name, const struct pf_ears_summary *s)
{
	char buf[32];
	const bool loud = s->peak_db > PF_SILENCE_DB;
	fputs("{\n  \"file\": ", f);
	json_string(f, name);
	json_number(f, "duration_s", s->seconds, 4, true);
	json_number(f, "loudness_lufs", s->lufs, 2, s->lufs > PF_SILENCE_DB);
	json_number(f, "peak_dbfs", s->peak_db, 2, loud);
	json_number(f, "dominant_hz", s->dominant_hz, 2, s->dominant_hz > 0);
	json_number(f, "centroid_hz", s->centroid_hz, 1, s->centroid_hz > 0);
	json_number(f, "noisiness", s->noisiness, 4, loud);
	fprintf(f, ",\n  \"envelope\": \"%s\"", shape(s));
	json_number(f, "attack_s", s->attack_s, 4, s->attack_s > 0);
	json_number(f, "decay_s", s->decay_s, 4, s->decay_s > 0);
	json_number(f, "tempo_bpm", s->bpm, 2, s->bpm > 0);
	if (s->per_bar > 0)
		fprintf(f, ",\n  \"meter\": \"%s\"", meter_name(s, buf));
	else
		fputs(",\n  \"meter\": null", f);
	if (s->tonic >= 0)
		fprintf(f, ",\n  \"key\": \"%s\"", key_name(s, buf));
	else
		fputs(",\n  \"key\": null", f);
	json_number(f, "key_confidence", s->key_confidence, 3, s->tonic >= 0);
	json_number(f, "tuning_cents", s->tuning_cents, 1, loud);
	json_number(f, "onsets", (double)s->onsets, 0, true);
	json_number(f, "notes", (double)s->notes, 0, true);
	json_number(f, "dc_offset", s->dc, 6, true);
	fputs("\n}\n", f);
}

void
profile_brief(const struct pf_ears_summary *s, const char *chords)
{
	char key[32], meter[16];
	pf_msg("%.1f s, %llu onsets, %llu notes, %llu beats", s->seconds,
	    (unsigned long long)s->onsets, (unsigned long long)s->notes,
	    (unsigned long long)s->beats);
	if (s->bpm > 0)
		pf_msg("tempo %.1f bpm, %s", s->bpm, meter_name(s, meter));
	else
		pf_msg("tempo unknown");
	if (s->tonic >= 0)
		pf_msg("key %s (%.2f)", key_name(s, key), s->key_confidence);
	else
		pf_msg("key unknown");
	pf_msg("chords %s", *chords ? chords : "none");
	if (s->bad > 0)
		pf_msg("%llu samples were not audio and count as silence",
		    (unsigned long long)s->bad);
}
