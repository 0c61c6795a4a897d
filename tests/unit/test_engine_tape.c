/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was played live, written down as its fates tell it, sounds the same
 * again: random sessions with notes ahead and late, notes held, bent and
 * withdrawn, parameters, tempos, the transport, overload, instruments that
 * change and strips that come, in random cuts on one thread and on three.
 */
#include "engine/live.h"
#include "engine_rig.h"
#include "tap.h"

enum {
	FRAMES = 96000, SAID_MOST = 20000, SEEDS = 24,
	STRIPS = 4
};

/* An event that was said, and what became of it; or a patch. */
struct said {
	struct pf_event event;
	char more[48];
	int64_t frame; /* patch: where */
	int gear;      /* patch: which; -1: none */
	int fates;
};

struct session {
	uint64_t seed;
	int64_t draws;
	struct pf_engine *engine;
	struct said said[SAID_MOST];  /* by tag - 1 */
	unsigned n;
	struct said tape[SAID_MOST];
	unsigned tapes;
	unsigned counts[PF_FADED + 1];
	unsigned epoch;
	struct pf_change *change, *rings[64];
	unsigned ringings;
	int change_gear;
	char change_name[8];
	float l[FRAMES], r[FRAMES];
};

static uint32_t rate_hz;

static const char *const names[STRIPS] = {"a", "b", "c", "d"};

static uint64_t
below(struct session *s, uint64_t n)
{
	return pf_rng_below(s->seed, 1, s->draws++, 0, (uint32_t)n);
}

static bool
one_in(struct session *s, unsigned n)
{
	return below(s, n) == 0;
}

static double
unit(struct session *s)
{
	return (double)below(s, 1000000) * 1e-6;
}

static void
add_fx(struct pf_channel *channel, const char *name)
{
	pf_fx_spec_init(&channel->fx[channel->fxs++], pf_fx_find(name));
}

/* Six instruments: many voices and few, tied notes, effects, a sidechain. */
static void
make_gear(struct pf_instrument *ins, int gear)
{
	static const char *const model[] = {"subtractive", "fm",
	    "subtractive", "pluck", "drums", "fm"};
	pf_instrument_init(ins, pf_model_find(model[gear]));
	snprintf(ins->name, sizeof ins->name, "gear-%d", gear);
	ins->voices = gear == 2 ? 1 : 3 + (unsigned)gear;
	ins->legato = gear == 2;
	if (gear == 2)
		rig_set(ins, "glide", 0.05f);
	ins->channel.sends = 1;
	ins->channel.send[0].level = 0.3f;
	snprintf(ins->channel.send[0].to, PF_NAME_MOST, "echo");
	if (gear % 3 == 0)
		add_fx(&ins->channel, "chorus");
	if (gear % 3 == 1) {
		add_fx(&ins->channel, "compressor");
		snprintf(ins->channel.fx[0].sidechain, PF_NAME_MOST, "d");
	}
}

static struct pf_engine *
make_engine(unsigned threads)
{
	struct pf_engine_config config;
	struct pf_engine *engine;
	struct pf_channel master = {0}, echo = {0};
	add_fx(&master, "dcblock");
	add_fx(&master, "limiter");
	add_fx(&echo, "delay");
	pf_engine_config_init(&config);
	config.threads = threads;
	config.rate_hz = rate_hz;
	config.master = &master;
	config.take = config.pending = 2048;
	if (pf_engine_new(&engine, &config, NULL) < 0 ||
	    pf_engine_add_return(engine, "echo", &echo, NULL) < 0) {
		printf("Bail out! no engine\n");
		exit(1);
	}
	for (int i = 0; i < 3; i++) {
		struct pf_instrument ins;
		make_gear(&ins, i);
		rig_strip(engine, names[i], &ins);
	}
	return engine;
}

static int64_t
now_ns(const struct session *s)
{
	return pf_time_of_frame(pf_engine_frame(s->engine), rate_hz);
}

static void
say(struct session *s, struct pf_event e, const char *more)
{
	if (s->n == SAID_MOST)
		return;
	struct said *said = &s->said[s->n++];
	*said = (struct said){.event = e, .gear = -1};
	snprintf(said->more, sizeof said->more, "%s", more ? more : "");
	const int status = pf_engine_push_tagged(s->engine, &e,
	    more, more ? strlen(more) : 0, s->n);
	said->fates += status != 0;
}

