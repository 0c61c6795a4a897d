/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to events and back: the codec, the reader, the feed, the writer. */
#include "stream/feed.h"

#include "base/rng.h"
#include "event/type.h"
#include "pipe.h"
#include "stream/writer.h"
#include "tap.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static struct pf_names *names;

/* Read a text and write it again; the error if there was one. */
static char *
again(const char *text, enum pf_strict strict)
{
	struct pf_reader *reader;
	struct pf_feed *feed;
	struct pf_writer *writer;
	struct pf_line line;
	struct pf_err err = {.text = ""};
	const int in = fd_of_text(text), out = fd_of_text("");
	if (pf_reader_new(&reader, in, "t.pf", strict, names, &err) != 0 ||
	    pf_feed_new(&feed, reader) != 0 ||
	    pf_writer_new(&writer, out, "memory", names) != 0)
		exit(1);
	int r;
	while ((r = pf_feed_next(feed, &line, &err)) > 0) {
		if (line.kind == PF_LINE_EVENT)
			pf_writer_event(writer, &line.event, line.more);
		else
			pf_writer_line(writer, &line);
	}
	char *result = NULL;
	if (pf_writer_flush(writer, r < 0 ? NULL : &err) == 0 && r == 0)
		result = text_of_fd(out);
	pf_writer_free(writer);
	pf_feed_free(feed);
	close(in);
	close(out);
	return result ? result : strdup(err.text);
}

static int
becomes(const char *text, const char *want)
{
	char *const got = again(text, PF_STRICT);
	const int same = strcmp(got, want) == 0;
	if (!same)
		printf("# got:  %s\n# want: %s\n", got, want);
	free(got);
	return same;
}

static int
stays(const char *text)
{
	return becomes(text, text);
}

/* Is the message for this text this one? */
static int
says(const char *text, const char *message)
{
	return becomes(text, message);
}

static void
test_every_type(void)
{
	ok(stays("0\tscore\ttempo\t-\t-\t-\tbpm=97.5\n"
	    "0\tscore\tmeter\t-\t-\t-\tmeter=6/8\n"
	    "0\tscore\tsection\t-\t-\t16\tname=verse\tbars=4\n"
	    "0\tscore\tscene\t-\t-\t-\tname=calm\n"
	    "0\tbass\tpatch\t-\t-\t-\tname=fingered\n"
	    "0\tlead\tpatch\t-\t-\t-\tbank=128\tprogram=0\n"
	    "0\tbass\tnote\t33.5\t0.8\t0.5\tid=7\tcutoff=0.4\tpan=-1\n"),
	    "tempo, meter, form, patches and notes keep every value");
	ok(stays("0.5\tx\tset\t-\t-\t1\tparam=cutoff\tvalue=0.3\tid=9\n"
	    "0.5\tears\ton\t-\t0.63\t-\tat=0.488\tid=4\n"
	    "0.6\tears\tbend\t45.13\t0.7\t-\tat=0.59\tid=4\n"
	    "0.9\tears\toff\t45\t-\t-\tat=0.85\tid=4\n"
	    "1\thand\ton\t60\t0.5\t-\n"
	    "1.02\tears\tonset\t36\t0.63\t-\tconfidence=0.5\tat=1.008\n"
	    "1.03\tears\tpitch\t45.2\t-\t-\tconfidence=0.8\tat=1\tid=4\n"),
	    "sets, hands, and what ears say of notes");
	ok(stays("2\tears\tlevel\t-\t-\t-\trms=-23.5\tpeak=-12\tlufs=-20.25\t"
	    "at=1.99\n"
	    "3\tears\tbeat\t-\t-\t-\tindex=4\tmeter=4/4\tbpm=118.5\t"
	    "confidence=0.91\tat=3.2\n"
	    "4\tears\tchord\t-\t-\t-\troot=F#\tquality=hdim7\tbass=E\t"
	    "confidence=0.9\tat=3.5\talt=C:maj\n"
	    "5\tharmony\tchord\t-\t-\t2\troot=A\tquality=min7\n"
	    "6\tears\tchord\t-\t-\t-\troot=N\tat=5.5\n"
	    "7\tears\tkey\t-\t-\t-\ttonic=Bb\tmode=dorian\tconfidence=0.5\t"
	    "at=6\talt=F:major\n"), "levels, beats, chords and keys");
	ok(stays("8\tears\ttimbre\t-\t-\t-\tcentroid=1200\tnoise=0.2\t"
	    "dominant=440\tat=7.9\tmfcc1=0.3\n"
	    "9\tears\tphrase\t-\t-\t-\twhat=begin\tconfidence=0.5\tat=8.5\n"
	    "10\tbass\tintent\t-\t-\t4\tact=lead\tdensity=2\tloudness=0.5\t"
	    "low=28\thigh=52\tin=4\n"
	    "11\tbass\tdecision\t-\t-\t-\tsubject=fill\tcertainty=0.8\t"
	    "reason=the player rests\n"
	    "12\tc\tplay\t-\t-\t-\n"
	    "12\tc\tseek\t-\t-\t-\tbeat=16\n"
	    "12\tc\tstop\t-\t-\t0.5\n"
	    "13\tc\treset\t-\t-\t-\n"
	    "14\tc\tmetric\t-\t-\t-\tname=load\tvalue=0.123456789\n"
	    "15\tc\ttick\t-\t-\t-\n"
	    "15\tdrums\tnote\t36\t0.5\t0.25\tfree=1\n"),
	    "timbre, phrases, plans, the transport, and free notes");
}

