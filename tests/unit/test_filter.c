/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of delivery: what a mind in a pipe knows, and when. */
#include "stream/filter.h"

#include "event/type.h"
#include "pipe.h"
#include "tap.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* A mind that writes a diary, and answers notes an octave up. */
struct mind {
	struct pf_sink sink;
	char diary[65536];
	size_t n;
	int64_t delay_ns;  /* of its answers */
	int64_t over_ns;   /* thinks on until then */
	int64_t now_ns;
	int flood;         /* so many events at the first thought */
	unsigned type;     /* flags of what it says */
};

static void __attribute__((format(printf, 2, 3)))
note_down(struct mind *m, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	m->n += (size_t)vsnprintf(m->diary + m->n, sizeof m->diary - m->n,
	    fmt, ap);
	va_end(ap);
}

static void
play(struct mind *m, int64_t ns, float pitch)
{
	struct pf_event e = pf_event_make(PF_NOTE, ns, 0);
	e.pitch = pitch;
	e.velocity = 0.5f;
	e.duration = 0.25f;
	e.type |= m->type;
	if (pf_sink_say(&m->sink, &e, "why=echo") != 0)
		abort();
}

static int
hear(void *ctx, const struct pf_event *e, const char *more, double beat)
{
	struct mind *const m = ctx;
	(void)more;
	note_down(m, "%s@%g ", pf_type_info[pf_event_type(e)].name, beat);
	if (pf_event_type(e) == PF_NOTE)
		play(m, e->time + m->delay_ns, e->pitch + 12);
	return 0;
}

static int
think(void *ctx, int64_t n, int64_t time_ns)
{
	struct mind *const m = ctx;
	m->now_ns = time_ns;
	note_down(m, "%lld ", (long long)n);
	for (; m->flood > 0; m->flood--)
		play(m, time_ns + 1000000000, 60);
	return 0;
}

static void
end(void *ctx, int64_t time_ns)
{
	note_down(ctx, "end@%lld ", (long long)time_ns / 1000000);
}

static bool
over(void *ctx)
{
	const struct mind *const m = ctx;
	return m->now_ns >= m->over_ns;
}

/* Run a mind over a text.  Returns its output, or the error. */
static char *
run(struct mind *m, const char *text, bool replace, int heard_fd,
    struct pf_filter_counts *counts)
{
	struct pf_names *names;
	struct pf_filter *f;
	struct pf_err err = {.text = ""};
	const struct pf_filter_config config = {
		.name = "echo", .in_fd = fd_of_text(text),
		.out_fd = fd_of_text(""), .in_name = "t.pf",
		.heard_fd = heard_fd, .replace = replace, .thoughts_hz = 10,
		.held_most = 64,
	};
	const struct pf_hearer hearer = {.hear = hear, .think = think,
	    .end = end, .over = over, .ctx = m};
	if (pf_names_new(&names) != 0 ||
	    pf_filter_new(&f, &config, names, &err) != 0)
		exit(1);
	m->sink = pf_filter_sink(f);
	m->n = 0;
	m->now_ns = 0;
	pf_filter_set_hearer(f, &hearer);
	char *const out = pf_filter_run(f, &err) == 0
	    ? text_of_fd(config.out_fd) : strdup(err.text);
	if (counts)
		*counts = pf_filter_counts(f);
	pf_filter_free(f);
	pf_names_free(names);
	close(config.in_fd);
	close(config.out_fd);
	return out;
}

static int
gives(struct mind *m, const char *text, const char *want, const char *diary)
{
	char *const out = run(m, text, false, -1, NULL);
	const int same = strcmp(out, want) == 0 &&
	    (!diary || strcmp(m->diary, diary) == 0);
	if (!same)
		printf("# got: %s# diary: %s\n", out, m->diary);
	free(out);
	return same;
}

static void
test_passing(void)
{
	struct mind m = {.delay_ns = 100000000};
	ok(gives(&m, "# hi\n0.05\ta\ttick\n0.1\tb\tmagic\tx\t\n",
	    "#performia 1\n# hi\n0.05\ta\ttick\n0.1\tb\tmagic\tx\t\n",
	    "0 tick@0.05 1 end@100 "),
	    "what is upstream passes byte for byte, behind a header");
	ok(gives(&m, "#performia 1\n0\ta\tnote\tkick\t0.90\t1.0\n"
	    "0.05\ta\ttick\n0.5\ta\ttick",
	    "#performia 1\n0\ta\tnote\tkick\t0.90\t1.0\n0.05\ta\ttick\n"
	    "0.1\techo\tnote\t48\t0.5\t0.25\twhy=echo\n0.5\ta\ttick\n",
	    NULL), "an answer waits until the clock is there");
	ok(gives(&m, "", "#performia 1\n", "end@0 "),
	    "nothing gives an empty stream");
}

