/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "latency/measure.h"

#include "base/attr.h"

#include <inttypes.h>
#include <math.h>

const char *const pf_latency_task_name[PF_LATENCY_TASKS] = {
	[PF_LATENCY_EVENT] = "event", [PF_LATENCY_SCHEDULED] = "scheduled",
	[PF_LATENCY_OSC] = "osc", [PF_LATENCY_ANSWER] = "answer",
	[PF_LATENCY_THROUGH] = "through",
};

const struct pf_way_info pf_way_info[PF_WAYS] = {
	[PF_WAY_EVENT] = {"event", "event, at once -> sound",
	    PF_LATENCY_EVENT, true},
	[PF_WAY_STAMPED] = {"stamped", "event, stamped now -> sound",
	    PF_LATENCY_EVENT, true},
	[PF_WAY_RENDERED] = {"rendered", "event, at once -> samples made",
	    PF_LATENCY_EVENT, true},
	[PF_WAY_SCHEDULED] = {"scheduled", "scheduled event: error",
	    PF_LATENCY_SCHEDULED, false},
	[PF_WAY_OSC] = {"osc", "OSC -> sound", PF_LATENCY_OSC, true},
	[PF_WAY_OSC_OK] = {"osc-ok", "OSC -> answer", PF_LATENCY_OSC, true},
	[PF_WAY_ONSET] = {"onset", "click in -> onset known",
	    PF_LATENCY_ANSWER, true},
	[PF_WAY_EARS] = {"ears", "click in -> ears have said it",
	    PF_LATENCY_ANSWER, true},
	[PF_WAY_REFLEX] = {"reflex", "click in -> agent has answered",
	    PF_LATENCY_ANSWER, true},
	[PF_WAY_ANSWER] = {"answer", "click in -> answer sounds",
	    PF_LATENCY_ANSWER, true},
	[PF_WAY_THROUGH] = {"through", "sound in -> sound out",
	    PF_LATENCY_THROUGH, true},
	[PF_WAY_JACK] = {"jack", "sound in -> sound out, at JACK",
	    PF_LATENCY_THROUGH, true},
};

void
pf_measures_free(struct pf_measures *m)
{
	for (int w = 0; w < PF_WAYS; w++)
		pf_spread_free(&m->way[w]);
}

static double
ms(const struct pf_measures *m, double frames)
{
	return m->after.rate_hz ? 1e3 * frames / m->after.rate_hz : 0;
}

/* Frames that the device needs beside what is measured: the sound's way in
 * before its period, the way out after it. */
static int64_t
device_in(const struct pf_measures *m)
{
	return (int64_t)m->after.in_latency - m->after.period_frames;
}

/* ---- budgets */

void
pf_budget_init(struct pf_budget *budget)
{
	for (int w = 0; w < PF_WAYS; w++)
		budget->ms[w] = -1;
}

static bool
is_broken(const struct pf_budget *budget, struct pf_measures *m, int w)
{
	struct pf_spread *const s = &m->way[w];
	if (!pf_way_info[w].latency)
		return pf_spread_quantile(s, 1) != 0 ||
		    pf_spread_quantile(s, 0) != 0;
	if (w == PF_WAY_EVENT && m->beyond > 0)
		return true;
	return s->n > 0 && budget->ms[w] >= 0 &&
	    ms(m, pf_spread_quantile(s, 0.999)) > budget->ms[w];
}

enum pf_latency_way
pf_budget_broken(const struct pf_budget *budget, struct pf_measures *m)
{
	int w = 0;
	while (w < PF_WAYS && !is_broken(budget, m, w))
		w++;
	return (enum pf_latency_way)w;
}

/* ---- for people */

