/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everybody's lanes: found, mapped, read into the heap.
 */
#include "live/member_private.h"

#include "base/hash.h"
#include "event/more.h"
#include "event/type.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- who is there */

static void
let_go(struct pf_member *m, unsigned i)
{
	struct member_lane *const lane = m->lane[i];
	m->lost_before += lane->cursor.lost;
	m->refused_before += lane->cursor.refused;
	member_heap_forget(&m->heap, lane);
	pf_lane_file_close(&lane->file);
	free(lane);
	m->lane[i] = m->lane[--m->lanes];
}

void
member_close_lanes(struct pf_member *m)
{
	while (m->lanes > 0)
		let_go(m, m->lanes - 1);
}

static bool
known(const struct pf_member *m, const char *name)
{
	for (unsigned i = 0; i < m->lanes; i++)
		if (strcmp(m->lane[i]->file.name, name) == 0)
			return true;
	return false;
}

/* Do we want to hear who is called so? */
static bool
wanted(const struct pf_member *m, const char *name)
{
	if (m->only)
		return strcmp(name, m->only) == 0;
	if (m->own.lane && strcmp(name, m->name) == 0)
		return m->config.own;
	/* What was played was said by somebody else before. */
	return strcmp(name, "tape") != 0;
}

/*
 * Hear somebody from now on.  Who was there before us is heard as the
 * configuration wants; who came later, from his first word.  What can not be
 * opened is tried again at the next look.
 */
static void
meet(struct pf_member *m, const char *name, bool first)
{
	if (m->lanes == LANES_MOST || !wanted(m, name) || known(m, name))
		return;
	struct member_lane *const lane = calloc(1, sizeof *lane);
	if (!lane)
		return;
	if (pf_lane_file_read(&lane->file, &m->dir, name, NULL) != 0) {
		free(lane);
		return;
	}
	lane->hash = pf_hash_str(name);
	lane->pid = atomic_load(&lane->file.lane->owner.pid);
	lane->engine = strcmp(name, "engine") == 0;
	lane->repeats = lane->engine || strcmp(name, "tape") == 0;
	if (first && m->config.from == PF_MEMBER_NOW)
		pf_lane_begin_now(&lane->cursor, lane->file.lane);
	else
		pf_lane_begin_oldest(&lane->cursor, lane->file.lane);
	pf_tail_hear_names(pf_lane_tail(lane->file.lane), &lane->names_from,
	    m->names);
	m->lane[m->lanes++] = lane;
}

/*
 * Is there nothing more to be read?  What its owner did to a suspect lane is
 * not the fault of the next one: he is met anew.
 */
static bool
is_over(const struct member_lane *lane)
{
	return pf_lane_file_broken(&lane->file) || (lane->cursor.suspect &&
	    atomic_load(&lane->file.lane->owner.pid) != lane->pid);
}