static void
test_thoughts(void)
{
	struct mind m = {.delay_ns = 100000000};
	ok(gives(&m, "#performia 1\n0.1\ta\tonset\n0.15\ta\tonset\n"
	    "0.3\ta\ttick\n", "#performia 1\n0.1\ta\tonset\n0.15\ta\tonset\n"
	    "0.3\ta\ttick\n", "0 1 onset@0.1 onset@0.15 2 3 tick@0.3 end@300 "),
	    "thought n knows what is earlier than n/hz, and no more");
	m.over_ns = 500000000;
	ok(gives(&m, "#performia 1\n0.25\ta\ttick\n",
	    "#performia 1\n0.25\ta\ttick\n",
	    "0 1 2 tick@0.25 end@250 3 4 5 "),
	    "after the end it thinks on until it is over");
}

static void
test_order(void)
{
	struct mind m = {.delay_ns = 100000000};
	ok(gives(&m, "#performia 1\n0\tz\tset\t-\t-\t-\tparam=x\tvalue=1\n"
	    "0\tb\tbeat\n0\ta\toff\t60\n0\tq\tmeter\t-\t-\t-\tmeter=3/4\n"
	    "0\ta\tbeat\n", "#performia 1\n"
	    "0\tz\tset\t-\t-\t-\tparam=x\tvalue=1\n0\tb\tbeat\n0\ta\toff\t60\n"
	    "0\tq\tmeter\t-\t-\t-\tmeter=3/4\n0\ta\tbeat\n",
	    "0 off@0 meter@0 set@0 beat@0 beat@0 end@0 "),
	    "lines of one time are told by rank, whatever their order");
}

static void
test_reaction(void)
{
	struct mind m = {.delay_ns = 0};
	struct pf_filter_counts c;
	char *const out = run(&m, "#performia 1\n1\ta\tnote\t60\t1\t1\n"
	    "2\ta\ttick\n", false, -1, &c);
	ok(strstr(out, "\n1.003\techo\tnote\t72\t") && c.delayed == 1 &&
	    c.said == 1, "nothing is answered in less than 3 ms");
	free(out);
	m.flood = 100;
	free(run(&m, "#performia 1\n1\ta\ttick\n", false, -1, &c));
	ok(c.said == 64 && c.refused == 36,
	    "what does not fit the heap is refused and counted");
}

static void
test_tempo(void)
{
	struct mind m = {.delay_ns = 2000000000};
	const char *const text = "#performia 1\n0\ts\ttempo\t-\t-\t-\tbpm=60\n"
	    "0\ta\tnote\t60\t1\t1\n1\ts\ttempo\t-\t-\t-\tbpm=120\n"
	    "4\ta\ttick\n";
	char *out = run(&m, text, false, -1, NULL);
	ok(strstr(out, "\n2\techo\tnote\t72\t0.5\t0.25\t") != NULL,
	    "what waits keeps its beat when the tempo changes");
	free(out);
	m.type = PF_FREE;
	out = run(&m, text, false, -1, NULL);
	ok(strstr(out, "\n3\techo\tnote\t72\t0.5\t0.5\t") != NULL,
	    "what is free keeps its second");
	free(out);
}

static void
test_own_name(void)
{
	struct mind m = {.delay_ns = 100000000};
	const char *const text = "#performia 1\n0\techo\tnote\t60\t1\t1\n"
	    "1\ta\ttick\n";
	ok(gives(&m, text, "t.pf:2: source: 'echo' already plays upstream "
	    "(take another name, or --replace it)", NULL),
	    "two cannot play under one name");
	char *const out = run(&m, text, true, -1, NULL);
	ok(strcmp(out, "#performia 1\n1\ta\ttick\n") == 0,
	    "but one can replace the other");
	free(out);
}

static void
test_heard(void)
{
	struct mind m = {.delay_ns = 70000000, .over_ns = 2000000000}, n = m;
	const int heard = fd_of_text("");
	char *const out = run(&m, "#performia 1\n# c\n"
	    "0\tz\tnote\t60\t1\t1\n0\ts\ttempo\t-\t-\t-\tbpm=97\n"
	    "1\tb\twhat\n1\ta\tnote\t61\t1\t1\n1.5\techo\tnote\t1\t1\t1\n"
	    "2.25\ta\ttick\n", true, heard, NULL);
	char *const text = text_of_fd(heard);
	char *const replayed = run(&n, text, false, -1, NULL);
	ok(strcmp(text, "#performia 1\n0\ts\ttempo\t-\t-\t-\tbpm=97\n"
	    "0\tz\tnote\t60\t1\t1\n1\ta\tnote\t61\t1\t1\n1\tb\twhat\n"
	    "2.25\ta\ttick\n") == 0, "what was heard is written as it was told");
	if (strcmp(m.diary, n.diary) != 0)
		printf("# %s\n# %s\n", m.diary, n.diary);
	ok(strcmp(m.diary, n.diary) == 0 && m.n > 50,
	    "and a mind that hears it again decides the same");
	free(out);
	free(text);
	free(replayed);
	close(heard);
}

static void
test_errors(void)
{
	struct mind m = {.delay_ns = 100000000};
	ok(gives(&m, "0\ta\tnote\tH\t1\t1\n",
	    "t.pf:1: pitch: 'H' is not a note", NULL),
	    "a malformed line ends the run and is named");
}

int
main(void)
{
	test_passing();
	test_thoughts();
	test_order();
	test_reaction();
	test_tempo();
	test_own_name();
	test_heard();
	test_errors();
	return tap_done();
}
