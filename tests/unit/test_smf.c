/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/smf.h"

#include "base/rng.h"
#include "event/pitch.h"
#include "event/type.h"
#include "tap.h"

#include <math.h>
#include <string.h>

/* What a file says, gathered. */
struct heard {
	struct pf_event e[4096];
	size_t n;
};

static struct pf_names *names;
static struct heard got;

static int
gather(void *ctx, const struct pf_event *e, const char *more)
{
	struct heard *const h = ctx;
	(void)more;
	if (h->n < PF_COUNT(h->e))
		h->e[h->n++] = *e;
	return 0;
}

static int
read_bytes(const void *bytes, size_t n, struct pf_err *err)
{
	const struct pf_sink sink = {gather, &got};
	got.n = 0;
	return pf_smf_read(bytes, n, "t.mid", names, &sink, err);
}

/* The nth event of a type; a tick without one. */
static struct pf_event
nth(enum pf_type type, int n)
{
	for (size_t i = 0; i < got.n; i++)
		if (pf_event_type(&got.e[i]) == type && n-- == 0)
			return got.e[i];
	return pf_event_make(PF_TICK, -1, 0);
}

static int
is_from(const struct pf_event *e, const char *name)
{
	const char *const s = pf_names_get(names, e->source);
	return s && strcmp(s, name) == 0;
}

/* Read a file of a head and tracks, whose lengths are filled in. */
struct body {
	const char *bytes;
	size_t n;
};

static int
read_tracks(const char head[14], const struct body *body, size_t tracks,
    struct pf_err *err)
{
	uint8_t file[1024];
	size_t n = 14;
	memcpy(file, head, 14);
	for (size_t i = 0; i < tracks; i++) {
		memcpy(file + n, "MTrk\0\0\0", 7);
		file[n + 7] = (uint8_t)body[i].n;
		memcpy(file + n + 8, body[i].bytes, body[i].n);
		n += 8 + body[i].n;
		if (i == 0) { /* what others put between tracks */
			memcpy(file + n, "Junk\0\0\0\2ab", 10);
			n += 10;
		}
	}
	return read_bytes(file, n, err);
}

#define HEAD(format, tracks, division) \
	"MThd\0\0\0\6\0" format "\0" tracks division
#define BYTES(s) s, sizeof s - 1

static void
test_reading(void)
{
	/* 120 bpm by default, 96 ticks, running status, velocity 0. */
	static const char plain[] = "\0\xff\x51\3\x07\xa1\x20"
	    "\0\xff\x58\4\6\3\x24\x08"
	    "\0\xff\x59\2\xfd\1" "\0\xc0\x21"
	    "\0\x90\x3c\x40" "\x60\x3c\0" "\0\x3e\x7f" "\x30\x3e\0"
	    "\0\xff\x2f\0";
	struct pf_err err;
	ok(read_tracks(HEAD("\0", "\1", "\0\x60"), &(struct body){
	    BYTES(plain)}, 1, &err) == 0, "a plain file is read");
	struct pf_event e = nth(PF_NOTE, 0);
	ok(e.time == 0 && e.pitch == 60 && e.duration == 0.5f &&
	    fabsf(e.velocity - 64 / 127.f) < 1e-6f && is_from(&e, "bass"),
	    "a note by running status, ended by velocity 0");
	e = nth(PF_NOTE, 1);
	ok(e.time == 500000000 && e.pitch == 62 && e.velocity == 1 &&
	    e.duration == 0.25f, "and the next");
	e = nth(PF_TEMPO, 0);
	ok(e.value == 120 && is_from(&e, "score"), "its tempo");
	e = nth(PF_METER, 0);
	ok(e.p == 6 && e.q == 8, "its meter");
	e = nth(PF_KEY, 0);
	ok(e.a == 0 && e.u8[PF_KEY_MODE] == PF_MINOR,
	    "three flats in minor are C minor");
	e = nth(PF_PATCH, 0);
	ok(e.u16[1] == 33 && is_from(&e, "bass"), "its program");
}

