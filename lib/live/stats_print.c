/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/stats.h"

#include <math.h>
#include <string.h>

static const char *
state_name(const struct pf_stats_lane *l)
{
	static const char *const name[] = {
		"starting", "ready", "playing", "ending", "gone",
	};
	if (!l->alive)
		return l->state == PF_LANE_GONE ? "gone" : "dead";
	return l->state < PF_COUNT(name) ? name[l->state] : "unknown";
}

/* A metric in its unit: seconds, bytes, shares, counts. */
static double
metric_value(const struct pf_stats_lane *l, int i)
{
	switch (pf_metric_info[i].unit) {
	case PF_METRIC_NS: return (double)l->metric[i] / 1e9;
	case PF_METRIC_PPM: return (double)l->metric[i] / 1e6;
	default: return (double)l->metric[i];
	}
}

static bool
is_engine(const struct pf_stats_lane *l)
{
	return strcmp(l->name, "engine") == 0;
}

/* Does the number mean anything on this lane? */
static bool
has_metric(const struct pf_stats_lane *l, int i)
{
	return pf_metric_info[i].name && (is_engine(l)
	    ? i >= PF_METRIC_NO_CPU_NS : i < PF_METRIC_LOAD_PPM);
}

/* ---- for people */

/* 512 ns, 4.21 us, 1.30 ms: four places wide and a unit. */
static const char *
show_time(double ns, char buf[16])
{
	static const char *const unit[] = {"ns", "us", "ms", "s"};
	size_t i = 0;
	while (ns >= 999.5 && i < 3) {
		ns /= 1000;
		i++;
	}
	snprintf(buf, 16, "%.*f %s", i == 0 || ns >= 100 ? 0 : ns >= 10 ? 1
	    : 2, ns, unit[i]);
	return buf;
}

static void
print_clock(FILE *f, const struct pf_stats *s)
{
	const struct pf_clock_state *const c = &s->clock;
	fprintf(f, "session %s: %s\n", s->session, s->engine
	    ? "an engine runs" : "no engine runs");
	if (!s->has_clock)
		return;
	fprintf(f, "  time %.1f s, %u Hz, period %u frames (%.2f ms), speed "
	    "%+.1f ppm\n", (double)c->time_ns / 1e9, c->rate_hz,
	    c->period_frames, c->rate_hz ? 1000.0 * c->period_frames /
	    c->rate_hz : 0, (c->speed - 1) * 1e6);
	fprintf(f, "  periods %llu, xruns %llu, lost frames %llu, clock set "
	    "%.3f s ago\n", (unsigned long long)c->periods,
	    (unsigned long long)c->xruns, (unsigned long long)c->lost_frames,
	    s->clock_age_s);
}

static void
print_histograms(FILE *f, const struct pf_stats_lane *l)
{
	char b[6][16];
	for (unsigned i = 0; i < l->histograms; i++) {
		const struct pf_stats_histogram *const h = &l->histogram[i];
		fprintf(f, "    %-16s %9llu   mean %8s  p50 %8s  p99 %8s  "
		    "p99.9 %8s  max %8s\n", h->name,
		    (unsigned long long)h->count, show_time(h->mean_ns, b[0]),
		    show_time(h->p50_ns, b[1]), show_time(h->p99_ns, b[2]),
		    show_time(h->p999_ns, b[3]), show_time(h->most_ns, b[4]));
	}
}

/* Numbers that are not 0, as many on a line as fit. */
static void
print_metrics(FILE *f, const struct pf_stats_lane *l)
{
	int width = 0;
	for (int i = 0; i < PF_METRIC_NUMBERS; i++) {
		const struct pf_metric_info *const info = &pf_metric_info[i];
		char text[64];
		if (!has_metric(l, i) || l->metric[i] == 0)
			continue;
		const double x = metric_value(l, i);
		const int n = info->unit == PF_METRIC_PPM
		    ? snprintf(text, sizeof text, "%s %.1f %%", info->name,
		    100 * x) : info->unit == PF_METRIC_BYTES
		    ? snprintf(text, sizeof text, "%s %.1f MiB", info->name,
		    x / 1048576) : info->unit == PF_METRIC_NS
		    ? snprintf(text, sizeof text, "%s %.2f s", info->name, x)
		    : snprintf(text, sizeof text, "%s %.0f", info->name, x);
		if (width + n + 2 > 72) {
			fputc('\n', f);
			width = 0;
		}
		width += fprintf(f, "%s%s", width ? ", " : "    ", text);
	}
	if (width)
		fputc('\n', f);
}

static void
print_threads(FILE *f, const struct pf_stats_lane *l)
{
	if (l->threads < 2)
		return;
	fputs("    CPU", f);
	for (unsigned i = 0; i < l->threads; i++)
		fprintf(f, "%s %s %.2f s", i ? "," : "", l->thread[i].name,
		    l->thread[i].cpu_s);
	fputc('\n', f);
}

