/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A member's life: to find the session and its engine, to get a lane, to know
 * what time it is, to leave.
 */
#include "live/member_private.h"

#include "base/hash.h"
#include "base/mono.h"
#include "session/metric.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#define POLL_NS 20000000      /* while somebody else must come or go first */
#define SCAN_NS 1000000000
#define TELL_NS 500000000

bool
member_stopped(const struct pf_member *m)
{
	return m->config.stop && *m->config.stop > 0;
}

int
member_over(const struct pf_member *m)
{
	if (m->gone)
		return -ESHUTDOWN;
	/* Who removes a session removes the lanes first: look twice. */
	return m->unheard > 1 ? -EIDRM : 0;
}

/* ---- the clock */

/* Another clock is there in place of ours. */
static void
reopen_clock(struct pf_member *m)
{
	struct pf_page_file fresh;
	if (pf_clock_file_read(&fresh, &m->dir, NULL) != 0)
		return;
	pf_page_file_close(&m->clock);
	m->clock = fresh;
	m->out_of_step = true;
}

void
member_look(struct pf_member *m)
{
	struct pf_clock_state s;
	const int64_t mono = pf_mono_ns();
	if (!m->clock.clock || !pf_clock_get(m->clock.clock, &s))
		goto out;
	m->state = s;
	m->has_state = true;
	if (s.engine_born_ns == m->engine_born_ns)
		goto out;
	/* Not the one we knew: what it thinks of the transport counts. */
	m->out_of_step = true;
	if (m->engine_born_ns != 0 && s.time_ns < m->now_ns - SCAN_NS)
		m->anew = true;
	m->engine_born_ns = s.engine_born_ns;
	m->unsettled = m->counts.engines++ > 0;
out:
	m->running = m->has_state && mono - m->state.mono_ns < ENGINE_GONE_NS;
}

int64_t
pf_member_now(struct pf_member *m)
{
	member_look(m);
	if (!m->has_state)
		return m->now_ns;
	int64_t mono = pf_mono_ns();
	/* Only an engine moves time; one that is late is waited for. */
	if (mono > m->state.mono_ns + ENGINE_GONE_NS)
		mono = m->state.mono_ns + ENGINE_GONE_NS;
	const int64_t now = pf_clock_time(&m->state, mono);
	if (now > m->now_ns)
		m->now_ns = now;
	return m->now_ns;
}

bool
pf_member_clock(struct pf_member *m, struct pf_clock_state *state)
{
	member_look(m);
	if (m->has_state)
		*state = m->state;
	return m->running;
}

/* Another bell may be there in place of ours; else somebody makes one. */
static void
reopen_bell(struct pf_member *m)
{
	struct pf_page_file fresh;
	if (pf_bell_file_open(&fresh, &m->dir, NULL) != 0)
		return;
	pf_page_file_close(&m->bell);
	m->bell = fresh;
}

/* ---- opening */

/* Let a while go by.  0 or -EINTR: somebody wants us to stop. */
static int
pause_a_little(const struct pf_member *m)
{
	const struct timespec t = {0, POLL_NS};
	if (!member_stopped(m))
		nanosleep(&t, NULL);
	return member_stopped(m) ? -EINTR : 0;
}

/* Is there an engine, to the best of our knowledge? */
static bool
engine_lives(struct pf_member *m)
{
	struct pf_lane_file f;
	member_look(m);
	if (m->running)
		return true;
	/* One that is stuck for a moment still holds its lane. */
	if (!m->has_state || pf_lane_file_read(&f, &m->dir, "engine", NULL))
		return false;
	const bool alive = pf_lane_file_alive(&f);
	pf_lane_file_close(&f);
	return alive;
}

/* One try at the directory and the clock: 0, -ENOENT, or what is wrong. */
static int
find_engine(struct pf_member *m, struct pf_err *err)
{
	int r = 0;
	if (m->dir.fd >= 0 && pf_directory_gone(&m->dir))
		pf_directory_close(&m->dir);
	if (m->dir.fd < 0)
		r = pf_directory_open(&m->dir, m->config.session, false, err);
	if (r != 0)
		return r;
	if (m->clock.clock && pf_page_file_broken(&m->clock))
		pf_page_file_close(&m->clock);
	if (!m->clock.clock)
		r = pf_clock_file_read(&m->clock, &m->dir, err);
	if (r != 0 && r != -ENOENT)
		return r;
	if (r == 0 && engine_lives(m))
		return 0;
	pf_err_set(err, "no engine runs in session '%s'", m->dir.name);
	return -ENOENT;
}