static void
test_names_and_pedal(void)
{
	static const char one[] = "\0\xff\3\5My \xe9x" "\0\xb2\x40\x7f"
	    "\0\x92\x3c\x40" "\x10\x82\x3c\0" "\x50\xb2\x40";
	static const char two[] = "\0\x99\x24\x40" "\x10\x89\x24\0"
	    "\0\xff\x2f\0";
	struct pf_err err = {.text = ""};
	const struct body both[] = {{one, sizeof one}, {BYTES(two)}};
	ok(read_tracks(HEAD("\1", "\2", "\0\x60"), both, 2, &err) == 0,
	    "format 1, foreign chunks and a missing end mark are read");
	const struct pf_event drum = nth(PF_NOTE, 0), e = nth(PF_NOTE, 1);
	const struct pf_event *const piano = is_from(&drum, "drums") ? &e
								     : &drum;
	ok(is_from(&drum, "drums") || is_from(&e, "drums"),
	    "channel 10 is drums");
	ok(is_from(piano, "My-\303\251x"), "old names become UTF-8");
	ok(piano->duration == 0.5f, "a held pedal lengthens notes");
}

/* A name in each script comes out as it went in. */
static void
test_scripts(void)
{
	static const char hangul[] = "\0\xff\3\6\xed\x95\x9c\xea\xb8\x80"
	    "\0\x90\x3c\x40" "\x60\x3c\0" "\0\xff\x2f\0";
	static const char clef[] = "\0\xff\3\5\xf0\x9d\x84\x9e" "1"
	    "\0\x90\x3c\x40" "\x60\x3c\0" "\0\xff\x2f\0";
	struct pf_err err = {.text = ""};
	const struct body both[] = {{BYTES(hangul)}, {BYTES(clef)}};
	ok(read_tracks(HEAD("\1", "\2", "\0\x60"), both, 2, &err) == 0,
	    "names are UTF-8");
	const struct pf_event a = nth(PF_NOTE, 0), b = nth(PF_NOTE, 1);
	ok(is_from(&a, "\xed\x95\x9c\xea\xb8\x80") &&
	    is_from(&b, "\xf0\x9d\x84\x9e" "1"),
	    "characters of three and four bytes are kept");
}

static void
test_bends(void)
{
	static const char bend[] = "\0\x90\x3c\x40" "\x30\xe0\0\x60"
	    "\x30\x80\x3c\0"
	    "\0\xb0\x07\x40" "\0\xb0\x0a\x7f" "\0\xff\x2f\0";
	struct pf_err err = {.text = ""};
	ok(read_tracks(HEAD("\0", "\1", "\0\x60"), &(struct body){
	    BYTES(bend)}, 1, &err) == 0, "a wheel is read");
	const struct pf_event b = nth(PF_BEND, 0), n = nth(PF_NOTE, 0);
	ok(b.pitch == 61 && b.id != 0 && b.id == n.id && n.pitch == 60 &&
	    b.time == 250000000, "it bends the note that sounds");
	const struct pf_event gain = nth(PF_SET, 0), pan = nth(PF_SET, 1);
	ok(fabsf(gain.b + 11.9f) < 0.05f && pan.b == 1,
	    "volume is a gain in dB, pan a pan");
}

static void
test_smpte(void)
{
	static const char film[] = "\0\xff\x51\3\x07\xa1\x20" "\0\x90\x3c\x40"
	    "\x87\x68\x80\x3c";
	struct pf_err err = {.text = ""};
	ok(read_tracks(HEAD("\0", "\1", "\xe7\x28"), &(struct body){
	    film, sizeof film}, 1, &err) == 0 && nth(PF_NOTE, 0).duration == 1 &&
	    nth(PF_TEMPO, 0).time == -1,
	    "25 frames of 40 ticks are a second, and there is no tempo");
}

static void
test_endless(void)
{
	static const char stuck[] = "\0\x90\x3c\x40"
	    "\x81\x80\x80\0\x80\x3c";
	struct pf_err err = {.text = ""};
	ok(read_tracks(HEAD("\0", "\1", "\0\x01"), &(struct body){stuck,
	    sizeof stuck}, 1, &err) == 0 && nth(PF_NOTE, 0).duration == 1e6f,
	    "a note that hangs for weeks is cut to what a stream can say");
}

static int
breaks(const void *bytes, size_t n, const char *message)
{
	struct pf_err err = {.text = ""};
	const int same = read_bytes(bytes, n, &err) < 0 &&
	    strcmp(err.text, message) == 0;
	if (!same)
		printf("# %s\n", err.text);
	return same;
}

