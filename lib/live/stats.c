/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/stats.h"
#include "base/hash.h"
#include "base/mono.h"
#include "session/lane_file.h"
#include "session/page_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Names that come from outside are shown: no control characters. */
static void
take_text(char *to, size_t room, const char *from, size_t most)
{
	size_t n = 0;
	for (; n + 1 < room && n < most && from[n]; n++)
		to[n] = (unsigned char)from[n] < 0x20 || from[n] == 0x7f ||
		    from[n] == '"' || from[n] == '\\' ? '?' : from[n];
	to[n] = '\0';
}

/* ---- what the kernel knows */

/* The first so many numbers of /proc/PATH; returns how many there were. */
static int
read_proc(const char *path, double *x, int most)
{
	char text[256];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	const ssize_t got = read(fd, text, sizeof text - 1);
	close(fd);
	if (got <= 0)
		return 0;
	text[got] = '\0';
	char *at = text;
	int n = 0;
	for (; n < most; n++) {
		char *end;
		x[n] = strtod(at, &end);
		if (end == at)
			break;
		at = end;
	}
	return n;
}

static void
read_thread(struct pf_stats_lane *l, const char *tid)
{
	char path[96], name[32] = "";
	double x[1] = {0};
	if (l->threads == PF_STATS_THREADS)
		return;
	struct pf_stats_thread *const t = &l->thread[l->threads];
	snprintf(path, sizeof path, "/proc/%u/task/%.12s/schedstat", l->pid,
	    tid);
	if (read_proc(path, x, 1) != 1)
		return;
	snprintf(path, sizeof path, "/proc/%u/task/%.12s/comm", l->pid, tid);
	FILE *const f = fopen(path, "re");
	if (f) {
		if (fgets(name, sizeof name, f))
			name[strcspn(name, "\n")] = '\0';
		fclose(f);
	}
	take_text(t->name, sizeof t->name, name, sizeof name);
	t->tid = (uint32_t)strtoul(tid, NULL, 10);
	t->cpu_s = x[0] / 1e9;
	l->threads++;
}

static void
read_process(struct pf_stats_lane *l)
{
	char path[64];
	double x[2];
	if (!l->alive || l->pid == 0)
		return;
	snprintf(path, sizeof path, "/proc/%u/statm", l->pid);
	if (read_proc(path, x, 2) == 2)
		l->memory_bytes = (uint64_t)x[1] *
		    (uint64_t)sysconf(_SC_PAGESIZE);
	snprintf(path, sizeof path, "/proc/%u/task", l->pid);
	DIR *const dir = opendir(path);
	if (!dir)
		return;
	const struct dirent *entry;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			read_thread(l, entry->d_name);
	closedir(dir);
}

/* ---- lanes */

static const char *
histogram_name(uint32_t hash, struct pf_names *names, char buf[16])
{
	static const char *const known[] = {
		PF_HISTOGRAM_CALLBACK, PF_HISTOGRAM_WAKE,
		PF_HISTOGRAM_LANE_LAG, PF_HISTOGRAM_DECISION,
		PF_HISTOGRAM_COMMAND,
	};
	for (size_t i = 0; i < PF_COUNT(known); i++)
		if (pf_hash_str(known[i]) == hash)
			return known[i];
	return pf_names_show(names, hash, buf);
}

static void
read_histograms(struct pf_stats_lane *l, const struct pf_tail *tail)
{
	struct pf_names *names;
	uint32_t from = 0;
	if (pf_names_new(&names) != 0)
		return;
	pf_tail_hear_names(tail, &from, names);
	for (int i = 0; i < PF_TAIL_HISTOGRAMS; i++) {
		const struct pf_histogram *const h = &tail->histogram[i];
		const uint32_t name = atomic_load_explicit(&h->name,
		    memory_order_relaxed);
		char buf[16];
		if (name == 0 || l->histograms == PF_STATS_HISTOGRAMS)
			continue;
		struct pf_stats_histogram *const to =
		    &l->histogram[l->histograms++];
		take_text(to->name, sizeof to->name,
		    histogram_name(name, names, buf), 200);
		to->count = pf_histogram_count(h);
		to->mean_ns = pf_histogram_mean(h);
		to->p50_ns = pf_histogram_quantile(h, 0.5);
		to->p99_ns = pf_histogram_quantile(h, 0.99);
		to->p999_ns = pf_histogram_quantile(h, 0.999);
		to->most_ns = pf_histogram_quantile(h, 1);
		to->sum_ns = (double)atomic_load_explicit(&h->sum_ns,
		    memory_order_relaxed);
	}
	pf_names_free(names);
}