static struct pf_event
event(struct session *s, enum pf_type type, int strip, double ahead_s)
{
	struct pf_event e = {
		.time = now_ns(s) + (int64_t)(ahead_s * 1e9),
		.source = pf_hash_str(names[strip]),
		.type = (uint32_t)type | s->epoch << PF_EPOCH_SHIFT,
		.a_bits = PF_NONE_BITS, .b_bits = PF_NONE_BITS,
	};
	if (one_in(s, 12))
		e.time = PF_TIME_NOW;
	if (one_in(s, 8))
		e.type |= PF_FREE;
	return e;
}

static void
say_note(struct session *s)
{
	static const char *const own[] = {"cutoff=0.3", "pan=-0.5\tlevel1=1",
	    "wave=saw\tcutoff=0.9", "shape=9"};
	const int strip = (int)below(s, STRIPS);
	struct pf_event e = event(s, one_in(s, 6) ? PF_ON : PF_NOTE, strip,
	    -0.04 + unit(s) * (one_in(s, 4) ? 0.01 : 0.2));
	e.pitch = 36 + (float)below(s, 40) * 0.5f;
	e.velocity = one_in(s, 9) ? pf_none() : (float)unit(s);
	e.id = one_in(s, 3) ? 0 : 1 + (uint32_t)below(s, 40);
	e.p = 0;
	if (pf_event_type(&e) == PF_NOTE)
		e.duration = one_in(s, 9) ? pf_none() :
		    (float)(unit(s) * unit(s) * 0.6);
	if (one_in(s, 40)) /* of yesterday */
		e.type ^= 1u << PF_EPOCH_SHIFT;
	say(s, e, one_in(s, 4) ? own[below(s, PF_COUNT(own))] : NULL);
}

static void
say_off_or_bend(struct session *s)
{
	struct pf_event e = event(s, one_in(s, 2) ? PF_OFF : PF_BEND,
	    (int)below(s, STRIPS), -0.02 + unit(s) * 0.1);
	e.p = 0;
	e.id = one_in(s, 2) ? 0 : 1 + (uint32_t)below(s, 40);
	if (!one_in(s, 5) || pf_event_type(&e) == PF_BEND)
		e.pitch = 36 + (float)below(s, 40) * 0.5f;
	say(s, e, NULL);
}

static void
say_set(struct session *s)
{
	static const char *const own[] = {"cutoff", "gain", "pan",
	    "send.echo", "level1", "chorus.depth"};
	static const char *const full[] = {"a.gain", "b.cutoff", "c.pan",
	    "echo.feedback", "master.gain", "d.gain", "a.mute"};
	const bool desk = one_in(s, 2);
	struct pf_event e = event(s, PF_SET, (int)below(s, STRIPS),
	    -0.05 + unit(s) * 0.2);
	e.name = pf_hash_str(desk ? full[below(s, PF_COUNT(full))] :
	    own[below(s, PF_COUNT(own))]);
	if (desk && one_in(s, 2))
		e.source = pf_hash_str("a-desk");
	e.b = (float)(unit(s) * 2 - 1);
	e.p = 0;
	e.q = 0;
	if (one_in(s, 2))
		e.duration = (float)(unit(s) * 0.2);
	if (!desk && one_in(s, 6))
		e.id = 1 + (uint32_t)below(s, 40);
	say(s, e, NULL);
	/* Another hand, at the same moment. */
	if (one_in(s, 3)) {
		e.source = pf_hash_str(one_in(s, 2) ? "z-desk" : "a-desk");
		e.b = (float)unit(s);
		say(s, e, NULL);
	}
}

static void
say_tempo(struct session *s)
{
	struct pf_event e = event(s, PF_TEMPO, 0, -0.01 + unit(s) * 0.2);
	const int steps = one_in(s, 3) ? 6 : 1;
	for (int i = 0; i < steps; i++) {
		e.value = 30 + unit(s) * 300;
		say(s, e, NULL);
		if (e.time != PF_TIME_NOW)
			e.time += 10000000;
	}
}

static void
say_turn(struct session *s)
{
	static const enum pf_type turns[] = {PF_PLAY, PF_STOP, PF_SEEK,
	    PF_RESET};
	const bool later = one_in(s, 3);
	struct pf_event e = event(s, turns[below(s, 4)], 0,
	    later ? unit(s) * 0.1 : 0);
	e.value = 0;
	e.type &= 0xffff;
	if (one_in(s, 2) && pf_event_type(&e) == PF_STOP)
		e.duration = (float)(unit(s) * 0.2);
	s->epoch = (s->epoch + 1) & 0xff;
	e.type |= s->epoch << PF_EPOCH_SHIFT;
	say(s, e, NULL);
}