void
pf_stats_print(FILE *f, const struct pf_stats *s)
{
	print_clock(f, s);
	for (unsigned i = 0; i < s->lanes; i++) {
		const struct pf_stats_lane *const l = &s->lane[i];
		fprintf(f, "\n%s (%s, %s, pid %u", l->name, l->role[0]
		    ? l->role : "no role", state_name(l), l->pid);
		if (l->memory_bytes)
			fprintf(f, ", %.1f MiB",
			    (double)l->memory_bytes / 1048576);
		fprintf(f, ")  said %llu", (unsigned long long)l->events);
		if (l->read)
			fprintf(f, ", engine is %llu behind",
			    (unsigned long long)l->behind);
		if (l->takeovers)
			fprintf(f, ", taken over %u times", l->takeovers);
		if (l->lost || l->refused)
			fprintf(f, ", engine lost %llu, refused %llu",
			    (unsigned long long)l->lost,
			    (unsigned long long)l->refused);
		fputc('\n', f);
		print_histograms(f, l);
		print_metrics(f, l);
		print_threads(f, l);
	}
}

/* ---- JSON.  Names were cleared of quotes when they were read. */

static void
json_clock(FILE *f, const struct pf_stats *s)
{
	const struct pf_clock_state *const c = &s->clock;
	fprintf(f, "{\n \"session\": \"%s\",\n \"engine\": %s,\n",
	    s->session, s->engine ? "true" : "false");
	if (!s->has_clock) {
		fputs(" \"clock\": null,\n", f);
		return;
	}
	fprintf(f, " \"clock\": {\"time_s\": %.9f, \"age_s\": %.6f, "
	    "\"speed\": %.9f, \"rate_hz\": %u, \"period_frames\": %u,\n"
	    "  \"periods\": %llu, \"xruns\": %llu, \"lost_frames\": %llu, "
	    "\"bpm\": %.10g, \"playing\": %s, \"epoch\": %u},\n",
	    (double)c->time_ns / 1e9, s->clock_age_s, c->speed, c->rate_hz,
	    c->period_frames, (unsigned long long)c->periods,
	    (unsigned long long)c->xruns, (unsigned long long)c->lost_frames,
	    c->bpm, c->playing ? "true" : "false", c->epoch);
}

static void
json_lane(FILE *f, const struct pf_stats_lane *l)
{
	fprintf(f, "  {\"name\": \"%s\", \"role\": \"%s\", \"state\": "
	    "\"%s\", \"pid\": %u, \"alive\": %s, \"takeovers\": %u,\n   "
	    "\"heartbeat_s\": %.6f, \"memory_bytes\": %llu, \"said\": %llu, "
	    "\"unsaid\": %llu", l->name, l->role, state_name(l), l->pid,
	    l->alive ? "true" : "false", l->takeovers, l->heartbeat_s,
	    (unsigned long long)l->memory_bytes,
	    (unsigned long long)l->events, (unsigned long long)l->unsaid);
	if (l->read)
		fprintf(f, ",\n   \"engine\": {\"behind\": %llu, "
		    "\"consumed\": %llu, \"lost\": %llu, \"refused\": %llu}",
		    (unsigned long long)l->behind,
		    (unsigned long long)l->consumed,
		    (unsigned long long)l->lost,
		    (unsigned long long)l->refused);
	fputs(",\n   \"metrics\": {", f);
	const char *comma = "";
	for (int i = 0; i < PF_METRIC_NUMBERS; i++) {
		if (!has_metric(l, i))
			continue;
		fprintf(f, "%s\"%s\": %.10g", comma, pf_metric_info[i].name,
		    metric_value(l, i));
		comma = ", ";
	}
	fputs("},\n   \"histograms\": {", f);
	for (unsigned i = 0; i < l->histograms; i++) {
		const struct pf_stats_histogram *const h = &l->histogram[i];
		fprintf(f, "%s\"%s\": {\"count\": %llu, \"mean_ns\": %.0f, "
		    "\"p50_ns\": %.0f, \"p99_ns\": %.0f, \"p999_ns\": %.0f, "
		    "\"max_ns\": %.0f}", i ? ",\n    " : "", h->name,
		    (unsigned long long)h->count, h->mean_ns, h->p50_ns,
		    h->p99_ns, h->p999_ns, h->most_ns);
	}
	fputs("},\n   \"threads\": [", f);
	for (unsigned i = 0; i < l->threads; i++)
		fprintf(f, "%s{\"name\": \"%s\", \"tid\": %u, \"cpu_s\": "
		    "%.6f}", i ? ", " : "", l->thread[i].name,
		    l->thread[i].tid, l->thread[i].cpu_s);
	fputs("]}", f);
}

void
pf_stats_json(FILE *f, const struct pf_stats *s)
{
	json_clock(f, s);
	fputs(" \"lanes\": [\n", f);
	for (unsigned i = 0; i < s->lanes; i++) {
		json_lane(f, &s->lane[i]);
		fputs(i + 1 < s->lanes ? ",\n" : "\n", f);
	}
	fputs(" ]\n}\n", f);
}

/* ---- Prometheus */

static void
head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP performia_%s %s\n# TYPE performia_%s %s\n", name,
	    help, name, type);
}