static void
test_broken(void)
{
	ok(breaks(BYTES("RIFF"), "t.mid: byte 0: this is not the head of a "
	    "MIDI file"), "what is no MIDI file is refused");
	ok(breaks(BYTES(HEAD("\2", "\1", "\0\x60")), "t.mid: byte 8: format "
	    "2: only 0 and 1 can be read"), "format 2 says so");
	ok(breaks(BYTES(HEAD("\0", "\1", "\0\0")), "t.mid: byte 12: a quarter "
	    "note has 0 ticks"), "ticks are needed");
	ok(breaks(BYTES(HEAD("\1", "\2", "\0\x60") "MTrk\0\0\0\0"),
	    "t.mid: byte 22: the file ends after 1 of its 2 tracks"),
	    "missing tracks are missed");
	ok(breaks(BYTES(HEAD("\0", "\1", "\0\x60") "MTrk\0\0\0\x09" "abc"),
	    "t.mid: byte 18: a chunk of 9 bytes, the file has only 3 left"),
	    "so is the end of a track");
	ok(breaks(BYTES(HEAD("\0", "\1", "\0\x60") "MTrk\0\0\0\3" "\0\x3c\x40"),
	    "t.mid: byte 23: data 0x3c without a status"),
	    "a status is needed");
	ok(breaks(BYTES(HEAD("\0", "\1", "\0\x60") "MTrk\0\0\0\4"
	    "\0\x90\x3c\xff"),
	    "t.mid: byte 25: 0xff stands where data belongs"),
	    "data have seven bits");
	ok(breaks(BYTES(HEAD("\0", "\1", "\0\x60") "MTrk\0\0\0\5"
	    "\xff\xff\xff\xff\x7f"),
	    "t.mid: byte 22: a number is longer than four bytes"),
	    "numbers end");
	ok(breaks(BYTES(HEAD("\0", "\1", "\0\x60") "MTrk\0\0\0\7"
	    "\0\xff\x51\3\0\0\1"), "t.mid: byte 23: the tempo is out of "
	    "10..1000 quarters a minute"), "60 million is no tempo");
	ok(breaks(BYTES(HEAD("\0", "\1", "\0\x60") "MTrk\0\0\0\4"
	    "\0\xf0\x20\0"), "t.mid: byte 23: the event says 32 bytes, the "
	    "track has only 1 left"), "long events fit their track");
}

static void
add(struct pf_smf *smf, struct pf_event e)
{
	if (pf_smf_add(smf, &e) != 0)
		exit(1);
}

/* Notes of three sources under a moving tempo, there and back. */
static void
test_round_trip(void)
{
	static const char *const who[] = {"drums", "bass", "my lead"};
	struct pf_smf *smf;
	struct pf_err err;
	uint8_t *bytes;
	size_t len;
	uint32_t source[3], score;
	if (pf_smf_new(&smf, names) != 0 ||
	    pf_names_add(names, "score", 5, &score) != 0)
		exit(1);
	for (int i = 0; i < 3; i++)
		if (pf_names_add(names, who[i], strlen(who[i]), &source[i]))
			exit(1);
	enum { NOTES = 900 };
	static struct pf_event note[NOTES];
	double bpm = 100, ns = 0;
	for (int i = 0; i < NOTES; i++) {
		if (i % 90 == 0) {
			struct pf_event t = pf_event_make(PF_TEMPO,
			    (int64_t)(ns + 0.5), score);
			t.value = bpm = 70 + pf_rng_below(5, 5, i, 0, 90);
			add(smf, t);
		}
		struct pf_event *const e = &note[i];
		*e = pf_event_make(PF_NOTE, (int64_t)(ns + 0.5),
		    source[i % 3]);
		/* Keys go round, so that none meets itself. */
		e->pitch = (float)(30 + i % 40);
		e->velocity = (float)(1 + pf_rng_below(5, 5, i, 1, 127)) /
		    127;
		e->duration = (float)(60 / bpm *
		    (1 + pf_rng_below(5, 5, i, 2, 4)) / 4);
		add(smf, *e);
		ns += 60e9 / bpm / 4 * (1 + pf_rng_below(5, 5, i, 3, 3));
	}
	ok(pf_smf_write(smf, PF_SMF_TEMPO, &bytes, &len, &err) == 0,
	    "a file is written");
	ok(read_bytes(bytes, len, &err) == 0, "and read");
	int n = 0, same = 1;
	for (size_t i = 0; i < got.n; i++) {
		const struct pf_event *const e = &got.e[i];
		if (pf_event_type(e) != PF_NOTE)
			continue;
		const struct pf_event *const w = &note[n++];
		/* A tick is 1/960 of a beat: 0.9 ms at 70. */
		same &= n <= NOTES && llabs(e->time - w->time) < 1000000 &&
		    e->pitch == w->pitch && is_from(e, w->source == source[2]
		    ? "my-lead" : pf_names_get(names, w->source)) &&
		    fabsf(e->velocity - w->velocity) < 1e-6f &&
		    fabsf(e->duration - w->duration) < 0.002f;
	}
	ok(n == NOTES && same, "900 notes are all there, to the tick");
	free(bytes);
	pf_smf_free(smf);
}

