/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/porter_private.h"

#include "base/hash.h"
#include "base/message.h"
#include "base/mono.h"
#include "event/role.h"
#include "event/type.h"
#include "session/metric.h"
#include "session/tail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LATE_NS INT64_C(30000000)
#define YOUNG_NS INT64_C(1000000000)
#define SPARE 16 /* places that only the living get */

/* ---- birth */

static struct pf_musician *
find(const struct pf_porter *p, const char *name)
{
	for (unsigned i = 0; i < p->musicians; i++)
		if (strcmp(p->musician[i]->file.name, name) == 0)
			return p->musician[i];
	return NULL;
}

/* Touch and lock every page: the audio thread shall meet none for the first
 * time.  What may not be locked is touched at least. */
static void
prefault(const struct pf_lane_file *file)
{
	const volatile unsigned char *const at =
	    (const volatile unsigned char *)file->lane;
	(void)mlock(file->lane, PF_LANE_FILE_BYTES);
	for (size_t i = 0; i < PF_LANE_FILE_BYTES; i += 4096)
		(void)at[i];
}

static bool
plays(const char *role)
{
	static const char *const roles[] = {"drums", "bass", "melody",
	    "harmony"};
	for (size_t i = 0; i < PF_COUNT(roles); i++)
		if (strcmp(role, roles[i]) == 0)
			return true;
	return false;
}

void
pf_wish_of(struct pf_wish *w, const struct pf_event *e)
{
	const bool named = e->name && e->a_bits != PF_NONE_BITS;
	w->name = named ? e->name : 0;
	w->bank = e->u16[0];
	w->program = named ? -1 : e->u16[1];
	w->time_ns = e->time;
}

/*
 * What an event of the past means for us.  Returns false for the first that
 * is still to be played.
 */
static bool
remember(struct pf_musician *m, const struct pf_event *e, int64_t from_ns,
    bool young)
{
	const enum pf_type type = pf_event_type(e);
	const bool ahead = e->time == PF_TIME_NOW ? young
	    : e->time >= from_ns;
	if (e->source != m->part.source || e->type & PF_HEARD)
		return true;
	if (type == PF_NOTE || type == PF_ON)
		m->plays = true;
	if ((type == PF_NOTE || type == PF_ON || type == PF_OFF ||
	    type == PF_BEND) && ahead)
		return false;
	if (type == PF_PATCH) {
		/* The strip gets it from the start; one of the future is
		 * known by then, and does nothing new. */
		pf_wish_of(&m->wish, e);
		m->plays = true;
	} else if (type == PF_SET) {
		if (ahead)
			return false;
		pf_values_put(&m->values, e);
	}
	return true;
}

/*
 * Read the history of a lane: what it plays, its values; and place the
 * cursor on the first event that is to be played.
 */
static void
read_history(struct pf_musician *m, int64_t from_ns, bool young)
{
	struct pf_lane_cursor c;
	struct pf_event e, more[PF_MORE_MOST];
	pf_lane_begin_oldest(&c, m->file.lane);
	for (int n = 0; n < PF_LANE_SLOTS; n++) {
		m->part.cursor = c;
		if (!pf_lane_read(&c, m->file.lane, &e, more))
			break;
		if (!remember(m, &e, from_ns, young))
			return;
	}
	m->part.cursor = c;
}

static void
attach(struct pf_porter *p, struct pf_musician *m)
{
	const int64_t now_ns = pf_stage_time(p->stage);
	const int64_t age_ns = pf_mono_ns() -
	    (int64_t)atomic_load(&m->file.lane->owner.born_ns);
	const bool young = age_ns >= 0 && age_ns < YOUNG_NS;
	/* What it said while we came is not its fault. */
	const int64_t from_ns = now_ns - LATE_NS - (young ? age_ns : 0);
	m->part.held_ns = now_ns - (young ? age_ns : 0);
	read_history(m, from_ns, young);
	m->plays = m->plays || plays(m->file.lane->owner.role);
	m->part.wants_strip = m->plays;
	const struct pf_order order = {.kind = PF_ORDER_PART,
	    .part = &m->part};
	if (!pf_stage_order(p->stage, &order))
		return; /* the next scan tries again */
	m->attached = true;
	if (!m->plays)
		return;
	const struct pf_want want = {.strip = true, .part = &m->part,
	    .source = m->part.source, .wish = m->wish, .at_ns = 0};
	pf_porter_want(p, &want);
}

static void
say_bad(struct pf_porter *p, const char *name, const char *why)
{
	/* A file's name may be longer than one to play as. */
	for (unsigned i = 0; i < p->bads; i++)
		if (strncmp(p->bad[i], name, PF_LANE_NAME_MOST) == 0)
			return;
	if (p->bads == PF_BAD_MOST)
		p->bads = 0;
	snprintf(p->bad[p->bads++], sizeof p->bad[0], "%s", name);
	pf_msg("%s", why);
}

/* Where the engine tells how long this one's words lie; NULL: no room. */
static struct pf_histogram *
lag_of(struct pf_porter *p, const char *name)
{
	char text[sizeof PF_HISTOGRAM_LANE_LAG + PF_LANE_NAME_MOST + 1];
	snprintf(text, sizeof text, "%s.%s", PF_HISTOGRAM_LANE_LAG, name);
	pf_porter_name(p, text);
	return pf_tail_histogram(pf_lane_tail(p->config.said->lane),
	    pf_hash_str(text));
}