static void
prom_clock(FILE *f, const struct pf_stats *s)
{
	const struct {
		const char *name, *type, *help;
		double x;
	} row[] = {
		{"up", "gauge", "whether an engine runs", s->engine},
		{"session_seconds", "gauge", "session time",
		    (double)s->clock.time_ns / 1e9},
		{"periods_total", "counter", "periods of the device",
		    (double)s->clock.periods},
		{"xruns_total", "counter", "periods that came too late",
		    (double)s->clock.xruns},
		{"lost_frames_total", "counter", "frames xruns swallowed",
		    (double)s->clock.lost_frames},
		{"clock_speed", "gauge", "device time beside system time",
		    s->clock.speed},
	};
	for (size_t i = 0; i < PF_COUNT(row); i++) {
		head(f, row[i].name, row[i].type, row[i].help);
		fprintf(f, "performia_%s{session=\"%s\"} %.15g\n",
		    row[i].name, s->session, row[i].x);
	}
}

/* Prometheus' names have no dashes, say their unit, and counters _total. */
static void
prom_metric(FILE *f, const struct pf_stats *s, int i)
{
	const struct pf_metric_info *const info = &pf_metric_info[i];
	char name[64];
	snprintf(name, sizeof name, "%s%s%s", info->name, info->unit ==
	    PF_METRIC_NS ? "_seconds" : info->unit == PF_METRIC_BYTES
	    ? "_bytes" : info->unit == PF_METRIC_PPM ? "_ratio" : "",
	    info->gauge ? "" : "_total");
	for (char *p = name; *p; p++)
		*p = *p == '-' ? '_' : *p;
	head(f, name, info->gauge ? "gauge" : "counter", info->help);
	for (unsigned k = 0; k < s->lanes; k++)
		if (has_metric(&s->lane[k], i))
			fprintf(f, "performia_%s{session=\"%s\",lane=\"%s\"} "
			    "%.15g\n", name, s->session, s->lane[k].name,
			    metric_value(&s->lane[k], i));
}

static void
prom_histograms(FILE *f, const struct pf_stats *s)
{
	head(f, "duration_seconds", "summary",
	    "callback, wake-up, decision ...: what=");
	for (unsigned k = 0; k < s->lanes; k++) {
		const struct pf_stats_lane *const l = &s->lane[k];
		for (unsigned i = 0; i < l->histograms; i++) {
			const struct pf_stats_histogram *const h =
			    &l->histogram[i];
			const struct {
				const char *q;
				double ns;
			} q[] = {{"0.5", h->p50_ns}, {"0.99", h->p99_ns},
			    {"0.999", h->p999_ns}, {"1", h->most_ns}};
			char label[512];
			snprintf(label, sizeof label, "session=\"%s\","
			    "lane=\"%s\",what=\"%s\"", s->session, l->name,
			    h->name);
			for (size_t n = 0; n < PF_COUNT(q); n++)
				fprintf(f, "performia_duration_seconds{%s,"
				    "quantile=\"%s\"} %.9g\n", label, q[n].q,
				    q[n].ns / 1e9);
			fprintf(f, "performia_duration_seconds_sum{%s} "
			    "%.9g\nperformia_duration_seconds_count{%s} "
			    "%llu\n", label, h->sum_ns / 1e9, label,
			    (unsigned long long)h->count);
		}
	}
}

static void
prom_lanes(FILE *f, const struct pf_stats *s)
{
	const char *const what[] = {"alive", "behind_slots", "lost_slots",
	    "refused_slots", "resident_bytes"};
	const char *const help[] = {"whether its owner lives",
	    "slots the engine has not read yet", "slots the engine lost",
	    "slots that held no event", "resident memory of its process"};
	for (size_t n = 0; n < PF_COUNT(what); n++) {
		char name[64];
		snprintf(name, sizeof name, "lane_%s", what[n]);
		head(f, name, "gauge", help[n]);
		for (unsigned k = 0; k < s->lanes; k++) {
			const struct pf_stats_lane *const l = &s->lane[k];
			const double x[] = {l->alive, (double)l->behind,
			    (double)l->lost, (double)l->refused,
			    (double)l->memory_bytes};
			fprintf(f, "performia_%s{session=\"%s\",lane=\"%s\"}"
			    " %.15g\n", name, s->session, l->name, x[n]);
		}
	}
	head(f, "thread_cpu_seconds_total", "counter",
	    "CPU time of each thread");
	for (unsigned k = 0; k < s->lanes; k++)
		for (unsigned i = 0; i < s->lane[k].threads; i++)
			fprintf(f, "performia_thread_cpu_seconds_total{"
			    "session=\"%s\",lane=\"%s\",thread=\"%s\","
			    "tid=\"%u\"} %.9g\n", s->session,
			    s->lane[k].name, s->lane[k].thread[i].name,
			    s->lane[k].thread[i].tid,
			    s->lane[k].thread[i].cpu_s);
}

void
pf_stats_prometheus(FILE *f, const struct pf_stats *s)
{
	prom_clock(f, s);
	prom_lanes(f, s);
	for (int i = 0; i < PF_METRIC_NUMBERS; i++)
		if (pf_metric_info[i].name)
			prom_metric(f, s, i);
	prom_histograms(f, s);
}
