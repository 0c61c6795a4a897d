/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lane for a debugger: header, owner, slots, names, cursors, histograms. */
#include "dump.h"

#include "event/more.h"
#include "event/type.h"
#include "session/metric.h"
#include "stream/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double
seconds_ago(uint64_t mono_ns)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((double)t.tv_sec * 1e9 + (double)t.tv_nsec -
	    (double)mono_ns) / 1e9;
}

/* Returns whether it is a lane of our version. */
static bool
dump_header(const struct pf_lane_header *h)
{
	const bool ours = h->magic == PF_LANE_MAGIC &&
	    h->version == PF_LANE_VERSION && h->slots == PF_LANE_SLOTS &&
	    h->slot_bytes == sizeof(struct pf_lane_slot) &&
	    h->tail_bytes == PF_LANE_TAIL_BYTES;
	printf("  %s: magic %016" PRIx64 ", version %u, %u slots of %u bytes, "
	    "tail %u\n", ours ? "header" : "NO LANE OF THIS VERSION",
	    h->magic, h->version, h->slots, h->slot_bytes, h->tail_bytes);
	printf("  said %" PRIu64 " slots, %" PRIu64 " events, %" PRIu64
	    " could not be said\n", (uint64_t)h->position,
	    (uint64_t)h->events, (uint64_t)h->unsaid);
	return ours;
}

static void
dump_owner(const struct pf_lane_owner *o, bool held)
{
	static const char *const state[] = {"starting", "ready", "playing",
	    "ending", "gone"};
	char name[sizeof o->name + 1], role[sizeof o->role + 1];
	const uint32_t s = o->state;
	printf("  owner '%s', role '%s', pid %u, %s, %s\n",
	    dump_text(o->name, sizeof o->name, name),
	    dump_text(o->role, sizeof o->role, role), (unsigned)o->pid,
	    s < PF_COUNT(state) ? state[s] : "IN NO KNOWN STATE",
	    held ? "alive" : "not alive");
	printf("  born %.1f s ago, heartbeat %.3f s ago, taken over %u times\n",
	    seconds_ago(o->born_ns), seconds_ago(o->heartbeat_ns),
	    (unsigned)o->takeovers);
	for (size_t i = 0; i < PF_COUNT(o->metric); i++) {
		const uint64_t value = o->metric[i];
		if (value && pf_metric_info[i].name)
			printf("  metric %s %" PRIu64 "\n",
			    pf_metric_info[i].name, value);
		else if (value)
			printf("  metric %zu %" PRIu64 "\n", i, value);
	}
}

/* ---- slots */

static struct pf_event
slot(const struct pf_lane_segment *lane, uint64_t i)
{
	struct pf_event e;
	memcpy(&e, (const char *)&lane->slot[i % PF_LANE_SLOTS], sizeof e);
	return e;
}

static void
dump_event(const struct lane_copy *copy, uint64_t i, uint64_t end,
    const struct pf_names *names)
{
	const struct pf_event e = slot(&copy->lane, i);
	struct pf_event more[PF_MORE_MOST];
	char text[PF_MORE_BYTES + 1] = "", line[PF_TEXT_MOST], name[16];
	char source[256];
	struct pf_tempo_change seconds = {.bpm = 60};
	const struct pf_tempo_map map = {.change = &seconds, .n = 1};
	unsigned n = 0;
	const char *const bad = pf_event_check(&e);
	while (n < pf_event_more(&e) && i + 1 + n < end) {
		more[n] = slot(&copy->lane, i + 1 + n);
		n++;
	}
	printf("  %10" PRIu64 "  epoch %3u  ", i, e.type >> PF_EPOCH_SHIFT);
	if (bad) {
		printf("NO EVENT (%s):", bad);
		for (size_t k = 0; k < sizeof e; k++)
			printf(" %02x", ((const unsigned char *)&e)[k]);
		putchar('\n');
		return;
	}
	pf_more_join(more, n, text);
	const size_t len = pf_text_print(line, &e, text, names, &map);
	if (len)
		printf("%.*s", (int)len, line);
	else
		printf("%" PRId64 "\t%s\t%s\n", e.time, dump_text(
		    pf_names_show(names, e.source, name), 255, source),
		    pf_type_info[pf_event_type(&e)].name);
}