/* The columns of both reports. */
static const struct {
	const char *name;
	double q; /* a quantile; < 0: another */
} column[] = {
	{"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1},
	{"mean", -1}, {"sd", -2},
};

static double
figure(struct pf_spread *s, size_t c)
{
	return column[c].q >= 0 ? pf_spread_quantile(s, column[c].q)
	    : column[c].q > -1.5 ? pf_spread_mean(s)
	    : pf_spread_deviation(s);
}

static void
print_way(FILE *f, struct pf_measures *m, int w)
{
	struct pf_spread *const s = &m->way[w];
	fprintf(f, "%-31s %5zu ", pf_way_info[w].text, s->n);
	for (size_t c = 0; c < PF_COUNT(column); c++)
		fprintf(f, " %8.1f", figure(s, c));
	fprintf(f, "\n%-31s %5s ", "", "ms");
	for (size_t c = 0; c < PF_COUNT(column); c++)
		fprintf(f, " %8.3f", ms(m, figure(s, c)));
	fputc('\n', f);
}

static void
print_rest(FILE *f, const struct pf_measures *m)
{
	const struct pf_clock_state *const c = &m->after;
	fprintf(f, "\nperiods of %u frames at %u Hz; in the figures: the "
	    "master's look-ahead, %u frames.\n", c->period_frames, c->rate_hz,
	    c->master_latency);
	fprintf(f, "the device needs besides: %+" PRId64 " frames on the way "
	    "in, %+d on the way out (%.1f ms)\n", device_in(m),
	    (int)c->out_latency, ms(m, (double)device_in(m) +
	    (double)c->out_latency));
	fprintf(f, "xruns meanwhile: %" PRIu64 " (%" PRIu64 " frames lost); "
	    "beyond the next period: %" PRIu64 "; missed: %" PRIu64
	    "; spoilt: %" PRIu64 "\n",
	    c->xruns - m->before.xruns, c->lost_frames -
	    m->before.lost_frames, m->beyond, m->missed, m->disturbed);
	for (int t = 0; t < PF_LATENCY_TASKS; t++)
		if (m->without[t])
			fprintf(f, "not measured: %s: %s\n",
			    pf_latency_task_name[t], m->without[t]);
}

void
pf_measures_print(FILE *f, struct pf_measures *m)
{
	fprintf(f, "%-31s %5s ", "frames", "n");
	for (size_t c = 0; c < PF_COUNT(column); c++)
		fprintf(f, " %8s", column[c].name);
	fputc('\n', f);
	for (int w = 0; w < PF_WAYS; w++)
		if (m->way[w].n > 0)
			print_way(f, m, w);
	print_rest(f, m);
}

/* ---- for programs */

static void
json_way(FILE *f, struct pf_measures *m, int w, bool first)
{
	struct pf_spread *const s = &m->way[w];
	fprintf(f, "%s\n    \"%s\": {\"n\": %zu", first ? "" : ",",
	    pf_way_info[w].name, s->n);
	for (size_t c = 0; c < PF_COUNT(column); c++)
		fprintf(f, ", \"%s_frames\": %.3f, \"%s_ms\": %.6f",
		    column[c].name, figure(s, c), column[c].name,
		    ms(m, figure(s, c)));
	fputc('}', f);
}

void
pf_measures_json(FILE *f, struct pf_measures *m,
    const struct pf_budget *budget)
{
	const struct pf_clock_state *const c = &m->after;
	const enum pf_latency_way broken = pf_budget_broken(budget, m);
	bool first = true;
	fprintf(f, "{\n  \"rate_hz\": %u,\n  \"period_frames\": %u,\n"
	    "  \"master_frames\": %u,\n  \"device_in_frames\": %" PRId64
	    ",\n  \"device_out_frames\": %u,\n  \"xruns\": %" PRIu64 ",\n"
	    "  \"lost_frames\": %" PRIu64 ",\n  \"beyond\": %" PRIu64 ",\n"
	    "  \"missed\": %" PRIu64 ",\n  \"disturbed\": %" PRIu64 ",\n",
	    c->rate_hz, c->period_frames, c->master_latency, device_in(m),
	    c->out_latency, c->xruns - m->before.xruns,
	    c->lost_frames - m->before.lost_frames, m->beyond, m->missed,
	    m->disturbed);
	if (broken < PF_WAYS)
		fprintf(f, "  \"broken\": \"%s\",\n",
		    pf_way_info[broken].name);
	else
		fprintf(f, "  \"broken\": null,\n");
	fprintf(f, "  \"ways\": {");
	for (int w = 0; w < PF_WAYS; w++) {
		if (m->way[w].n == 0)
			continue;
		json_way(f, m, w, first);
		first = false;
	}
	fprintf(f, "\n  }\n}\n");
}
