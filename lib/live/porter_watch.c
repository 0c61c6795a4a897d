/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who died, whose heart stands still, who writes garbage.
 */
#include "live/porter_private.h"

#include "base/message.h"
#include "base/mono.h"
#include "session/metric.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HEART_NS INT64_C(2000000000)
#define COMPLAIN_NS INT64_C(1000000000)

void
pf_musician_meet(struct pf_musician *m)
{
	const uint32_t pid = atomic_load(&m->file.lane->owner.pid);
	if (m->pidfd >= 0)
		close(m->pidfd);
	m->pid = pid;
	m->pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	m->alive = pf_lane_file_alive(&m->file);
}

static bool
release(struct pf_porter *p, struct pf_musician *m)
{
	const struct pf_order order = {.kind = PF_ORDER_RELEASE,
	    .part = &m->part};
	return !m->attached || m->leaving || pf_stage_order(p->stage, &order);
}

static bool
gone(const struct pf_musician *m)
{
	struct pollfd pfd = {.fd = m->pidfd, .events = POLLIN};
	return (m->pidfd >= 0 && poll(&pfd, 1, 0) == 1) ||
	    !pf_lane_file_alive(&m->file);
}

/* Read it no more; a lane of that name is met anew at the next scan. */
static void
dismiss(struct pf_porter *p, struct pf_musician *m)
{
	const struct pf_order order = {.kind = PF_ORDER_LEAVE,
	    .part = &m->part};
	if (!m->leaving)
		m->leaving = m->attached && pf_stage_order(p->stage, &order);
}

static bool
suspect(const struct pf_musician *m)
{
	return atomic_load_explicit(&m->part.suspect, memory_order_relaxed);
}

/* Its owner died, came back as another, or the file went. */
static void
watch_life(struct pf_porter *p, struct pf_musician *m)
{
	const uint32_t pid = atomic_load(&m->file.lane->owner.pid);
	if (pf_lane_file_broken(&m->file)) {
		if (!m->leaving && pf_lane_file_cut(&m->file))
			pf_msg("%s: its lane was cut, it is not read any more "
			    "(pid %u)", m->file.name, m->pid);
		dismiss(p, m);
		return;
	}
	const bool dead = gone(m);
	if (m->alive && (dead || pid != m->pid)) {
		if (!release(p, m))
			return; /* again in a moment */
		if (p->config.verbose)
			pf_msg("%s left (pid %u)", m->file.name, m->pid);
		m->alive = false;
	}
	if (!m->alive && (pid != m->pid || !dead)) {
		pf_musician_meet(m);
		if (m->alive && p->config.verbose)
			pf_msg("%s is back (pid %u)", m->file.name, m->pid);
		/* What another did to the lane is not his fault. */
		if (m->alive && suspect(m))
			dismiss(p, m);
	}
}

static void
watch_heart(struct pf_porter *p, struct pf_musician *m, int64_t now)
{
	const int64_t beat = (int64_t)atomic_load(
	    &m->file.lane->owner.heartbeat_ns);
	if (!atomic_load_explicit(&m->part.holds, memory_order_relaxed) ||
	    now - beat < HEART_NS || now - m->released_ns < HEART_NS)
		return;
	m->released_ns = now;
	if (release(p, m) && m->alive)
		pf_msg("%s does not answer: what it holds is released",
		    m->file.name);
}

/* Who writes garbage is named, once a second at most. */
static void
watch_words(struct pf_musician *m, int64_t now)
{
	const uint64_t refused = atomic_load_explicit(&m->part.refused,
	    memory_order_relaxed);
	const uint64_t foreign = atomic_load_explicit(
	    &m->part.count[PF_PART_REFUSED], memory_order_relaxed);
	if (suspect(m) && !m->suspect_told) /* it is the last that is read */
		pf_msg("%s: its lane's position jumped, it is not read any "
		    "more (pid %u)", m->file.name, m->pid);
	m->suspect_told = suspect(m);
	if (now - m->told_ns < COMPLAIN_NS)
		return;
	if (refused > m->refused_told)
		pf_msg("%s writes garbage: %llu slots refused (pid %u)",
		    m->file.name,
		    (unsigned long long)(refused - m->refused_told), m->pid);
	if (foreign > m->foreign_told)
		pf_msg("%s: refused, for there were too many, too far ahead, "
		    "or not its to say: %llu (pid %u)", m->file.name,
		    (unsigned long long)(foreign - m->foreign_told), m->pid);
	if (refused > m->refused_told || foreign > m->foreign_told)
		m->told_ns = now;
	m->refused_told = refused;
	m->foreign_told = foreign;
}

/* Voices had to go, for there was no time: said once a second at most. */
static void
watch_load(struct pf_porter *p, int64_t now)
{
	const uint64_t faded = atomic_load_explicit(
	    &p->config.said->lane->owner.metric[PF_METRIC_FADED],
	    memory_order_relaxed);
	if (now - p->load_told_ns < COMPLAIN_NS || faded == p->faded_told)
		return;
	if (faded > p->faded_told)
		pf_msg("more to play than there is time for: %llu voices let "
		    "go", (unsigned long long)(faded - p->faded_told));
	p->faded_told = faded;
	p->load_told_ns = now;
}

void
pf_porter_watch(struct pf_porter *p)
{
	const int64_t now = pf_mono_ns();
	watch_load(p, now);
	for (unsigned i = 0; i < p->musicians; i++) {
		struct pf_musician *const m = p->musician[i];
		watch_life(p, m);
		watch_heart(p, m, now);
		watch_words(m, now);
	}
}
