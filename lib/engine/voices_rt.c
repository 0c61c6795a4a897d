/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/voices.h"

#include "base/rng.h"

#include <string.h>

static unsigned
pos_of(int64_t frame)
{
	return (unsigned)(frame & (PF_BLOCK - 1));
}

/* The softness of a voice as an integer: its level in steps of 6 dB. */
static int
level_step(float level)
{
	uint32_t bits;
	memcpy(&bits, &level, sizeof bits);
	return (int)(bits >> 23 & 0xff);
}

/* Would a be missed less than b? */
static bool
goes_before(const struct pf_voices *v, unsigned a, unsigned b)
{
	const struct pf_voice *x = &v->voice[a], *y = &v->voice[b];
	if (x->state != y->state)
		return x->state == PF_RELEASED;
	const int lx = level_step(v->bank.level[a]);
	const int ly = level_step(v->bank.level[b]);
	if (lx != ly)
		return lx < ly;
	if (x->age != y->age)
		return x->age < y->age;
	return x->id < y->id;
}

static void
find_next_end(struct pf_voices *v)
{
	v->next_end = PF_NEVER;
	for (unsigned i = 0; i < v->bank.lanes; i++)
		if (v->voice[i].state == PF_HELD &&
		    v->voice[i].end < v->next_end)
			v->next_end = v->voice[i].end;
}

/* The least missed voice begins to fade.  Returns false if there is none. */
static bool
steal(struct pf_voices *v, unsigned pos)
{
	unsigned victim = v->bank.lanes;
	for (unsigned i = 0; i < v->bank.lanes; i++) {
		const uint8_t state = v->voice[i].state;
		if (state != PF_HELD && state != PF_RELEASED)
			continue;
		if (victim == v->bank.lanes || goes_before(v, i, victim))
			victim = i;
	}
	if (victim == v->bank.lanes)
		return false;
	v->model->fade(&v->bank, victim, pos);
	v->voice[victim].state = PF_FADING;
	v->sounding--;
	return true;
}

static unsigned
free_lane(const struct pf_voices *v)
{
	unsigned lane = 0;
	while (lane < v->bank.lanes && v->voice[lane].state != PF_FREE_LANE)
		lane++;
	return lane;
}

static void
forget_ramps(struct pf_voices *v, unsigned lane)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < v->ramps; i++)
		if (v->ramp[i].lane != lane)
			v->ramp[kept++] = v->ramp[i];
	v->ramps = kept;
}

static void
fill_values(struct pf_voices *v, unsigned lane, const struct pf_begin *begin)
{
	v->own[lane] = 0;
	for (unsigned p = 0; p < v->model->params; p++)
		v->row[p][lane] = v->value[p];
	for (unsigned i = 0; i < begin->owns; i++) {
		v->row[begin->own_slot[i]][lane] = begin->own_value[i];
		v->own[lane] |= UINT64_C(1) << begin->own_slot[i];
	}
}

static float
pitch_in_range(const struct pf_voices *v, float pitch)
{
	const float p = pitch + v->transpose;
	return p < 0 ? 0 : p > 135 ? 135 : p;
}

/* The frame of an end: rounded down, where frame_of_time() rounds to the next. */
static int64_t
end_frame(int64_t end_ns, int64_t begin, uint32_t rate_hz)
{
	int64_t end = pf_frame_of_time(end_ns, rate_hz);
	if (pf_time_of_frame(end, rate_hz) > end_ns)
		end--;
	return end > begin ? end : begin + 1;
}

/* Its neighbour, a positive float or 0. */
static float
next_float(float x, int by)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	if (bits || by > 0)
		bits += (uint32_t)by;
	memcpy(&x, &bits, sizeof x);
	return x;
}

/*
 * Where a voice ends: on the frame that was asked for, but by a length that a
 * float of seconds can say, as the tape will.  Tries the floats around.
 */
