/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/lane.h"

#include "event/type.h"

#include <errno.h>
#include <string.h>

/* Bounds of work of one call. */
enum { MOST_REFUSED = 64, MOST_LAPPED = 4 };

/* ---- writer */

static void
store(struct pf_lane_segment *lane, uint64_t i, const struct pf_event *e)
{
	struct pf_lane_slot *const slot = &lane->slot[i % PF_LANE_SLOTS];
	uint64_t word[4];
	memcpy(word, e, sizeof word);
	/* Release: pairs with the acquire in copy(); see the header. */
	for (int k = 0; k < 4; k++)
		atomic_store_explicit(&slot->word[k], word[k],
		    memory_order_release);
}

static void
publish(struct pf_lane_segment *lane, uint64_t position, unsigned events)
{
	/* Only the owner writes these: a plain addition is enough. */
	const uint64_t said = atomic_load_explicit(&lane->header.events,
	    memory_order_relaxed);
	atomic_store_explicit(&lane->header.events, said + events,
	    memory_order_relaxed);
	/* seq_cst: release for readers, and ordered before the load of the
	 * bell that follows. */
	atomic_store_explicit(&lane->header.position, position,
	    memory_order_seq_cst);
}

static int
cannot_say(struct pf_lane_segment *lane)
{
	const uint64_t n = atomic_load_explicit(&lane->header.unsaid,
	    memory_order_relaxed);
	atomic_store_explicit(&lane->header.unsaid, n + 1,
	    memory_order_relaxed);
	return -EMSGSIZE;
}

int
pf_lane_say(struct pf_lane_segment *lane, const struct pf_event *e,
    const struct pf_event *more, unsigned n)
{
	if (n > PF_MORE_MOST || pf_event_more(e) != n)
		return cannot_say(lane);
	const uint64_t p = atomic_load_explicit(&lane->header.position,
	    memory_order_relaxed);
	store(lane, p, e);
	for (unsigned i = 0; i < n; i++)
		store(lane, p + 1 + i, &more[i]);
	publish(lane, p + 1 + n, 1);
	return 0;
}

int
pf_lane_say_all(struct pf_lane_segment *lane, const struct pf_event *e,
    unsigned n)
{
	if (n < 1 || n > PF_MORE_MOST + 1)
		return cannot_say(lane);
	const uint64_t p = atomic_load_explicit(&lane->header.position,
	    memory_order_relaxed);
	for (unsigned i = 0; i < n; i++) {
		if (pf_event_more(&e[i]) != 0)
			return cannot_say(lane);
		store(lane, p + i, &e[i]);
	}
	publish(lane, p + n, n);
	return 0;
}

/* ---- reader */

static uint64_t
position(const struct pf_lane_segment *lane)
{
	/* Acquire: pairs with the store in publish(). */
	return atomic_load_explicit(&lane->header.position,
	    memory_order_acquire);
}

static void
copy(const struct pf_lane_slot *slot, struct pf_event *e)
{
	uint64_t word[4];
	for (int k = 0; k < 4; k++)
		word[k] = atomic_load_explicit(&slot->word[k],
		    memory_order_acquire);
	memcpy(e, word, sizeof word);
}

static void
load(const struct pf_lane_segment *lane, uint64_t i, struct pf_event *e)
{
	copy(&lane->slot[i % PF_LANE_SLOTS], e);
}

/* n slots from number i on: round the end of the ring at most once. */
static void
load_all(const struct pf_lane_segment *lane, uint64_t i, struct pf_event *e,
    unsigned n)
{
	const struct pf_lane_slot *slot = &lane->slot[i % PF_LANE_SLOTS];
	const struct pf_lane_slot *const end = &lane->slot[PF_LANE_SLOTS];
	for (unsigned k = 0; k < n; k++) {
		copy(slot, &e[k]);
		if (++slot == end)
			slot = lane->slot;
	}
}

/*
 * Nothing is there yet: have the line of the next slot at hand, so that it
 * comes from the writer together with the position and not behind it.
 * Halves what a spinning reader waits beyond the first.
 */
static void
expect(const struct pf_lane_segment *lane, uint64_t i)
{
	__builtin_prefetch(&lane->slot[i % PF_LANE_SLOTS]);
}

void
pf_lane_begin_now(struct pf_lane_cursor *c, const struct pf_lane_segment *lane)
{
	const uint64_t p = position(lane);
	*c = (struct pf_lane_cursor){.next = p, .seen = p};
}