static void
test_spellings(void)
{
	ok(becomes("0\ta\tnote\tkick\t0.90\t.50\n0\tb\tnote\tBb3\t1e-1\t1\n",
	    "0\ta\tnote\t36\t0.9\t0.5\n0\tb\tnote\t58\t0.1\t1\n"),
	    "names of notes and drums are read, numbers printed");
	ok(becomes("0\ta\tkey\t-\t-\t-\ttonic=Db\tmode=m\n"
	    "0\ta\tchord\t\t\t\troot=Gb\tquality=m7b5\n",
	    "0\ta\tkey\t-\t-\t-\ttonic=C#\tmode=minor\n"
	    "0\ta\tchord\t-\t-\t-\troot=F#\tquality=hdim7\n"),
	    "other spellings of keys and chords become ours");
	ok(becomes("0\ta\tchord\t-\t-\t-\troot=A\n",
	    "0\ta\tchord\t-\t-\t-\troot=A\tquality=maj\n"),
	    "a chord without a quality is major");
	ok(stays("0\ta\tchord\t-\t-\t-\troot=A\tquality=mystic\n"),
	    "a quality that nobody knows is kept");
	ok(becomes("0\ta\ttick\r\n", "0\ta\ttick\t-\t-\t-\n"),
	    "columns may be left out, and lines end as on Windows");
	ok(stays("# a comment\n\n"), "comments and empty lines pass");
	ok(stays("1\ta\tmiracle\tx y z\t\t\n2\ta\tnote\t60\t-\t1\tnew=key\n"),
	    "types and keys of the future pass");
	ok(stays("1\t#8f3a02c1\tset\t-\t-\t-\tparam=#01234567\tvalue=1\n"),
	    "a hash without a spelling passes");
	ok(stays("1\tgitarre-ü\ttick\t-\t-\t-\n"), "names are UTF-8");
}

static void
test_errors(void)
{
	ok(says("#performia 1\n0\ta\tnote\tH4\t1\t1\n",
	    "t.pf:2: pitch: 'H4' is not a note"), "a wrong note is named");
	ok(says("0\ta\tnote\t200\t1\t1\n",
	    "t.pf:1: pitch: '200' is out of 0..127.999"), "so is its range");
	ok(says("0\ta\tnote\t60\tnan\t1\n",
	    "t.pf:1: velocity: 'nan' is not a number"), "NaN is no number");
	ok(says("0\ta\tnote\t60\t1.5\t1\n",
	    "t.pf:1: velocity: '1.5' is out of 0..1"), "velocity is 0..1");
	ok(says("0\ta\tnote\t60\t1\n", "t.pf:1: duration: a note needs one"),
	    "a note needs a length");
	ok(says("0\ta\ttempo\t-\t-\t-\tbpm=1000000000\n",
	    "t.pf:1: bpm: '1000000000' is out of 10..1000"),
	    "a billion is no tempo");
	ok(says("1\ta\ttick\n0.5\ta\ttick\n",
	    "t.pf:2: beat: '0.5' stands before the line above it (is the "
	    "stream sorted?)"), "time does not go backwards");
	ok(says("x\ta\ttick\n", "t.pf:1: beat: 'x' is not a number") &&
	    says("-1\ta\ttick\n", "t.pf:1: beat: '-1' is out of 0..1000000000"),
	    "nor before the beginning");
	ok(says("0 a note 60 1 1\n",
	    "t.pf:1: source: it is missing (columns are separated by TAB)"),
	    "blanks are no TABs, and that is said");
	ok(says("0\ta\tmeter\t-\t-\t-\tmeter=4/3\n",
	    "t.pf:1: meter: '4/3' is not a meter like 4/4"),
	    "4/3 is no meter");
	ok(says("0\ta\ttempo\t60\t-\t-\tbpm=60\n",
	    "t.pf:1: pitch: '60': a tempo has none"),
	    "a column that would get lost is an error");
	ok(says("0\ta\tnote\t60\t1\t1\tcutoff\n",
	    "t.pf:1: after the columns: 'cutoff' is not key=value"),
	    "pairs have an equals sign");
	ok(says("0\ta\tnote\t60\t1\t1\tid=1\tid=2\n",
	    "t.pf:1: id: '2' is given twice"), "keys are given once");
	ok(says("0\ta\tchord\t-\t-\t2\troot=A\tat=0\n",
	    "t.pf:1: duration: a chord with at= has none"),
	    "what was heard has no length yet");
	ok(says("0\ta\tcancel\n",
	    "t.pf:1: type: 'cancel' does not exist in text"),
	    "cancel lives in lanes only");
	ok(says("#performia 2\n",
	    "t.pf:1: this stream has version '2', only version 1 is known"),
	    "another version is refused");
	ok(says("0\ta\xff\ttick\n", "t.pf:1: source: not text in UTF-8"),
	    "names are text");
	ok(says("0\ta\tset\t-\t-\t-\tparam=x\n",
	    "t.pf:1: value: a set needs one"), "a set needs a value");
}