static void
test_overlap(void)
{
	struct pf_smf *smf;
	struct pf_err err;
	uint8_t *bytes;
	size_t len;
	if (pf_smf_new(&smf, names) != 0)
		exit(1);
	for (int i = 0; i < 2; i++) {
		struct pf_event e = pf_event_make(PF_NOTE, i * 500000000, 1);
		e.pitch = 60;
		e.duration = 2;
		add(smf, e);
	}
	ok(pf_smf_write(smf, PF_SMF_TEMPO, &bytes, &len, &err) == 0 &&
	    read_bytes(bytes, len, &err) == 0 && got.n >= 2 &&
	    nth(PF_NOTE, 0).duration == 0.5f &&
	    nth(PF_NOTE, 1).duration == 2,
	    "a note ends where the next of its key begins");
	free(bytes);
	pf_smf_free(smf);
}

/* A free take in 3/4, first beat at 1.2 s, a little unsteady. */
static void
test_beats(void)
{
	struct pf_smf *smf;
	struct pf_err err;
	uint8_t *bytes;
	size_t len;
	uint32_t ears;
	if (pf_smf_new(&smf, names) != 0 ||
	    pf_names_add(names, "ears", 4, &ears) != 0)
		exit(1);
	ok(pf_smf_write(smf, PF_SMF_BEATS, &bytes, &len, &err) < 0 &&
	    strcmp(err.text, "fewer than two beats were told") == 0,
	    "without beats there are no bars");
	for (int i = 0; i < 30; i++) {
		if (i == 7)
			continue; /* one was missed */
		const int64_t at = 1200000000 + i * INT64_C(500000000) +
		    (i * 37 % 21 - 10) * 1000000;
		struct pf_event e = pf_event_make(PF_BEAT, at + 30000000,
		    ears);
		e.type |= PF_HEARD;
		e.at_us = -30000;
		e.u8[PF_BEAT_INDEX] = (uint8_t)(1 + (i + 1) % 3);
		e.u8[PF_BEAT_PER_BAR] = 3;
		e.u8[PF_BEAT_UNIT] = 4;
		add(smf, e);
		e = pf_event_make(PF_ON, at + 30000000, ears);
		e.type |= PF_HEARD;
		e.at_us = -30000;
		e.pitch = 60;
		e.id = (uint32_t)i + 1;
		add(smf, e);
		e.type = PF_OFF | PF_HEARD;
		e.time += 200000000;
		add(smf, e);
	}
	ok(pf_smf_write(smf, PF_SMF_BEATS, &bytes, &len, &err) == 0 &&
	    read_bytes(bytes, len, &err) == 0, "told beats make bars");
	int n = 0, close = 1;
	for (size_t i = 0; i < got.n; i++) {
		const struct pf_event *const e = &got.e[i];
		if (pf_event_type(e) != PF_NOTE)
			continue;
		const int k = n < 7 ? n : n + 1;
		close &= llabs(e->time - (1200000000 + k * INT64_C(500000000) +
		    (k * 37 % 21 - 10) * 1000000)) < 2000000;
		n++;
	}
	ok(n == 29 && close, "notes stay where they were played");
	/* The first first beat is i = 2: at 2.2 s, four beats in. */
	const struct pf_event up = nth(PF_METER, 0), bar = nth(PF_METER, 1);
	ok(up.time == 0 && up.p == 1 && up.q == 4 && bar.p == 3 &&
	    llabs(bar.time - 600000000) < 10000000 &&
	    nth(PF_METER, 2).time == -1,
	    "an upbeat, then bars of three, on the first beats");
	free(bytes);
	pf_smf_free(smf);
}

int
main(void)
{
	if (pf_names_new(&names) != 0)
		return 1;
	test_reading();
	test_names_and_pedal();
	test_scripts();
	test_bends();
	test_smpte();
	test_endless();
	test_broken();
	test_round_trip();
	test_overlap();
	test_beats();
	pf_names_free(names);
	return tap_done();
}