static void
say_cancel(struct session *s)
{
	struct pf_event e = event(s, PF_CANCEL, (int)below(s, STRIPS), 0);
	e.a_bits = one_in(s, 2) ? 0 : 1 + (uint32_t)below(s, 40);
	e.from = now_ns(s) + (int64_t)(unit(s) * 5e7);
	say(s, e, NULL);
}

static void
change(struct session *s)
{
	struct pf_instrument ins;
	if (!s->change && one_in(s, 60)) {
		const char *name = names[below(s, STRIPS)];
		s->change_gear = (int)below(s, 6);
		make_gear(&ins, s->change_gear);
		snprintf(s->change_name, sizeof s->change_name, "%s", name);
		const bool is_there = pf_engine_find(s->engine,
		    pf_hash_str(name)) >= 0;
		if ((is_there ? pf_engine_prepare_patch(s->engine, name, &ins,
		    &s->change, NULL) : pf_engine_prepare_add(s->engine, name,
		    &ins, &s->change, NULL)) < 0)
			s->change = NULL;
	}
	if (s->change && pf_engine_commit(s->engine, s->change)) {
		struct said *said = &s->tape[s->tapes++];
		*said = (struct said){.gear = s->change_gear,
		    .frame = pf_change_frame(s->change)};
		snprintf(said->more, sizeof said->more, "%s", s->change_name);
		s->rings[s->ringings++] = s->change;
		s->change = NULL;
	}
	for (unsigned i = 0; i < s->ringings; i++)
		if (s->ringings > 40 || one_in(s, 4))
			if (pf_change_free(s->rings[i]))
				s->rings[i--] = s->rings[--s->ringings];
}

static void
act(struct session *s)
{
	/* Now and then more at once than there are voices, and lanes. */
	for (uint64_t n = one_in(s, 40) ? 150 : below(s, 4); n; n--)
		say_note(s);
	if (one_in(s, 3))
		say_off_or_bend(s);
	if (one_in(s, 3))
		say_set(s);
	if (one_in(s, 25))
		say_tempo(s);
	if (one_in(s, 60))
		say_turn(s);
	if (one_in(s, 12))
		say_cancel(s);
	if (one_in(s, 40))
		pf_engine_shed(s->engine, 1 + (unsigned)below(s, 4));
}

/* A bound number each time; the rest waits for the next. */
static void
write_tape(struct session *s)
{
	struct pf_fate fate[16];
	const unsigned n = pf_engine_fates(s->engine, fate, 16);
	for (unsigned i = 0; i < n; i++) {
		struct said *to = &s->tape[s->tapes];
		s->counts[fate[i].what]++;
		if (fate[i].what == PF_FADED) {
			*to = (struct said){.gear = -1};
			to->event.time = fate[i].time_ns;
			to->event.source = pf_hash_str(pf_engine_strip_name(
			    s->engine, fate[i].strip));
			to->event.type = PF_SET;
			to->event.name = pf_hash_str("shed");
			to->event.b = fate[i].voices;
			s->tapes++;
			continue;
		}
		struct said *said = &s->said[fate[i].tag - 1];
		said->fates++;
		if (fate[i].what != PF_BEGUN)
			continue;
		*to = *said;
		pf_fate_apply(&fate[i], &to->event);
		to->event.type &= 0xffffff; /* a text has no epochs */
		s->tapes++;
	}
	if (n == 16)
		write_tape(s);
}

static void
play(struct session *s)
{
	int64_t left = 0;
	for (int64_t at = 0; at < FRAMES;) {
		/* Nobody says anything in the last quarter. */
		if (left == 0 && at < FRAMES - FRAMES / 4)
			act(s);
		if (left == 0)
			left = 1 + (int64_t)below(s, 300);
		change(s);
		unsigned n = pf_engine_room(s->engine);
		n = n < left ? n : (unsigned)left;
		n = n < FRAMES - at ? n : (unsigned)(FRAMES - at);
		pf_engine_run(s->engine, n, NULL,
		    (float *[]){s->l + at, s->r + at});
		at += n;
		left -= n;
		write_tape(s);
	}
}

/* What waits still (a tempo may have moved it far) comes, unheard. */
static void
play_out(struct session *s)
{
	static float l[PF_BLOCK], r[PF_BLOCK];
	const unsigned heard = s->tapes;
	for (int64_t at = 0; at < 8 * (int64_t)rate_hz; at += PF_BLOCK) {
		pf_engine_run(s->engine, pf_engine_room(s->engine), NULL,
		    (float *[]){l, r});
		write_tape(s);
	}
	s->tapes = heard;
}

