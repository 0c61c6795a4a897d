/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What it costs to hand an event from one process to another: a lane beside
 * a bare shared cache line, JACK's ring buffer, a pipe, a Unix datagram
 * socket and liblo over one.
 *
 * Two processes, pinned to two processors, whose readers spin.  Latency is
 * half of a round trip; throughput is events said and read, one at a time and
 * sixteen at a time.  Each figure is the median of RUNS short runs, because a
 * shared machine takes a processor away now and then.
 *
 * bench_lane [NAME] : all, or the carriers with NAME in their name.
 */
#include "event/type.h"
#include "session/lane.h"

#include <lo/lo.h>
#ifdef HAVE_jack
#include <jack/ringbuffer.h>
#endif

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 15, MOST = 256, BATCH = 16, CREDIT = 8192 };

/* One way for events; two of them make a pair. */
struct way {
	struct pf_lane_segment *lane;
	struct pf_lane_cursor cursor;
	_Atomic uint64_t *line;
	uint64_t seen;
	int fd[2];
	lo_server server;
	lo_address address;
	struct pf_event *into; /* liblo's handler puts events here */
	unsigned got;
#ifdef HAVE_jack
	jack_ringbuffer_t *ring;
#endif
};

struct carrier {
	const char *name;
	void (*open)(struct way *, int which);
	void (*say)(struct way *, const struct pf_event *, unsigned n);
	unsigned (*hear)(struct way *, struct pf_event *, unsigned most);
	bool no_stream; /* holds one event at most */
	bool credit;    /* the writer does not wait: it needs to be told */
};

/* What the two processes share beside the carrier. */
struct shared {
	alignas(64) _Atomic uint64_t heard;
	alignas(64) _Atomic int64_t done_ns;
	alignas(64) _Atomic int ready;
};

static void *
map(size_t bytes)
{
	void *const m = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (m == MAP_FAILED)
		exit(1);
	return m;
}

static int64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- the carriers */

static void
open_line(struct way *w, int which)
{
	(void)which;
	w->line = map(4096);
}

static void
say_line(struct way *w, const struct pf_event *e, unsigned n)
{
	(void)e, (void)n;
	atomic_store_explicit(w->line, ++w->seen, memory_order_release);
}

static unsigned
hear_line(struct way *w, struct pf_event *e, unsigned most)
{
	(void)e, (void)most;
	if (atomic_load_explicit(w->line, memory_order_acquire) == w->seen)
		return 0;
	w->seen++;
	return 1;
}

static void
open_lane(struct way *w, int which)
{
	w->lane = map(PF_LANE_FILE_BYTES);
	pf_lane_init(w->lane, which ? "b" : "a", "");
	pf_lane_begin_now(&w->cursor, w->lane);
}

static void
say_lane(struct way *w, const struct pf_event *e, unsigned n)
{
	if (n == 1)
		(void)!pf_lane_say(w->lane, e, NULL, 0);
	else
		(void)!pf_lane_say_all(w->lane, e, n);
}

static unsigned
hear_lane(struct way *w, struct pf_event *e, unsigned most)
{
	return pf_lane_read_all(&w->cursor, w->lane, e, most);
}

#ifdef HAVE_jack
static void
open_jack(struct way *w, int which)
{
	(void)which;
	/* Its own create() uses malloc(): the same, where both can see. */
	w->ring = map(4096);
	w->ring->size = PF_LANE_BYTES;
	w->ring->size_mask = PF_LANE_BYTES - 1;
	w->ring->buf = map(PF_LANE_BYTES);
}

static void
say_jack(struct way *w, const struct pf_event *e, unsigned n)
{
	const size_t bytes = n * sizeof *e;
	while (jack_ringbuffer_write_space(w->ring) < bytes)
		continue;
	jack_ringbuffer_write(w->ring, (const char *)e, bytes);
}

static unsigned
hear_jack(struct way *w, struct pf_event *e, unsigned most)
{
	return (unsigned)(jack_ringbuffer_read(w->ring, (char *)e,
	    most * sizeof *e) / sizeof *e);
}
#endif

static void
open_pipe(struct way *w, int which)
{
	(void)which;
	if (pipe(w->fd) != 0)
		exit(1);
	fcntl(w->fd[0], F_SETFL, O_NONBLOCK);
}

static void
open_socket(struct way *w, int which)
{
	(void)which;
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, w->fd) != 0)
		exit(1);
	fcntl(w->fd[0], F_SETFL, O_NONBLOCK);
}