void
member_scan(struct pf_member *m)
{
	const bool first = m->scan_mono == 0;
	for (unsigned i = m->lanes; i-- > 0;)
		if (is_over(m->lane[i]))
			let_go(m, i);
	const int fd = openat(m->dir.fd, ".",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *const dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	meet(m, "engine", first); /* among however many */
	for (const struct dirent *d; (d = readdir(dir));)
		if (strncmp(d->d_name, "lane.", 5) == 0)
			meet(m, d->d_name + 5, first);
	closedir(dir);
}

bool
pf_member_other(struct pf_member *m, unsigned i, struct pf_member_other *o)
{
	if (i >= m->lanes)
		return false;
	const struct member_lane *const lane = m->lane[i];
	const struct pf_lane_owner *const owner = &lane->file.lane->owner;
	*o = (struct pf_member_other){
	    .name = lane->file.name,
	    .role = memchr(owner->role, 0, sizeof owner->role)
	    ? owner->role : "",
	    .pid = atomic_load(&owner->pid),
	    .state = (enum pf_lane_state)atomic_load(&owner->state),
	    .alive = pf_lane_file_alive(&lane->file),
	    .suspect = lane->cursor.suspect,
	    .cursor = &lane->cursor,
	    .lane = lane->file.lane};
	return true;
}

/* ---- what they say */

static void
was_withdrawn(void *ctx, struct member_waiting *w)
{
	(void)ctx;
	if (w->lane)
		w->lane->waiting--;
}

/* Who says that?  Unknown spellings may have come with it. */
static const char *
spelling(struct pf_member *m, struct member_lane *lane, uint32_t source)
{
	const char *name = pf_names_get(m->names, source);
	if (!name && pf_tail_hear_names(pf_lane_tail(lane->file.lane),
	    &lane->names_from, m->names) > 0)
		name = pf_names_get(m->names, source);
	return name;
}

/* Is it a wish that only the engine may grant, and tells when it did? */
static bool
is_wish(const struct member_lane *lane, const struct pf_event *e)
{
	switch (pf_event_type(e)) {
	case PF_TEMPO: case PF_METER: case PF_PLAY: case PF_STOP:
	case PF_SEEK: case PF_RESET:
		return !lane->engine;
	default:
		return false;
	}
}

/*
 * It comes after what has been told: its time is now, and what it tells of
 * happened as much earlier.  False if it is too old to matter.
 */
static bool
move_on(struct pf_member *m, struct member_waiting *w)
{
	struct pf_event *const e = &w->event;
	/* Said for at once, without a time: that is now. */
	if (e->time == PF_TIME_NOW)
		e->time = m->now_ns > m->told_ns ? m->now_ns : m->told_ns;
	if (e->time >= m->told_ns)
		return true;
	if (m->told_ns - e->time > LATE_MOST_NS)
		return false;
	m->counts.late++;
	const int64_t now = m->now_ns > m->told_ns ? m->now_ns : m->told_ns;
	const int64_t us = (now - e->time + 999) / 1000;
	w->late_ns = us * 1000;
	e->time += w->late_ns;
	if (e->type & PF_HEARD)
		e->at_us -= (int32_t)us;
	if (w->from_engine)
		m->out_of_step = true;
	return true;
}

static void
take_in(struct pf_member *m, struct member_lane *lane,
    const struct pf_event *e, const struct pf_event *more)
{
	const enum pf_type type = pf_event_type(e);
	if (!lane->repeats && e->source != lane->hash) {
		m->counts.refused++; /* in another's name */
		return;
	}
	if (type == PF_CANCEL) {
		if (lane->waiting > 0)
			member_heap_cancel(&m->heap, e->source, e->name,
			    e->from, was_withdrawn, NULL);
		return;
	}
	if (type == PF_TICK || (!m->only && is_wish(lane, e)))
		return;
	if (e->time > m->now_ns + FAR_NS) {
		m->counts.far++;
		return;
	}
	struct member_waiting *const w = member_heap_room(&m->heap);
	w->event = *e;
	w->lane = lane;
	w->place = m->place++;
	w->read_ns = m->now_ns;
	w->late_ns = 0;
	w->reflexed = false;
	w->from_engine = lane->engine;
	pf_more_join(more, pf_event_more(e), w->more);
	if (!move_on(m, w))
		return;
	w->name = spelling(m, lane, e->source);
	lane->waiting++;
	member_heap_enter(&m->heap);
	if (m->fresh)
		m->fresh(m->fresh_ctx, w);
}

/* Read on until the lane is empty or has its share of the heap. */
static void
read_on(struct pf_member *m, struct member_lane *lane)
{
	struct pf_event e, more[PF_MORE_MOST];
	bool any = false;
	while (lane->waiting < LANE_QUOTA && !member_heap_full(&m->heap) &&
	    pf_lane_read(&lane->cursor, lane->file.lane, &e, more) == 1) {
		take_in(m, lane, &e, more);
		any = true;
	}
	if (any)
		pf_tail_hear_names(pf_lane_tail(lane->file.lane),
		    &lane->names_from, m->names);
}

void
member_pull(struct pf_member *m)
{
	pf_member_now(m);
	/* Begin with another each time, lest the last find no room. */
	for (unsigned i = 0; i < m->lanes; i++)
		read_on(m, m->lane[(m->next_lane + i) % m->lanes]);
	m->next_lane = m->lanes ? (m->next_lane + 1) % m->lanes : 0;
}

void
member_refill(struct pf_member *m, struct member_lane *lane)
{
	if (lane && lane->waiting < LANE_QUOTA / 2)
		read_on(m, lane);
}

bool
member_waits(struct pf_member *m)
{
	for (unsigned i = 0; i < m->lanes; i++)
		if (m->lane[i]->waiting < LANE_QUOTA &&
		    pf_lane_waiting(&m->lane[i]->cursor,
		    m->lane[i]->file.lane) > 0)
			return !member_heap_full(&m->heap);
	return false;
}