static void
welcome(struct pf_porter *p, const char *name)
{
	struct pf_err err;
	uint32_t hash;
	struct pf_musician *const m = calloc(1, sizeof *m);
	if (!m)
		return;
	if (pf_lane_file_read(&m->file, p->config.dir, name, &err) != 0) {
		say_bad(p, name, err.text);
		free(m);
		return;
	}
	if (pf_names_add(p->names, name, strlen(name), &hash) != 0) {
		say_bad(p, name, "a name has the hash of another");
		pf_lane_file_close(&m->file);
		free(m);
		return;
	}
	prefault(&m->file);
	m->part.lane = m->file.lane;
	m->part.name = m->file.name;
	m->part.source = hash;
	m->part.lag = lag_of(p, name);
	m->part.conductor = strcmp(name, "conductor") == 0;
	m->wish.program = -1;
	m->pidfd = -1;
	pf_musician_meet(m);
	pf_porter_name(p, name);
	pthread_mutex_lock(&p->lock);
	p->musician[p->musicians++] = m;
	pthread_mutex_unlock(&p->lock);
	pf_porter_tell_member(p, m, false);
	if (p->config.verbose)
		pf_msg("%s is here (pid %u)", name, m->pid);
	attach(p, m);
}

static bool
lives(const struct pf_porter *p, const char *name)
{
	struct pf_lane_file file;
	if (pf_lane_file_read(&file, p->config.dir, name, NULL) != 0)
		return false;
	const bool alive = pf_lane_file_alive(&file);
	pf_lane_file_close(&file);
	return alive;
}

/*
 * Is there room for a lane?  The last places are for the living; when all
 * are taken, one who is dead makes place, for the next scan.
 */
static bool
make_room(struct pf_porter *p, const char *name)
{
	if (p->musicians < PF_PARTS_MOST - SPARE)
		return true;
	if (!lives(p, name))
		return false;
	if (p->musicians < PF_PARTS_MOST)
		return true;
	for (unsigned i = 0; i < p->musicians; i++) {
		struct pf_musician *const m = p->musician[i];
		const struct pf_order order = {.kind = PF_ORDER_LEAVE,
		    .part = &m->part};
		if (m->alive || m->leaving || !m->attached)
			continue;
		m->leaving = pf_stage_order(p->stage, &order);
		return false;
	}
	if (!p->full_told)
		pf_msg("'%s' is not heard, nor who comes after it: there are "
		    "%d lanes already", name, PF_PARTS_MOST);
	p->full_told = true;
	return false;
}

void
pf_porter_scan(struct pf_porter *p)
{
	const int fd = openat(p->config.dir->fd, ".",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *const d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (const struct dirent *e; (e = readdir(d));) {
		const char *const name = e->d_name + 5;
		if (strncmp(e->d_name, "lane.", 5) != 0 ||
		    strcmp(name, "engine") == 0 || strcmp(name, "tape") == 0)
			continue;
		struct pf_musician *const m = find(p, name);
		if (m && !m->attached && !m->leaving)
			attach(p, m);
		if (!m && make_room(p, name))
			welcome(p, name);
	}
	closedir(d);
}

void
pf_porter_spell(struct pf_porter *p)
{
	pthread_mutex_lock(&p->lock);
	for (unsigned i = 0; i < p->musicians; i++) {
		struct pf_musician *const m = p->musician[i];
		pf_tail_copy_names(pf_lane_tail(m->file.lane), &m->spelled,
		    pf_lane_tail(p->config.tape->lane));
	}
	pthread_mutex_unlock(&p->lock);
}

void
pf_porter_hear_names(struct pf_porter *p)
{
	for (unsigned i = 0; i < p->musicians; i++) {
		struct pf_musician *const m = p->musician[i];
		pf_tail_hear_names(pf_lane_tail(m->file.lane), &m->heard,
		    p->names);
	}
	pf_porter_spell(p);
}

/* ---- the end */

void
pf_porter_tell_member(struct pf_porter *p, const struct pf_musician *m,
    bool gone)
{
	const struct pf_lane_owner *const o = &m->file.lane->owner;
	char role[sizeof o->role + 1] = "";
	/* Others write it while we read: a NUL may be missing. */
	memcpy(role, o->role, sizeof o->role);
	const struct pf_desk_member member = {
	    .name = m->file.name, .role = role, .source = m->part.source,
	    .pid = m->pid, .state = atomic_load(&o->state),
	    .alive = m->alive};
	pf_desk_member(p->config.desk, &member, gone);
}

static void
let_go(struct pf_musician *m)
{
	if (m->pidfd >= 0)
		close(m->pidfd);
	pf_lane_file_close(&m->file);
	free(m);
}

void
pf_porter_bury(struct pf_porter *p, struct pf_part *part)
{
	struct pf_musician *const m = pf_musician_of(part);
	unsigned kept = 0;
	for (unsigned i = 0; i < p->wants; i++)
		if (p->want[i].part != part)
			p->want[kept++] = p->want[i];
	p->wants = kept;
	if (p->flying_part == part)
		p->flying_part = NULL;
	if (p->unsent.part == part)
		p->unsent.part = NULL;
	pf_porter_hear_names(p); /* its last */
	pthread_mutex_lock(&p->lock);
	unsigned at = 0;
	while (at < p->musicians && p->musician[at] != m)
		at++;
	if (at < p->musicians) {
		p->musicians--;
		memmove(&p->musician[at], &p->musician[at + 1],
		    (p->musicians - at) * sizeof *p->musician);
	}
	pthread_mutex_unlock(&p->lock);
	pf_porter_tell_member(p, m, true);
	let_go(m);
}

void
pf_porter_close_all(struct pf_porter *p)
{
	for (unsigned i = 0; i < p->musicians; i++)
		let_go(p->musician[i]);
	p->musicians = 0;
}