static void
set_end(struct pf_voice *voice, struct pf_begin *b)
{
	const bool free = b->event->type & PF_FREE;
	const int64_t never = PF_NEVER;
	voice->said = free ? never : b->frame; /* no tempo moves it */
	voice->end = voice->end_ns = voice->base_ns = never;
	voice->ends = false;
	if (b->end_ns == PF_NEVER)
		return;
	const int64_t want = end_frame(b->end_ns, b->frame, b->rate_hz);
	const int64_t s = pf_tempos_undo(b->tempos, voice->said, b->end_ns) -
	    b->time_ns;
	b->duration = s > 0 ? (float)((double)s * 1e-9) : 0;
	for (unsigned tries = 0; tries < 8; tries++) {
		voice->base_ns = b->time_ns +
		    pf_ns_of_duration(b->duration);
		voice->end_ns = pf_tempos_move(b->tempos, voice->said,
		    voice->base_ns);
		voice->end = end_frame(voice->end_ns, b->frame, b->rate_hz);
		if (voice->end == want)
			break;
		b->duration = next_float(b->duration,
		    voice->end < want ? 1 : -1);
	}
}

/* With one voice, a note that meets another takes it over. */
static bool
tie(struct pf_voices *v, struct pf_begin *begin)
{
	const struct pf_event *e = begin->event;
	if (!v->legato || v->most != 1 || !v->model->bend)
		return false;
	for (unsigned i = 0; i < v->bank.lanes; i++) {
		struct pf_voice *voice = &v->voice[i];
		if (voice->state != PF_HELD)
			continue;
		const float pitch = pitch_in_range(v, e->pitch);
		set_end(voice, begin);
		voice->pitch = e->pitch;
		voice->id = e->id;
		voice->free = e->type & PF_FREE;
		v->last_pitch = pitch;
		v->model->bend(&v->bank, i, pos_of(begin->frame), pitch,
		    true);
		v->notes++;
		find_next_end(v);
		return true;
	}
	return false;
}

static void
release(struct pf_voices *v, unsigned lane, int64_t frame, float velocity)
{
	v->voice[lane].state = PF_RELEASED;
	v->model->release(&v->bank, lane, pos_of(frame), velocity);
}

void
pf_voices_end(struct pf_voices *v, int64_t frame)
{
	if (v->next_end > frame)
		return;
	for (unsigned i = 0; i < v->bank.lanes; i++)
		if (v->voice[i].state == PF_HELD && v->voice[i].end <= frame)
			release(v, i, frame, 0.5f);
	find_next_end(v);
}

bool
pf_voices_room(const struct pf_voices *v, bool tied)
{
	if (free_lane(v) < v->bank.lanes)
		return true;
	if (!tied || !v->legato || v->most != 1 || !v->model->bend)
		return false;
	for (unsigned i = 0; i < v->bank.lanes; i++)
		if (v->voice[i].state == PF_HELD)
			return true;
	return false;
}

void
pf_voices_start(struct pf_voices *v, struct pf_begin *begin)
{
	const struct pf_event *e = begin->event;
	const int64_t frame = begin->frame;
	if (tie(v, begin))
		return;
	const unsigned lane = free_lane(v);
	if (lane == v->bank.lanes) {
		v->shed++;
		return;
	}
	if (v->sounding >= v->most && steal(v, pos_of(frame)))
		v->stolen++;
	struct pf_voice *voice = &v->voice[lane];
	*voice = (struct pf_voice){
		.start = frame,
		.age = v->count++,
		.id = e->id,
		.pitch = e->pitch,
		.state = PF_HELD,
		.free = e->type & PF_FREE,
	};
	set_end(voice, begin);
	if (voice->end < v->next_end)
		v->next_end = voice->end;
	forget_ramps(v, lane);
	fill_values(v, lane, begin);
	const float pitch = pitch_in_range(v, e->pitch);
	const struct pf_start start = {
		.pitch = pitch,
		.velocity = e->velocity,
		.from_pitch = v->last_pitch < 0 ? pitch : v->last_pitch,
		.pos = pos_of(frame),
		.seed = pf_rng_u64(e->id, v->name, frame - begin->first,
		    e->a_bits),
	};
	v->last_pitch = pitch;
	v->live[lane] = 1;
	/* Until the model says: not the first to be stolen. */
	v->bank.level[lane] = 1;
	v->sounding++;
	v->used++;
	v->notes++;
	v->model->start(&v->bank, lane, &start);
}