static int
wait_for_engine(struct pf_member *m, struct pf_err *err)
{
	const double wait_s = m->config.wait_s;
	const int64_t until = wait_s < 0 ? INT64_MAX :
	    pf_mono_ns() + (int64_t)(wait_s * 1e9);
	int r;
	while ((r = find_engine(m, err)) == -ENOENT &&
	    pf_mono_ns() < until) {
		if (pause_a_little(m) != 0) {
			pf_err_set(err, "stopped before an engine came");
			return -EINTR;
		}
	}
	return r;
}

static int
own_lane(struct pf_member *m, struct pf_err *err)
{
	int r;
	while ((r = pf_lane_file_own(&m->own, &m->dir, m->name, m->role,
	    err)) == -EBUSY && m->config.standby) {
		if (pf_directory_gone(&m->dir)) {
			pf_err_set(err, "the session '%s' has ended",
			    m->dir.name);
			return -ENOENT;
		}
		if (pause_a_little(m) != 0) {
			pf_err_set(err, "stopped before '%s' was free",
			    m->name);
			return -EINTR;
		}
	}
	if (r != 0)
		return r;
	r = pf_tail_say_name(pf_member_tail(m), m->name, strlen(m->name));
	if (r != 0 && r != -ENOSPC)
		return pf_err_set(err, "'%s' can not be spelled", m->name);
	/* Born: everybody is to look. */
	atomic_fetch_add(&m->bell.bell->roster, 1);
	for (int c = 0; c < PF_BELL_CLASSES; c++)
		pf_bell_ring(m->bell.bell, (enum pf_bell_class)c);
	return 0;
}

/* What needs no session. */
static int
prepare(struct pf_member *m, const struct pf_member_config *c)
{
	m->config = *c;
	m->config.thoughts_hz = c->thoughts_hz ? c->thoughts_hz : 20;
	m->config.grace_ns = c->grace_ns == 0 ? 3000000 :
	    c->grace_ns < 0 ? 0 : c->grace_ns;
	m->dir.fd = m->bell.fd = m->clock.fd = m->own.fd = -1;
	m->bell.guard = m->clock.guard = m->own.guard = -1;
	m->name = c->name ? strdup(c->name) : NULL;
	m->role = c->role || c->name ? strdup(c->role ? c->role : c->name)
	    : NULL;
	m->only = c->only ? strdup(c->only) : NULL;
	m->said = calloc(STATES_MOST, sizeof *m->said);
	if ((c->name && (!m->name || !m->role)) || (c->only && !m->only) ||
	    !m->said || member_heap_init(&m->heap, HEAP_MOST) != 0 ||
	    pf_held_init(&m->kept, KEPT_MOST) != 0 ||
	    pf_tempo_map_init(&m->map) != 0)
		return -ENOMEM;
	return 0;
}

/* Join what was found. */
static int
join(struct pf_member *m, struct pf_err *err)
{
	int r = pf_bell_file_open(&m->bell, &m->dir, err);
	if (r == 0 && m->name)
		r = own_lane(m, err);
	if (r != 0)
		return r;
	prctl(PR_SET_TIMERSLACK, 1UL); /* wake when we said, not 50 us on */
	m->told_ns = m->config.from == PF_MEMBER_NOW ? pf_member_now(m) : 0;
	pf_transport_init(&m->transport, 0);
	m->out_of_step = true;
	m->roster = atomic_load(&m->bell.bell->roster);
	member_scan(m);
	if (m->own.taken_over)
		member_withdraw(m);
	m->beat_mono = m->scan_mono = m->tell_mono = pf_mono_ns();
	return 0;
}

int
pf_member_open(struct pf_member **out, const struct pf_member_config *config,
    struct pf_names *names, struct pf_err *err)
{
	struct pf_member *const m = calloc(1, sizeof *m);
	if (!m) {
		pf_err_set(err, "not enough memory");
		return -ENOMEM;
	}
	m->names = names;
	int r = prepare(m, config);
	if (r != 0) {
		pf_err_set(err, "not enough memory");
		goto fail;
	}
	uint32_t hash;
	if ((m->name && pf_names_add(names, m->name, strlen(m->name),
	    &m->source) != 0) || pf_names_add(names, "engine", 6, &hash)) {
		r = pf_err_set(err, "the name '%.200s' can not be used",
		    m->name ? m->name : "engine");
		goto fail;
	}
	r = wait_for_engine(m, err);
	if (r == 0)
		r = join(m, err);
	if (r != 0)
		goto fail;
	*out = m;
	return 0;
fail:
	pf_member_close(m, true);
	return r;
}