static void
test_lenient(void)
{
	char *const got = again("0\ta\ttick\nrubbish\n0\ta\tnote\tH\t1\t1\n"
	    "0.5\ta\ttick\n0.1\ta\ttick\n", PF_LENIENT);
	ok(strcmp(got, "0\ta\ttick\t-\t-\t-\n0.5\ta\ttick\t-\t-\t-\n") == 0,
	    "a lenient reader skips what is wrong");
	free(got);
}

static void
test_long_lines(void)
{
	const size_t most = PF_LINE_MOST;
	char *const text = malloc(3 * most);
	memset(text, 'x', 3 * most);
	text[0] = '#';
	memcpy(text + most - 1, "\n", 2);
	ok(stays(text), "a line of 65536 bytes passes");
	memset(text + most - 1, 'x', 2);
	memcpy(text + 2 * most, "\n0\ta\ttick\t-\t-\t-\n", 17);
	ok(says(text, "t.pf:1: the line is longer than 65536 bytes"),
	    "a longer one is an error");
	char *const got = again(text, PF_LENIENT);
	ok(strcmp(got, "0\ta\ttick\t-\t-\t-\n") == 0,
	    "and can be passed over");
	free(got);
	free(text);
	ok(becomes("0\ta\ttick", "0\ta\ttick\t-\t-\t-\n"),
	    "the last line needs no newline");
}

static void
test_order(void)
{
	ok(becomes("0\tz\tnote\t60\t1\t1\n0\ta\tnote\t60\t1\t1\n"
	    "0\tq\toff\t60\n0\ts\ttempo\t-\t-\t-\tbpm=120\n"
	    "0\ts\tset\t-\t-\t-\tparam=x\tvalue=1\n0\ts\tbeat\n",
	    "0\tq\toff\t60\t-\t-\n0\ts\ttempo\t-\t-\t-\tbpm=120\n"
	    "0\ts\tset\t-\t-\t-\tparam=x\tvalue=1\n0\ts\tbeat\t-\t-\t-\n"
	    "0\ta\tnote\t60\t1\t1\n0\tz\tnote\t60\t1\t1\n"),
	    "lines of one beat come by rank and source");
}

/* The events of a text, in the order of delivery. */
static size_t
events_of(const char *text, struct pf_event *e, size_t most)
{
	struct pf_reader *reader;
	struct pf_feed *feed;
	struct pf_line line;
	struct pf_err err;
	const int in = fd_of_text(text);
	size_t n = 0;
	if (pf_reader_new(&reader, in, "t", PF_STRICT, names, &err) != 0 ||
	    pf_feed_new(&feed, reader) != 0)
		exit(1);
	while (n < most && pf_feed_next(feed, &line, &err) > 0)
		e[n++] = line.event;
	pf_feed_free(feed);
	close(in);
	return n;
}

static void
test_time(void)
{
	struct pf_event e[8];
	size_t n = events_of("1\ta\tnote\t60\t1\t1\n"
	    "2\ts\ttempo\t-\t-\t-\tbpm=120\n4\ta\tnote\t60\t1\t1\n", e, 8);
	ok(n == 3 && e[0].time == 1000000000 && e[0].duration == 1 &&
	    e[2].time == 3000000000 && e[2].duration == 0.5f,
	    "beats are seconds until a tempo says otherwise");
	n = events_of("0\ta\tnote\t60\t1\t1\n"
	    "0\ts\ttempo\t-\t-\t-\tbpm=120\n", e, 8);
	ok(n == 2 && e[1].duration == 0.5f,
	    "a tempo holds for lines of its beat that stand before it");
	n = events_of("2\te\tonset\t-\t-\t-\tat=1.988\n"
	    "2\te\tbeat\t-\t-\t-\tat=2.5\n2\te\tonset\n", e, 8);
	ok(n == 3 && e[1].type == (PF_BEAT | PF_HEARD) &&
	    e[1].at_us == 500000 && pf_event_at(&e[0]) == 1988000000 &&
	    e[2].type == PF_ONSET,
	    "at= tells when it happened or will, and marks the heard");
}