/* The held voice an event speaks of, or the number of lanes. */
static unsigned
find(const struct pf_voices *v, uint32_t id, float pitch)
{
	unsigned found = v->bank.lanes;
	for (unsigned i = 0; i < v->bank.lanes; i++) {
		const struct pf_voice *voice = &v->voice[i];
		if (voice->state != PF_HELD)
			continue;
		if (id ? voice->id != id : voice->pitch != pitch)
			continue;
		if (found == v->bank.lanes ||
		    voice->age > v->voice[found].age)
			found = i;
	}
	return found;
}

/* The end goes through pf_voices_end(): a voice lasts at least a frame. */
static void
end_at(struct pf_voices *v, struct pf_voice *voice, int64_t frame)
{
	const int64_t least = voice->start + 1;
	const int64_t end = frame > least ? frame : least;
	if (end < voice->end) {
		voice->end = end;
		voice->ends = true;
	}
	if (end < v->next_end)
		v->next_end = end;
}

void
pf_voices_off(struct pf_voices *v, const struct pf_event *e, int64_t frame)
{
	const unsigned lane = find(v, e->id, e->pitch);
	if (lane < v->bank.lanes)
		end_at(v, &v->voice[lane], frame);
}

void
pf_voices_bend(struct pf_voices *v, const struct pf_event *e, int64_t frame)
{
	if (!v->model->bend)
		return;
	unsigned lane = find(v, e->id, e->pitch);
	/* Without an id: a bend of the youngest. */
	for (unsigned i = 0; lane == v->bank.lanes && !e->id &&
	     i < v->bank.lanes; i++)
		if (v->voice[i].state == PF_HELD &&
		    v->voice[i].age + 1 == v->count)
			lane = i;
	if (lane == v->bank.lanes)
		return;
	v->last_pitch = pitch_in_range(v, e->pitch);
	v->model->bend(&v->bank, lane, pos_of(frame), v->last_pitch, false);
}

void
pf_voices_end_all(struct pf_voices *v, int64_t frame, bool keep_free)
{
	for (unsigned i = 0; i < v->bank.lanes; i++)
		if (v->voice[i].state == PF_HELD &&
		    !(keep_free && v->voice[i].free))
			end_at(v, &v->voice[i], frame);
}

unsigned
pf_voices_shed(struct pf_voices *v, unsigned n, unsigned pos)
{
	unsigned done = 0;
	while (done < n && steal(v, pos))
		done++;
	find_next_end(v);
	return done;
}

bool
pf_voices_hold_free(const struct pf_voices *v)
{
	for (unsigned i = 0; i < v->bank.lanes; i++)
		if (v->voice[i].state == PF_HELD && v->voice[i].free)
			return true;
	return false;
}

void
pf_voices_step(struct pf_voices *v, const struct pf_tempo_step *step)
{
	for (unsigned i = 0; i < v->bank.lanes; i++) {
		struct pf_voice *voice = &v->voice[i];
		if (voice->state == PF_HELD && voice->said < step->frame)
			voice->base_ns = pf_stretch(voice->base_ns,
			    step->time, step->before / step->bpm);
	}
}