static void
read_lane(struct pf_stats_lane *l, const struct pf_lane_file *file,
    int64_t now)
{
	struct pf_lane_segment *const lane = file->lane;
	const struct pf_lane_owner *const o = &lane->owner;
	*l = (struct pf_stats_lane){.alive = pf_lane_file_alive(file)};
	take_text(l->name, sizeof l->name, file->name, sizeof file->name);
	take_text(l->role, sizeof l->role, o->role, sizeof o->role);
	l->pid = atomic_load_explicit(&o->pid, memory_order_relaxed);
	l->state = atomic_load_explicit(&o->state, memory_order_relaxed);
	l->takeovers = atomic_load_explicit(&o->takeovers,
	    memory_order_relaxed);
	const int64_t beat = (int64_t)atomic_load_explicit(&o->heartbeat_ns,
	    memory_order_relaxed);
	l->heartbeat_s = beat > 0 && beat <= now ? (double)(now - beat) / 1e9
	    : beat > now ? 0 : -1;
	l->events = atomic_load_explicit(&lane->header.events,
	    memory_order_relaxed);
	l->unsaid = atomic_load_explicit(&lane->header.unsaid,
	    memory_order_relaxed);
	for (int i = 0; i < PF_METRIC_NUMBERS; i++)
		l->metric[i] = atomic_load_explicit(&o->metric[i],
		    memory_order_relaxed);
	read_histograms(l, pf_lane_tail(lane));
	read_process(l);
}

/* How far the engine has read a lane, as it tells in its own tail. */
static void
read_cursor(struct pf_stats_lane *l, const struct pf_lane_segment *lane,
    const struct pf_tail *engine)
{
	const uint32_t hash = pf_hash_str(l->name);
	for (int i = 0; i < PF_TAIL_CURSORS; i++) {
		const struct pf_tail_cursor *const c = &engine->cursor[i];
		if (atomic_load_explicit(&c->lane, memory_order_acquire) !=
		    hash)
			continue;
		const uint64_t next = atomic_load_explicit(&c->next,
		    memory_order_relaxed);
		/* Behind the cursor: what is said meanwhile is no lag. */
		const uint64_t position = atomic_load_explicit(
		    &lane->header.position, memory_order_relaxed);
		l->read = true;
		l->behind = position > next ? position - next : 0;
		l->consumed = atomic_load_explicit(&c->consumed,
		    memory_order_relaxed);
		l->lost = atomic_load_explicit(&c->lost,
		    memory_order_relaxed);
		l->refused = atomic_load_explicit(&c->refused,
		    memory_order_relaxed);
		return;
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct pf_stats_lane *const x = a, *const y = b;
	const bool xe = strcmp(x->name, "engine") == 0;
	const bool ye = strcmp(y->name, "engine") == 0;
	return xe != ye ? ye - xe : strcmp(x->name, y->name);
}

static void
read_lanes(struct pf_stats *s, const struct pf_directory *dir)
{
	struct pf_lane_file engine, file;
	const bool has_engine = pf_lane_file_read(&engine, dir, "engine",
	    NULL) == 0;
	const int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	DIR *const list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	if (has_engine)
		s->engine = pf_lane_file_alive(&engine);
	while (list && (entry = readdir(list)) != NULL &&
	    s->lanes < PF_STATS_LANES) {
		if (strncmp(entry->d_name, "lane.", 5) != 0 ||
		    strcmp(entry->d_name, "lane.tape") == 0 ||
		    pf_lane_file_read(&file, dir, entry->d_name + 5,
		    NULL) != 0)
			continue;
		struct pf_stats_lane *const l = &s->lane[s->lanes++];
		read_lane(l, &file, pf_mono_ns());
		if (has_engine)
			read_cursor(l, file.lane, pf_lane_tail(engine.lane));
		pf_lane_file_close(&file);
	}
	if (list)
		closedir(list);
	else if (fd >= 0)
		close(fd);
	if (has_engine)
		pf_lane_file_close(&engine);
	qsort(s->lane, s->lanes, sizeof *s->lane, by_name);
}

int
pf_stats_read(struct pf_stats **stats, const struct pf_directory *dir,
    struct pf_err *err)
{
	struct pf_stats *const s = calloc(1, sizeof *s);
	struct pf_page_file clock;
	if (!s)
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	snprintf(s->session, sizeof s->session, "%s", dir->name);
	if (pf_clock_file_read(&clock, dir, NULL) == 0) {
		s->has_clock = pf_clock_get(clock.clock, &s->clock);
		pf_page_file_close(&clock);
	}
	if (s->has_clock)
		s->clock_age_s = (double)(pf_mono_ns() - s->clock.mono_ns) / 1e9;
	read_lanes(s, dir);
	*stats = s;
	return 0;
}