/* Random events through text and back: the same bits. */
static void
test_random(void)
{
	struct pf_tempo_map map;
	struct pf_line line = {.number = 0};
	struct pf_err err;
	char text[PF_TEXT_MOST], more[PF_MORE_BYTES + 1];
	uint32_t source;
	int same = 1;
	if (pf_tempo_map_init(&map) != 0 ||
	    pf_names_add(names, "rnd", 3, &source) != 0)
		exit(1);
	for (int i = 0; i < 20000; i++) {
		const double beat = i * 0.37;
		if (i % 50 == 0 && pf_tempo_map_add(&map, beat, 30 +
		    300 * pf_rng_unit(1, 1, i, 9)) != 0)
			same = 0;
		const int64_t ns = pf_tempo_map_ns(&map, beat) +
		    (i % 3 ? pf_rng_below(1, 1, i, 0, 1000000000) : 0);
		struct pf_event e = pf_event_make(PF_NOTE, ns, source);
		e.pitch = (float)(127 * pf_rng_unit(1, 1, i, 1));
		e.velocity = (float)pf_rng_unit(1, 1, i, 2);
		e.duration = (float)(3 * pf_rng_unit(1, 1, i, 3));
		e.id = pf_rng_below(1, 1, i, 4, 5);
		if (i % 4 == 0) {
			e = pf_event_make(PF_ONSET, ns, source);
			e.type |= PF_HEARD;
			e.at_us = (int32_t)pf_rng_below(1, 1, i, 5, 200000) -
			    100000;
			e.confidence = (float)pf_rng_unit(1, 1, i, 6);
		}
		const size_t n = pf_text_print(text, &e, "k=v", names, &map);
		if (pf_text_parse(&line, text, n, names, &map, more, &err) ||
		    memcmp(&line.event, &e, sizeof e) != 0 ||
		    strcmp(more, "k=v") != 0) {
			printf("# %.*s", (int)n, text);
			same = 0;
		}
	}
	ok(same, "20000 events over 400 tempos keep every bit");
	pf_tempo_map_fini(&map);
}

static void
test_live(void)
{
	int p[2];
	struct pf_reader *reader;
	struct pf_line line;
	struct pf_err err;
	if (pipe(p) != 0 || pf_reader_new(&reader, p[0], "pipe", PF_STRICT,
	    names, &err) != 0)
		exit(1);
	ok(pf_reader_would_wait(reader), "an empty pipe would wait");
	if (write(p[1], "0\ta\ttick\n0.1\ta\tti", 17) != 17)
		exit(1);
	ok(!pf_reader_would_wait(reader) &&
	    pf_reader_next(reader, &line, &err) == 1 && line.beat == 0,
	    "a line is there as soon as it is whole");
	ok(pf_reader_would_wait(reader), "half a line would wait");
	if (write(p[1], "ck\n", 3) != 3)
		exit(1);
	ok(pf_reader_next(reader, &line, &err) == 1 && line.beat == 0.1,
	    "until its other half comes");
	close(p[1]);
	ok(pf_reader_next(reader, &line, &err) == 0, "and then the end");
	pf_reader_free(reader);
	close(p[0]);
}

static void
test_full_disk(void)
{
	struct pf_writer *writer;
	struct pf_err err;
	FILE *const full = fopen("/dev/full", "w");
	if (!full) {
		tap_skip("there is no /dev/full");
		return;
	}
	if (pf_writer_new(&writer, fileno(full), "'x'", names) != 0)
		exit(1);
	pf_writer_header(writer);
	ok(pf_writer_flush(writer, &err) == -ENOSPC &&
	    strcmp(err.text, "cannot write to 'x': No space left on device") ==
	    0 && pf_writer_failed(writer), "a full disk is told");
	pf_writer_free(writer);
	fclose(full);
}

int
main(void)
{
	if (pf_names_new(&names) != 0)
		return 1;
	test_every_type();
	test_spellings();
	test_errors();
	test_lenient();
	test_long_lines();
	test_order();
	test_time();
	test_random();
	test_live();
	test_full_disk();
	pf_names_free(names);
	return tap_done();
}