void
pf_voices_retime(struct pf_voices *v, const struct pf_tempos *tempos,
    uint32_t rate_hz)
{
	for (unsigned i = 0; i < v->bank.lanes; i++) {
		struct pf_voice *voice = &v->voice[i];
		if (voice->state != PF_HELD || voice->free || voice->ends ||
		    voice->base_ns == PF_NEVER)
			continue;
		voice->end_ns = pf_tempos_move(tempos, voice->said,
		    voice->base_ns);
		voice->end = end_frame(voice->end_ns, voice->start, rate_hz);
	}
	find_next_end(v);
}

static void
set_one(struct pf_voices *v, unsigned param, unsigned lane, float value,
    uint32_t blocks)
{
	unsigned i = 0;
	while (i < v->ramps && (v->ramp[i].param != param ||
	    v->ramp[i].lane != lane))
		i++;
	if (blocks == 0 || (i == v->ramps && i == PF_RAMPS_MOST)) {
		if (i < v->ramps)
			v->ramp[i] = v->ramp[--v->ramps];
		if (lane == PF_ALL_LANES)
			v->value[param] = value;
		else
			v->row[param][lane] = value;
	} else {
		if (i == v->ramps)
			v->ramps++;
		v->ramp[i] = (struct pf_ramp){
			(uint16_t)param, (uint16_t)lane, blocks, value
		};
	}
	if (lane == PF_ALL_LANES)
		v->dirty |= UINT64_C(1) << param;
	else
		v->own[lane] |= UINT64_C(1) << param;
}

void
pf_voices_set(struct pf_voices *v, unsigned param, float value,
    uint32_t blocks, uint32_t id)
{
	if (!id) {
		set_one(v, param, PF_ALL_LANES, value, blocks);
		return;
	}
	for (unsigned i = 0; i < v->bank.lanes; i++)
		if (v->voice[i].state != PF_FREE_LANE && v->voice[i].id == id)
			set_one(v, param, i, value, blocks);
}

static void
move_ramps(struct pf_voices *v)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < v->ramps; i++) {
		struct pf_ramp ramp = v->ramp[i];
		float *x = ramp.lane == PF_ALL_LANES ? &v->value[ramp.param] :
		    &v->row[ramp.param][ramp.lane];
		*x = ramp.left == 1 ? ramp.target :
		    *x + (ramp.target - *x) / (float)ramp.left;
		if (ramp.lane == PF_ALL_LANES)
			v->dirty |= UINT64_C(1) << ramp.param;
		if (--ramp.left)
			v->ramp[kept++] = ramp;
	}
	v->ramps = kept;
}

/* The strip's values go to all lanes whose notes have none of their own. */
static void
fill_rows(struct pf_voices *v)
{
	for (unsigned p = 0; v->dirty; p++, v->dirty >>= 1) {
		if (!(v->dirty & 1))
			continue;
		for (unsigned i = 0; i < v->bank.lanes; i++)
			if (!(v->own[i] >> p & 1))
				v->row[p][i] = v->value[p];
	}
}

void
pf_voices_block(struct pf_voices *v, double bpm)
{
	v->bank.bpm = bpm;
	if (v->ramps)
		move_ramps(v);
	if (v->dirty)
		fill_rows(v);
	if (!v->used)
		return;
	v->model->control(&v->bank);
	bool held_gone = false;
	for (unsigned i = 0; i < v->bank.lanes; i++) {
		if (!v->live[i] || v->bank.level[i] > 0)
			continue;
		struct pf_voice *voice = &v->voice[i];
		held_gone |= voice->state == PF_HELD;
		if (voice->state != PF_FADING)
			v->sounding--;
		v->used--;
		voice->state = PF_FREE_LANE;
		v->live[i] = 0;
		v->own[i] = 0;
	}
	if (held_gone)
		find_next_end(v);
}

void
pf_voices_run(struct pf_voices *v, unsigned pos, unsigned n, float *l,
    float *r)
{
	if (v->used && n)
		v->model->run(&v->bank, pos, n, l, r);
}