static void
say_fd(struct way *w, const struct pf_event *e, unsigned n)
{
	if (write(w->fd[1], e, n * sizeof *e) < 0)
		exit(1);
}

static unsigned
hear_fd(struct way *w, struct pf_event *e, unsigned most)
{
	const ssize_t n = read(w->fd[0], e, most * sizeof *e);
	return n < 0 ? 0 : (unsigned)((size_t)n / sizeof *e);
}

static int
take_osc(const char *path, const char *types, lo_arg **argv, int argc,
    lo_message m, void *ctx)
{
	(void)path, (void)types, (void)argc, (void)m;
	struct way *const w = ctx;
	lo_blob const blob = (lo_blob)argv[0];
	const uint32_t bytes = lo_blob_datasize(blob);
	memcpy(&w->into[w->got], lo_blob_dataptr(blob), bytes);
	w->got += bytes / (uint32_t)sizeof *w->into;
	return 0;
}

static void
open_lo(struct way *w, int which)
{
	static int opened;
	char path[64], url[96];
	(void)which;
	snprintf(path, sizeof path, "/tmp/pf-bench.%d.%d", (int)getpid(),
	    opened++);
	w->server = lo_server_new(path, NULL);
	snprintf(url, sizeof url, "osc.unix://localhost%s", path);
	w->address = lo_address_new_from_url(url);
	if (!w->server || !w->address)
		exit(1);
	lo_server_add_method(w->server, "/event", "b", take_osc, w);
}

static void
say_lo(struct way *w, const struct pf_event *e, unsigned n)
{
	lo_blob const blob = lo_blob_new((int)(n * sizeof *e), e);
	lo_send(w->address, "/event", "b", blob);
	lo_blob_free(blob);
}

static unsigned
hear_lo(struct way *w, struct pf_event *e, unsigned most)
{
	(void)most;
	w->into = e;
	w->got = 0;
	lo_server_recv_noblock(w->server, 0);
	return w->got;
}

static const struct carrier carriers[] = {
	{"bare cache line", open_line, say_line, hear_line, true, false},
	{"lane", open_lane, say_lane, hear_lane, false, true},
#ifdef HAVE_jack
	{"JACK ring buffer", open_jack, say_jack, hear_jack, false, false},
#endif
	{"pipe", open_pipe, say_fd, hear_fd, false, false},
	{"Unix datagram", open_socket, say_fd, hear_fd, false, false},
	{"liblo, Unix", open_lo, say_lo, hear_lo, false, false},
};

/* ---- two processes */

static int cpu[2];

static void
pin(int which)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu[which], &set);
	sched_setaffinity(0, sizeof set, &set);
}

static bool
find_cpus(void)
{
	cpu_set_t set;
	int n = 0;
	sched_getaffinity(0, sizeof set, &set);
	for (int i = 0; i < CPU_SETSIZE && n < 2; i++)
		if (CPU_ISSET(i, &set))
			cpu[n++] = i;
	return n == 2;
}

static pid_t
fork_pinned(struct shared *s)
{
	const pid_t pid = fork();
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin(pid == 0);
	atomic_fetch_add(&s->ready, 1);
	while (atomic_load(&s->ready) < 2)
		continue;
	return pid;
}

static int
ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
quantile(double *v, size_t n, double q)
{
	qsort(v, n, sizeof *v, ascending);
	const size_t i = (size_t)(q * (double)n);
	return v[i < n ? i : n - 1];
}

/* A note, for what is read is checked. */
static struct pf_event
note(void)
{
	struct pf_event e = pf_event_make(PF_NOTE, 0, 1);
	e.pitch = 60;
	e.velocity = 0.8f;
	e.duration = 0.25f;
	return e;
}

static void
echo(const struct carrier *c, struct way *to, struct way *back, int rounds)
{
	struct pf_event e[MOST];
	for (int i = 0; i < rounds; i++) {
		while (!c->hear(to, e, MOST))
			continue;
		c->say(back, e, 1);
	}
}

/*
 * Half round trips, ns: their p50 and p99.  The first `warm` are not
 * counted: they touch the pages, which a session's readers have done before.
 */