/* The tape again, said block by block; the first frame that differs. */
static int64_t
replay(const struct session *s, unsigned threads)
{
	static float l[FRAMES], r[FRAMES];
	struct pf_engine *engine = make_engine(threads);
	unsigned next = 0;
	for (int64_t at = 0; at < FRAMES;) {
		for (; at % PF_BLOCK == 0 && next < s->tapes; next++) {
			const struct said *said = &s->tape[next];
			struct pf_instrument ins;
			const int64_t frame = said->gear < 0 ?
			    pf_frame_of_time(said->event.time, rate_hz) :
			    said->frame;
			if (frame >= at + PF_BLOCK)
				break;
			if (said->gear < 0) {
				pf_engine_push(engine, &said->event,
				    said->more, strlen(said->more));
				continue;
			}
			make_gear(&ins, said->gear);
			const int strip = pf_engine_find(engine,
			    pf_hash_str(said->more));
			if (strip < 0)
				rig_strip(engine, said->more, &ins);
			else if (pf_engine_patch(engine, (unsigned)strip,
			    &ins, NULL) < 0)
				return -2;
		}
		unsigned n = pf_engine_room(engine);
		const unsigned cut = 1 + pf_rng_below(s->seed, 2, at, 0, 90);
		n = cut < n ? cut : n;
		n = n < FRAMES - at ? n : (unsigned)(FRAMES - at);
		pf_engine_run(engine, n, NULL, (float *[]){l + at, r + at});
		at += n;
	}
	pf_engine_free(engine);
	for (int64_t i = 0; i < FRAMES; i++)
		if (memcmp(&l[i], &s->l[i], 4) || memcmp(&r[i], &s->r[i], 4))
			return i;
	return -1;
}

static bool
is_in_order(const struct session *s)
{
	int64_t last = INT64_MIN;
	for (unsigned i = 0; i < s->tapes; i++) {
		const struct said *said = &s->tape[i];
		const int64_t time = said->gear < 0 ? said->event.time :
		    pf_time_of_frame(said->frame, rate_hz);
		if (time < last)
			return false;
		last = time;
	}
	return true;
}

int
main(void)
{
	static struct session s;
	unsigned differ = 0, orphans = 0, disorder = 0;
	unsigned total[PF_FADED + 1] = {0}, patches = 0, late = 0, loud = 0;
	for (uint64_t i = 0; i < SEEDS; i++) {
		/* 77: a fade that ended within a block, and a note behind. */
		const uint64_t seed = i ? i : 77;
		memset(&s, 0, sizeof s);
		rate_hz = !i || seed % 6 == 3 ? 44100 : seed % 6 ? 48000 :
		    96000;
		s.seed = seed;
		s.engine = make_engine(seed % 8 ? 1 : 3);
		play(&s);
		play_out(&s);
		struct pf_engine_metrics m;
		pf_engine_metrics(s.engine, &m);
		late += m.late > 0;
		pf_engine_free(s.engine);
		for (unsigned k = 0; k < s.n; k++) {
			const struct pf_event *e = &s.said[k].event;
			if (s.said[k].fates == 1)
				continue;
			if (orphans++ < 5)
				printf("# seed %u: event %u of type %u has %d"
				    " fates\n", (unsigned)seed, k,
				    (unsigned)pf_event_type(e),
				    s.said[k].fates);
		}
		disorder += !is_in_order(&s);
		for (unsigned k = 0; k <= PF_FADED; k++)
			total[k] += s.counts[k];
		for (unsigned k = 0; k < s.tapes; k++)
			patches += s.tape[k].gear >= 0;
		for (unsigned k = 0; k < FRAMES; k++)
			loud += s.l[k] > 0.01f;
		const int64_t at = replay(&s, seed % 5 ? 1 : 3);
		if (at != -1 && differ++ < 8)
			printf("# seed %u: differs from frame %lld on\n",
			    (unsigned)seed, (long long)at);
	}
	printf("# begun %u dropped %u stale %u cancelled %u shed %u faded %u, "
	    "patches %u\n", total[0], total[1], total[2], total[3], total[4],
	    total[5], patches);
	ok(loud > FRAMES && patches > SEEDS && late && total[PF_BEGUN] > 1000
	    && total[PF_STALE] && total[PF_CANCELLED] && total[PF_SHED] &&
	    total[PF_FADED] && total[PF_DROPPED],
	    "the sessions are music, and all that can happen happens");
	ok(orphans == 0, "every event has one fate, no more and no less");
	ok(disorder == 0, "fates come in the order of their times");
	ok(differ == 0, "%d tapes give the samples of their sessions, bit "
	    "for bit (%u do not)", SEEDS, differ);
	return tap_done();
}