void
pf_member_close(struct pf_member *m, bool finished)
{
	if (!m)
		return;
	if (m->own.lane && !finished)
		member_withdraw(m);
	if (m->own.lane)
		pf_lane_file_close(&m->own);
	if (m->bell.bell) {
		atomic_fetch_add(&m->bell.bell->roster, 1);
		pf_bell_ring(m->bell.bell, PF_BELL_ENGINE);
	}
	member_close_lanes(m);
	pf_page_file_close(&m->bell);
	pf_page_file_close(&m->clock);
	pf_directory_close(&m->dir);
	member_heap_fini(&m->heap);
	pf_held_fini(&m->kept);
	pf_tempo_map_fini(&m->map);
	free(m->said);
	free(m->name);
	free(m->role);
	free(m->only);
	free(m);
}

const struct pf_directory *
pf_member_directory(const struct pf_member *m)
{
	return &m->dir;
}

struct pf_tail *
pf_member_tail(struct pf_member *m)
{
	return m->own.lane ? pf_lane_tail(m->own.lane) : NULL;
}

struct pf_lane_segment *
pf_member_lane(struct pf_member *m)
{
	return m->own.lane;
}

void
pf_member_state(struct pf_member *m, enum pf_lane_state state)
{
	if (m->own.lane)
		atomic_store(&m->own.lane->owner.state, state);
}

struct pf_member_counts
pf_member_counts(const struct pf_member *m)
{
	struct pf_member_counts c = m->counts;
	c.lost = m->lost_before;
	c.refused += m->refused_before;
	for (unsigned i = 0; i < m->lanes; i++) {
		c.lost += m->lane[i]->cursor.lost;
		c.refused += m->lane[i]->cursor.refused;
	}
	return c;
}

/* ---- looking after things */

static void
put(struct pf_member *m, int number, uint64_t value)
{
	atomic_store_explicit(&m->own.lane->owner.metric[number], value,
	    memory_order_relaxed);
}

/* Tell in the own lane how it goes. */
static void
tell(struct pf_member *m)
{
	const struct pf_member_counts c = pf_member_counts(m);
	struct timespec cpu;
	struct rusage u;
	put(m, PF_METRIC_HEARD, c.heard);
	put(m, PF_METRIC_THOUGHTS, c.thoughts);
	put(m, PF_METRIC_SAID, c.said);
	put(m, PF_METRIC_LATE, c.late);
	put(m, PF_METRIC_STALE, c.stale);
	put(m, PF_METRIC_LOST, c.lost);
	put(m, PF_METRIC_REFUSED, c.refused + c.far);
	put(m, PF_METRIC_UNSAID, c.unsaid);
	put(m, PF_METRIC_REFLEXES, c.reflexes);
	put(m, PF_METRIC_ENGINES, c.engines);
	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0)
		put(m, PF_METRIC_NO_CPU_NS, (uint64_t)cpu.tv_sec *
		    1000000000 + (uint64_t)cpu.tv_nsec);
	if (getrusage(RUSAGE_SELF, &u) == 0)
		put(m, PF_METRIC_NO_MEMORY_BYTES,
		    (uint64_t)u.ru_maxrss * 1024);
	for (unsigned i = 0; i < m->lanes; i++)
		pf_tail_tell_cursor(pf_member_tail(m), m->lane[i]->hash,
		    &m->lane[i]->cursor);
}

void
member_tend(struct pf_member *m)
{
	const int64_t mono = pf_mono_ns();
	if (m->own.lane && mono - m->beat_mono >= BEAT_NS) {
		m->beat_mono = mono;
		atomic_store(&m->own.lane->owner.heartbeat_ns,
		    (uint64_t)mono);
	}
	const uint32_t roster = atomic_load(&m->bell.bell->roster);
	if (roster != m->roster || mono - m->scan_mono >= SCAN_NS ||
	    (!m->running && mono - m->scan_mono >= BEAT_NS)) {
		m->roster = roster;
		m->scan_mono = mono;
		if (pf_page_file_broken(&m->clock))
			reopen_clock(m);
		if (pf_page_file_broken(&m->bell))
			reopen_bell(m);
		m->gone = m->gone || pf_directory_gone(&m->dir);
		m->unheard = m->own.lane && pf_lane_file_broken(&m->own)
		    ? m->unheard + 1 : 0;
		member_scan(m);
	}
	if (m->unsettled && m->running)
		member_say_states(m);
	if (m->own.lane && mono - m->tell_mono >= TELL_NS) {
		m->tell_mono = mono;
		tell(m);
	}
	member_say_kept(m);
}
