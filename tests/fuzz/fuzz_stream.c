/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mutated streams: what is read must print and read back the same. */
#include "fuzz.h"

#include "base/attr.h"
#include "event/type.h"
#include "stream/text.h"

static const char seed[] =
    "#performia 1\n# comment\n"
    "0\tscore\ttempo\t-\t-\t-\tbpm=97.5\n"
    "0\tscore\tmeter\t-\t-\t-\tmeter=6/8\n"
    "0\tscore\tsection\t-\t-\t16\tname=verse\tbars=4\n"
    "0\tlead\tpatch\t-\t-\t-\tbank=128\tprogram=0\n"
    "0\tbass\tnote\tBb1\t0.8\t0.5\tid=7\tcutoff=0.4\tpan=-1\n"
    "0.5\tx\tset\t-\t-\t1\tparam=cutoff\tvalue=0.3\tid=9\n"
    "0.5\tears\ton\t-\t0.63\t-\tat=0.488\tid=4\n"
    "0.6\tears\tbend\t45.13\t0.7\t-\tat=0.59\tid=4\n"
    "1.02\tears\tonset\tkick\t0.63\t-\tconfidence=0.5\tat=1.008\n"
    "2\tears\tlevel\t-\t-\t-\trms=-23.5\tpeak=-12\tlufs=-20.25\n"
    "3\tears\tbeat\t-\t-\t-\tindex=4\tmeter=4/4\tbpm=118.5\tat=3.2\n"
    "4\tears\tchord\t-\t-\t-\troot=F#\tquality=hdim7\tbass=E\talt=C:maj\n"
    "7\tears\tkey\t-\t-\t-\ttonic=Bb\tmode=dorian\tat=6\talt=F:major\n"
    "9\tears\tphrase\t-\t-\t-\twhat=begin\tconfidence=0.5\n"
    "10\tbass\tintent\t-\t-\t4\tact=lead\tdensity=2\tlow=28\thigh=52\tin=4\n"
    "11\tbass\tdecision\t-\t-\t-\tsubject=fill\tcertainty=0.8\treason=so\n"
    "12\tc\tseek\t-\t-\t-\tbeat=16\n14\tc\tmetric\t-\t-\t-\tname=load\t"
    "value=0.1\n15\tdrums\tnote\t36\t0.5\t0.25\tfree=1\n"
    "16\t#8f3a02c1\tmagic\tx\n";

static void
refuse(const char *what, const char *text, size_t n)
{
	fprintf(stderr, "%s: %.*s\n", what, (int)n, text);
	abort();
}

/* An event that was read is good, and prints as itself. */
static void
check(const struct pf_line *line, struct pf_names *names,
    const struct pf_tempo_map *map)
{
	char text[PF_TEXT_MOST], twice[PF_TEXT_MOST];
	char more[PF_MORE_BYTES + 1];
	struct pf_line back = {.number = 0};
	struct pf_err err;
	if (pf_event_check(&line->event))
		refuse(pf_event_check(&line->event), line->raw, line->raw_len);
	const size_t n = pf_text_print(text, &line->event, line->more, names,
	    map);
	if (n == 0 || n > sizeof text)
		refuse("length", line->raw, line->raw_len);
	if (pf_text_parse(&back, text, n, names, map, more, &err) != 0)
		refuse(err.text, text, n);
	if (memcmp(&back.event, &line->event, sizeof back.event) != 0)
		refuse("not the same", text, n);
	const size_t m = pf_text_print(twice, &back.event, more, names, map);
	if (m != n || memcmp(text, twice, n) != 0)
		refuse("not printed the same", text, n);
}

static void
fuzz_one(const uint8_t *bytes, size_t n)
{
	struct pf_names *names;
	struct pf_tempo_map map;
	if (pf_names_new(&names) != 0 || pf_tempo_map_init(&map) != 0)
		abort();
	const char *at = (const char *)bytes;
	const char *const end = at + n;
	while (at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		const size_t len = (size_t)((nl ? nl + 1 : end) - at);
		struct pf_line line = {.number = 0};
		char more[PF_MORE_BYTES + 1];
		struct pf_err err;
		if (pf_text_parse(&line, at, len, names, &map, more, &err) ==
		    0 && line.kind == PF_LINE_EVENT) {
			check(&line, names, &map);
			if (pf_event_type(&line.event) == PF_TEMPO)
				(void)!pf_tempo_map_add(&map, line.beat,
				    line.event.value);
		}
		at += len;
	}
	pf_tempo_map_fini(&map);
	pf_names_free(names);
}

#ifndef PF_LIBFUZZER
static const struct fuzz_seed seeds[] = {{seed, sizeof seed - 1}};
static const char *const words[] = {"\t", "\n", "nan", "-", "1e9", "1e-300",
    "999999999999999999999999", "=", "at=", "0x1p3", "#", "\xff", "-0",
    "0.00000000001", "\tfree=1", "127.9999", "4294967295"};
FUZZ_MAIN(seeds, 1, words, 20000)
#endif