static void
ping(const struct carrier *c, int warm, int rounds, double *p50, double *p99)
{
	struct shared *const s = map(sizeof *s);
	struct way to = {0}, back = {0};
	double *const ns = calloc((size_t)rounds, sizeof *ns);
	struct pf_event e = note(), got[MOST];
	if (!ns)
		exit(1);
	c->open(&to, 0);
	c->open(&back, 1);
	const pid_t pid = fork_pinned(s);
	if (pid == 0) {
		echo(c, &to, &back, warm + rounds);
		_exit(0);
	}
	for (int i = -warm; i < rounds; i++) {
		const int64_t begin = now_ns();
		e.time = i + warm;
		c->say(&to, &e, 1);
		while (!c->hear(&back, got, MOST))
			continue;
		if (i >= 0)
			ns[i] = (double)(now_ns() - begin) / 2;
	}
	waitpid(pid, NULL, 0);
	*p50 = quantile(ns, (size_t)rounds, 0.5);
	*p99 = quantile(ns, (size_t)rounds, 0.99);
	free(ns);
}

/*
 * A reader that is faster than the writer leaves it alone for a moment, as
 * one that drains once a block does: else the two fight for each event.
 */
static void
relax(void)
{
#ifdef __x86_64__
	for (int i = 0; i < 256; i++)
		__builtin_ia32_pause();
#endif
}

static void
hear_all(const struct carrier *c, struct way *w, struct shared *s, int64_t n)
{
	struct pf_event e[MOST];
	int64_t bad = 0;
	for (int64_t got = 0; got < n;) {
		const unsigned m = c->hear(w, e, MOST);
		for (unsigned i = 0; i < m; i++)
			bad += e[i].time != got + i;
		got += m;
		if (m)
			atomic_store_explicit(&s->heard, (uint64_t)got,
			    memory_order_release);
		if (m < BATCH)
			relax();
	}
	atomic_store(&s->done_ns, bad ? -1 : now_ns());
}

/* Events a second, `batch` at a time. */
static double
flow(const struct carrier *c, int64_t n, unsigned batch)
{
	struct shared *const s = map(sizeof *s);
	struct way w = {0};
	struct pf_event e[BATCH];
	uint64_t heard = 0;
	for (unsigned i = 0; i < BATCH; i++)
		e[i] = note();
	c->open(&w, 0);
	const pid_t pid = fork_pinned(s);
	if (pid == 0) {
		hear_all(c, &w, s, n);
		_exit(0);
	}
	const int64_t begin = now_ns();
	for (int64_t i = 0; i < n; i += batch) {
		/* A lane's writer waits for nobody: here it does. */
		while (c->credit && (uint64_t)i - heard > CREDIT)
			heard = atomic_load_explicit(&s->heard,
			    memory_order_acquire);
		for (unsigned k = 0; k < batch; k++)
			e[k].time = i + k;
		c->say(&w, e, batch);
	}
	waitpid(pid, NULL, 0);
	const int64_t end = atomic_load(&s->done_ns);
	return end < 0 ? -1 : 1e9 * (double)n / (double)(end - begin);
}

/* A run in a process of its own: what it opens goes with it. */
static void
run(const struct carrier *c, double result[4])
{
	double *const r = map(4096);
	const bool system = c->say == say_fd || c->say == say_lo;
	const pid_t pid = fork();
	if (pid == 0) {
		ping(c, system ? 100 : 40000, system ? 1000 : 10000, &r[0],
		    &r[1]);
		if (!c->no_stream) {
			const int64_t n = system ? 16000 : 1600000;
			r[2] = flow(c, n, 1);
			r[3] = flow(c, n, BATCH);
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	memcpy(result, r, 4 * sizeof *r);
	munmap(r, 4096);
}

int
main(int argc, char **argv)
{
	if (!find_cpus()) {
		puts("# lane: needs two processors");
		return 0;
	}
	printf("%-18s %9s %9s %14s %14s\n", "", "p50 ns", "p99 ns",
	    "M events/s", "in sixteens");
	for (size_t i = 0; i < PF_COUNT(carriers); i++) {
		double all[4][RUNS] = {0}, r[4];
		if (argc > 1 && !strstr(carriers[i].name, argv[1]))
			continue;
		for (int k = 0; k < RUNS; k++) {
			run(&carriers[i], r);
			for (int j = 0; j < 4; j++)
				all[j][k] = r[j];
		}
		for (int j = 0; j < 4; j++)
			r[j] = quantile(all[j], RUNS, 0.5);
		printf("%-18s %9.0f %9.0f", carriers[i].name, r[0], r[1]);
		if (carriers[i].no_stream)
			printf(" %14s %14s\n", "-", "-");
		else
			printf(" %14.2f %14.2f\n", r[2] / 1e6, r[3] / 1e6);
		fflush(stdout);
	}
	return 0;
}
