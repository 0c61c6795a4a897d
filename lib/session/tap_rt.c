/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/tap.h"

#include <string.h>

/* The samples of a channel. */
static _Atomic uint32_t *
channel(struct pf_tap *tap, unsigned c)
{
	return &tap->sample[(size_t)c * PF_TAP_FRAMES];
}

static const _Atomic uint32_t *
channel_of(const struct pf_tap *tap, unsigned c)
{
	return &tap->sample[(size_t)c * PF_TAP_FRAMES];
}

static int64_t
position(const struct pf_tap *tap)
{
	/* Acquire: pairs with the store in step(). */
	return atomic_load_explicit(&tap->header.position,
	    memory_order_acquire);
}

/* ---- writer */

static void
store(_Atomic uint32_t *to, uint64_t at, const float *in, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint32_t bits = 0;
		if (in)
			memcpy(&bits, &in[i], sizeof bits);
		/* Release: pairs with the acquire in load(); see tap.h. */
		atomic_store_explicit(&to[(at + i) % PF_TAP_FRAMES], bits,
		    memory_order_release);
	}
}

void
pf_tap_write(struct pf_tap *tap, const float *const *in, unsigned n)
{
	int64_t p = atomic_load_explicit(&tap->header.position,
	    memory_order_relaxed);
	for (unsigned done = 0; done < n;) {
		const unsigned step = n - done < PF_TAP_STEP ? n - done
		    : PF_TAP_STEP;
		for (unsigned c = 0; c < tap->header.channels; c++)
			store(channel(tap, c), (uint64_t)p,
			    in && in[c] ? in[c] + done : NULL, step);
		p += step;
		done += step;
		/* Release: readers that see it see the samples. */
		atomic_store_explicit(&tap->header.position, p,
		    memory_order_release);
	}
}

/* ---- reader */

void
pf_tap_begin_now(struct pf_tap_cursor *c, const struct pf_tap *tap)
{
	const int64_t p = position(tap);
	*c = (struct pf_tap_cursor){.next = p, .seen = p, .suspect = p < 0};
}

/* How far can an honest writer get between two looks?  Not 2^50 frames. */
static bool
plausible(struct pf_tap_cursor *c, int64_t p)
{
	if (p < c->seen || p - c->seen > (int64_t)1 << 50)
		c->suspect = true;
	c->seen = p;
	return !c->suspect;
}

/* Go on behind a gap, if there is one. */
static void
skip_lost(struct pf_tap_cursor *c, int64_t p)
{
	if (p - c->next <= PF_TAP_SAFE)
		return;
	const int64_t to = p - PF_TAP_RESUME;
	c->lost += (uint64_t)(to - c->next);
	c->next = to;
}

int64_t
pf_tap_waiting(struct pf_tap_cursor *c, const struct pf_tap *tap)
{
	const int64_t p = position(tap);
	return !c->suspect && plausible(c, p) ? p - c->next : 0;
}

static float
load(const _Atomic uint32_t *from, uint64_t at)
{
	/* Acquire: what comes later, the position, is at least as new. */
	const uint32_t bits = atomic_load_explicit(&from[at % PF_TAP_FRAMES],
	    memory_order_acquire);
	float x;
	memcpy(&x, &bits, sizeof x);
	return x;
}

/*
 * The frames from the cursor on that may be read now, at most n; 0 none.
 */
static unsigned
begin(struct pf_tap_cursor *c, const struct pf_tap *tap, unsigned n)
{
	const int64_t p = position(tap);
	if (c->suspect || !plausible(c, p))
		return 0;
	skip_lost(c, p);
	n = n < PF_TAP_STEP ? n : PF_TAP_STEP;
	return p - c->next < n ? (unsigned)(p - c->next) : n;
}

/* Was the copy of what stands at the cursor whole?  Else it is lost. */
static bool
whole(struct pf_tap_cursor *c, const struct pf_tap *tap)
{
	const int64_t p = position(tap);
	if (!plausible(c, p))
		return false;
	if (p - c->next <= PF_TAP_SAFE)
		return true;
	skip_lost(c, p);
	return false;
}

static void
advance_by(struct pf_tap_cursor *c, unsigned n)
{
	c->next += n;
	c->read += n;
}

unsigned
pf_tap_read(struct pf_tap_cursor *c, const struct pf_tap *tap, unsigned ch,
    float *out, unsigned n, bool advance, int64_t *frame)
{
	n = begin(c, tap, n);
	if (n == 0)
		return 0;
	const _Atomic uint32_t *const from = channel_of(tap, ch);
	for (unsigned i = 0; i < n; i++)
		out[i] = load(from, (uint64_t)c->next + i);
	*frame = c->next;
	if (!whole(c, tap))
		return 0;
	if (advance)
		advance_by(c, n);
	return n;
}

unsigned
pf_tap_read_mono(struct pf_tap_cursor *c, const struct pf_tap *tap,
    unsigned channels, float *out, unsigned n, int64_t *frame)
{
	n = begin(c, tap, n);
	if (n == 0)
		return 0;
	for (unsigned k = 0; k < channels; k++) {
		const _Atomic uint32_t *const from = channel_of(tap, k);
		for (unsigned i = 0; i < n; i++) {
			const float x = load(from, (uint64_t)c->next + i);
			out[i] = k == 0 ? x : out[i] + x;
		}
	}
	if (channels > 1)
		for (unsigned i = 0; i < n; i++)
			out[i] /= (float)channels;
	*frame = c->next;
	if (!whole(c, tap))
		return 0;
	advance_by(c, n);
	return n;
}