void
pf_lane_begin_oldest(struct pf_lane_cursor *c,
    const struct pf_lane_segment *lane)
{
	const uint64_t p = position(lane);
	*c = (struct pf_lane_cursor){
	    .next = p > PF_LANE_RESUME ? p - PF_LANE_RESUME : 0, .seen = p,
	    .torn = p > PF_LANE_RESUME};
}

/*
 * How far can an honest owner get between two looks?  Nobody says 2^40
 * slots; a position that jumps so far, or back, is no honest one.
 */
static bool
plausible(struct pf_lane_cursor *c, uint64_t p)
{
	if (p < c->seen || p - c->seen > (uint64_t)1 << 40)
		c->suspect = true;
	c->seen = p;
	return !c->suspect;
}

/* Go on behind a gap, if there is one; the owner stands at p. */
static void
skip_lost(struct pf_lane_cursor *c, uint64_t p)
{
	if (p - c->next <= PF_LANE_SAFE)
		return;
	const uint64_t to = p - PF_LANE_RESUME;
	c->lost += to - c->next;
	c->next = to;
	c->torn = true;
}

uint64_t
pf_lane_waiting(struct pf_lane_cursor *c, const struct pf_lane_segment *lane)
{
	const uint64_t p = position(lane);
	return plausible(c, p) ? p - c->next : 0;
}

/* Is the copy of an event and its n slots of `more` one we can use? */
static bool
sound(const struct pf_event *e, const struct pf_event *more, unsigned n)
{
	if (pf_event_type(e) == PF_MORE || pf_event_check(e))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (pf_event_type(&more[i]) != PF_MORE ||
		    more[i].source != e->source || more[i].time != e->time)
			return false;
	return true;
}

/* Pass over a slot that is no event: its own fault, or the gap's. */
static void
refuse(struct pf_lane_cursor *c, const struct pf_event *e)
{
	c->next++;
	/* The rest of an event whose beginning was lost is lost. */
	if (c->torn && pf_event_type(e) == PF_MORE)
		c->lost++;
	else
		c->refused++;
}

int
pf_lane_read(struct pf_lane_cursor *c, const struct pf_lane_segment *lane,
    struct pf_event *e, struct pf_event more[PF_MORE_MOST])
{
	uint64_t p = position(lane);
	if (c->suspect || !plausible(c, p))
		return 0;
	for (int tries = 0; tries < MOST_REFUSED; tries++) {
		skip_lost(c, p);
		if (p == c->next) {
			expect(lane, c->next);
			return 0;
		}
		load(lane, c->next, e);
		unsigned n = pf_event_more(e);
		/* `more` beyond the position was never said with it. */
		const bool cut = n >= p - c->next;
		for (unsigned i = 0; i < n && !cut; i++)
			load(lane, c->next + 1 + i, &more[i]);
		p = position(lane);
		if (!plausible(c, p))
			return 0;
		if (p - c->next > PF_LANE_SAFE)
			continue;
		if (!cut && sound(e, more, n)) {
			c->torn = false;
			c->next += 1 + n;
			c->consumed += 1 + n;
			return 1;
		}
		refuse(c, e);
	}
	return 0;
}

/*
 * Keep what is sound of slot[n], all of them whole copies; `cut`: there are
 * more behind them, so the last event may not be all there.  Returns how
 * many slots are kept, at the front.
 */
static unsigned
keep(struct pf_lane_cursor *c, struct pf_event *slot, unsigned n, bool cut)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < n;) {
		const unsigned m = 1 + pf_event_more(&slot[i]);
		if (m > n - i && cut)
			break;
		if (m > n - i || !sound(&slot[i], &slot[i + 1], m - 1)) {
			refuse(c, &slot[i++]);
			continue;
		}
		if (kept != i)
			memmove(&slot[kept], &slot[i], m * sizeof *slot);
		kept += m;
		i += m;
		c->torn = false;
		c->next += m;
		c->consumed += m;
	}
	return kept;
}

unsigned
pf_lane_read_all(struct pf_lane_cursor *c, const struct pf_lane_segment *lane,
    struct pf_event *slot, unsigned most)
{
	uint64_t p = position(lane);
	if (c->suspect || !plausible(c, p))
		return 0;
	for (int tries = 0; tries < MOST_LAPPED; tries++) {
		skip_lost(c, p);
		const uint64_t waiting = p - c->next;
		const unsigned n = waiting < most ? (unsigned)waiting : most;
		if (n == 0) {
			expect(lane, c->next);
			return 0;
		}
		load_all(lane, c->next, slot, n);
		p = position(lane);
		if (!plausible(c, p))
			return 0;
		if (p - c->next <= PF_LANE_SAFE)
			return keep(c, slot, n, n < waiting);
	}
	return 0;
}