static void
dump_slots(const struct lane_copy *copy, const struct pf_names *names,
    uint64_t last)
{
	const uint64_t end = copy->lane.header.position;
	const uint64_t begin = end > PF_LANE_SAFE ? end - PF_LANE_SAFE : 0;
	uint64_t count[PF_TYPES] = {0}, bad = 0;
	uint64_t recent[64], shown = 0;
	last = last < PF_LANE_SLOTS ? last : PF_LANE_SLOTS;
	for (uint64_t i = begin; i < end; i++) {
		const struct pf_event e = slot(&copy->lane, i);
		if (pf_event_type(&e) != PF_MORE && pf_event_check(&e))
			bad++;
		else
			count[pf_event_type(&e)]++;
	}
	printf("  kept %" PRIu64 " slots:", end - begin);
	for (int t = 0; t < PF_TYPES; t++)
		if (count[t])
			printf(" %s %" PRIu64, pf_type_info[t].name,
			    count[t]);
	printf(bad ? ", NO EVENTS %" PRIu64 "\n" : "\n", bad);
	/* The newest events, found backwards, shown forwards. */
	uint64_t i = end;
	while (i > begin && shown < last && end - i < PF_LANE_SAFE) {
		const struct pf_event e = slot(&copy->lane, --i);
		if (pf_event_type(&e) == PF_MORE)
			continue;
		recent[shown++ % PF_COUNT(recent)] = i;
	}
	if (last <= PF_COUNT(recent)) {
		while (shown > 0)
			dump_event(copy, recent[--shown], end, names);
		return;
	}
	for (; i < end; i++) {
		const struct pf_event e = slot(&copy->lane, i);
		if (pf_event_type(&e) != PF_MORE)
			dump_event(copy, i, end, names);
	}
}

/* ---- what is behind them */

static void
dump_names(const struct pf_tail_names *t)
{
	const uint32_t used = t->used;
	const uint32_t end = used < PF_TAIL_NAME_BYTES ? used
	    : PF_TAIL_NAME_BYTES;
	char safe[256];
	printf("  names, %u bytes%s, %u found no room:", used,
	    used > PF_TAIL_NAME_BYTES ? ", TOO MANY" : "",
	    (unsigned)t->full);
	for (uint32_t at = 0; at < end && t->text[at] &&
	     t->text[at] < end - at; at += 1u + t->text[at])
		printf(" %s", dump_text((const char *)&t->text[at + 1],
		    t->text[at], safe));
	putchar('\n');
}

static void
dump_cursors(const struct pf_tail *tail, const struct pf_names *names)
{
	char unknown[16], safe[256];
	for (int i = 0; i < PF_TAIL_CURSORS; i++) {
		const struct pf_tail_cursor *const c = &tail->cursor[i];
		if (!c->lane)
			continue;
		printf("  reads '%s' to %" PRIu64 ": %" PRIu64 " consumed, %"
		    PRIu64 " lost, %" PRIu64 " refused\n", dump_text(
		    pf_names_show(names, c->lane, unknown), 255, safe),
		    (uint64_t)c->next, (uint64_t)c->consumed,
		    (uint64_t)c->lost, (uint64_t)c->refused);
	}
}

static void
dump_histograms(const struct pf_tail *tail, const struct pf_names *names)
{
	char unknown[16], safe[256];
	for (int i = 0; i < PF_TAIL_HISTOGRAMS; i++) {
		const struct pf_histogram *const h = &tail->histogram[i];
		if (!h->name)
			continue;
		printf("  histogram %s: %" PRIu64 ", mean %.0f, p50 %.0f, p99 "
		    "%.0f, p99.9 %.0f, most %" PRIu64 " ns\n", dump_text(
		    pf_names_show(names, h->name, unknown), 255, safe),
		    pf_histogram_count(h), pf_histogram_mean(h),
		    pf_histogram_quantile(h, 0.5),
		    pf_histogram_quantile(h, 0.99),
		    pf_histogram_quantile(h, 0.999), (uint64_t)h->most_ns);
	}
}

void
dump_lane(const struct lane_copy *copy, bool held,
    const struct pf_names *names, uint64_t last)
{
	if (!dump_header(&copy->lane.header)) {
		dump_bytes(copy, 128);
		return;
	}
	dump_owner(&copy->lane.owner, held);
	dump_names(&copy->tail.names);
	dump_cursors(&copy->tail, names);
	dump_histograms(&copy->tail, names);
	dump_slots(copy, names, last);
}
