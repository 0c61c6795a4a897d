/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast events are read and printed: ns an event, events a second on one
 * core, and how that compares with sscanf() and snprintf() on the same lines.
 */
#include "event/type.h"
#include "stream/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINES = 100000, ROUNDS = 5 };

static char *text;        /* all lines */
static size_t at[LINES + 1];
static struct pf_event event[LINES];
static struct pf_names *names;
static struct pf_tempo_map map;

static double
now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A band's lines: notes on a grid, played notes off it, beats, onsets. */
static void
make_lines(void)
{
	static const char *const who[] = {"drums", "bass", "harmony", "human"};
	text = malloc(LINES * 80);
	if (!text)
		exit(1);
	size_t n = 0;
	for (int i = 0; i < LINES; i++) {
		at[i] = n;
		const double beat = i / 8.0, off = (i * 7919 % 1000) / 1e6;
		switch (i % 8) {
		case 5:
			n += (size_t)sprintf(text + n, "%.9g\tears\tonset\t-\t"
			    "0.%03d\t-\tat=%.9g\n", beat + off, i % 1000,
			    beat + off - 0.012);
			break;
		case 6:
			n += (size_t)sprintf(text + n, "%.9g\tears\tbeat\t-\t-"
			    "\t-\tindex=%d\tmeter=4/4\tbpm=117.%d\t"
			    "confidence=0.91\n", beat, 1 + i / 8 % 4, i % 10);
			break;
		case 7:
			n += (size_t)sprintf(text + n, "%.9g\thuman\tnote\t"
			    "%d.%02d\t0.%03d\t%.4f\n", beat + off,
			    40 + i % 40, i % 100, i % 1000, 0.2 + off);
			break;
		default:
			n += (size_t)sprintf(text + n, "%.9g\t%s\tnote\t%d\t"
			    "0.%d\t0.25\n", beat, who[i % 4], 36 + i % 48,
			    10 + i % 90);
		}
	}
	at[LINES] = n;
}

static void
parse_all(void)
{
	struct pf_line line = {.number = 0};
	char more[PF_MORE_BYTES + 1];
	struct pf_err err;
	for (int i = 0; i < LINES; i++) {
		if (pf_text_parse(&line, text + at[i], at[i + 1] - at[i],
		    names, &map, more, &err) != 0) {
			fprintf(stderr, "%s\n", err.text);
			exit(1);
		}
		event[i] = line.event;
	}
}

static size_t sum;

static void
print_all(void)
{
	char buf[PF_TEXT_MOST];
	for (int i = 0; i < LINES; i++)
		sum += pf_text_print(buf, &event[i], "", names, &map);
}

static void
scanf_all(void)
{
	char source[64], type[64], pitch[64], velocity[64], length[64];
	double beat;
	char one[256];
	for (int i = 0; i < LINES; i++) {
		const size_t n = at[i + 1] - at[i];
		memcpy(one, text + at[i], n);
		one[n] = '\0';
		if (sscanf(one, "%lf %63s %63s %63s %63s %63s", &beat, source,
		    type, pitch, velocity, length) != 6)
			exit(1);
		sum += (size_t)(strtod(pitch, NULL) + strtod(velocity, NULL) +
		    strtod(length, NULL) + beat);
	}
}

static void
printf_all(void)
{
	char buf[256];
	for (int i = 0; i < LINES; i++)
		sum += (size_t)snprintf(buf, sizeof buf,
		    "%.12g\t%s\t%s\t%.9g\t%.9g\t%.9g\n",
		    (double)event[i].time * 1e-9, "drums",
		    pf_type_info[pf_event_type(&event[i])].name,
		    (double)event[i].pitch, (double)event[i].velocity,
		    (double)event[i].duration);
}

/* The best of some rounds, in ns an event. */
static double
best(void (*work)(void))
{
	double least = 1e9;
	for (int i = 0; i < ROUNDS; i++) {
		const double from = now_s();
		work();
		const double took = now_s() - from;
		least = took < least ? took : least;
	}
	return least * 1e9 / LINES;
}

static void
report(const char *what, double ours, const char *peer, double theirs)
{
	printf("%s  %.0f ns an event, %.2f million a second; %s %.0f ns: "
	    "%.1f times as fast\n", what, ours, 1e3 / ours, peer, theirs,
	    theirs / ours);
}

int
main(void)
{
	if (pf_names_new(&names) != 0 || pf_tempo_map_init(&map) != 0 ||
	    pf_tempo_map_add(&map, 0, 117) != 0)
		return 1;
	make_lines();
	const double parse = best(parse_all), scan = best(scanf_all);
	const double print = best(print_all), format = best(printf_all);
	report("stream parse", parse, "sscanf", scan);
	report("stream print", print, "snprintf", format);
	pf_names_free(names);
	pf_tempo_map_fini(&map);
	free(text);
	return sum == 0;
}
