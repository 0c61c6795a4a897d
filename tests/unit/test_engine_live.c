/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes, fates and parameters of an engine that runs: engine/live.h. */
#include "engine/live.h"
#include "engine_rig.h"
#include "tap.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

enum { RATE = 48000, FRAMES = 2 * RATE };

static float l[FRAMES], r[FRAMES], l2[FRAMES], r2[FRAMES];

static void
make(struct pf_instrument *ins, const char *model)
{
	pf_instrument_init(ins, pf_model_find(model));
	ins->voices = 4;
}

static struct pf_engine *
with_strip(const char *name, const char *model)
{
	struct pf_engine *engine = rig_engine(1, 0);
	struct pf_instrument ins;
	make(&ins, model);
	rig_strip(engine, name, &ins);
	return engine;
}

static struct pf_event
turn(enum pf_type type, double at_s, unsigned epoch)
{
	struct pf_event e = {.time = (int64_t)(at_s * 1e9),
	    .type = (uint32_t)type | epoch << PF_EPOCH_SHIFT};
	return e;
}

/* Run so many frames; the fates of them to fate[64].  Returns how many. */
static unsigned
run(struct pf_engine *engine, int frames, struct pf_fate *fate)
{
	unsigned n = 0;
	while (frames > 0) {
		unsigned room = pf_engine_room(engine);
		room = room < (unsigned)frames ? room : (unsigned)frames;
		pf_engine_run(engine, room, NULL, (float *[]){l2, r2});
		n += pf_engine_fates(engine, fate + n, 64 - n);
		frames -= (int)room;
	}
	return n;
}

/* A band whose players come one by one, or are all there. */
static void
play_band(bool hot, float *left, float *right)
{
	static const char *const names[] = {"c", "a", "d", "b"};
	struct pf_engine *engine = rig_engine(1, 0);
	struct pf_change *change[4] = {0};
	struct pf_instrument ins;
	for (int i = 0; i < 4; i++) {
		make(&ins, i % 2 ? "fm" : "subtractive");
		if (!hot)
			rig_strip(engine, names[i], &ins);
	}
	for (int64_t at = 0; at < FRAMES; at += PF_BLOCK) {
		const int64_t i = at / (FRAMES / 4);
		if (hot && !change[i]) {
			make(&ins, i % 2 ? "fm" : "subtractive");
			if (pf_engine_prepare_add(engine, names[i], &ins,
			    &change[i], NULL) < 0 ||
			    !pf_engine_commit(engine, change[i]))
				break;
		}
		for (int64_t k = 0; k <= i && at % (FRAMES / 32) < 64; k++)
			rig_push(engine, rig_note(names[k],
			    (double)at / RATE + 0.001, 40 + 5 * (float)k,
			    0.8f, 0.1f), NULL);
		pf_engine_run(engine, PF_BLOCK, NULL,
		    (float *[]){left + at, right + at});
	}
	for (int i = 0; i < 4; i++)
		if (hot && !pf_change_free(change[i]))
			printf("# not free\n");
	pf_engine_free(engine);
}

static void
test_add(void)
{
	play_band(false, l, r);
	play_band(true, l2, r2);
	ok(l[FRAMES / 2] != 0 && !memcmp(l, l2, sizeof l) &&
	    !memcmp(r, r2, sizeof r), "strips that come while it plays give "
	    "the samples they would have given from the start");
}

/* ---- Three threads ---- */

struct stage {
	struct pf_engine *engine;
	_Atomic(struct pf_change *) change; /* setup -> audio */
	atomic_bool over;
	atomic_ulong asked;
	uint64_t fates, pushed;
};

static void *
audio_thread(void *arg)
{
	struct stage *s = arg;
	struct pf_fate fate[64];
	static float a[64], b[64];
	for (int64_t n = 0; !atomic_load(&s->over); n++) {
		struct pf_change *change = atomic_load(&s->change);
		if (change && pf_engine_commit(s->engine, change))
			atomic_store(&s->change, NULL);
		struct pf_event e = rig_note(n % 3 ? "a" : "b",
		    (double)pf_engine_frame(s->engine) / RATE, 40 +
		    (float)(n % 30), 0.7f, 0.02f);
		if (pf_engine_push_tagged(s->engine, &e, NULL, 0,
		    (uint64_t)n + 1) == 0)
			s->pushed++;
		e = rig_set_event("a", (double)pf_engine_frame(s->engine) /
		    RATE, "gain", -(float)(n % 20), 0.01f);
		pf_engine_push(s->engine, &e, NULL, 0);
		pf_engine_run(s->engine, pf_engine_room(s->engine), NULL,
		    (float *[]){a, b});
		s->fates += pf_engine_fates(s->engine, fate, 64);
	}
	return NULL;
}

static void *
asking_thread(void *arg)
{
	struct stage *s = arg;
	struct pf_param_info info;
	struct pf_node_info node;
	while (!atomic_load(&s->over))
		for (unsigned n = 0; n <= PF_NODE_MASTER; n++) {
			if (pf_engine_node(s->engine, n, &node) < 0)
				continue;
			for (unsigned i = 0; !pf_engine_param(s->engine, n, i,
			    &info); i++)
				if (info.value >= info.param->lo &&
				    info.value <= info.param->hi)
					atomic_fetch_add(&s->asked, 1);
		}
	return NULL;
}

static void
test_threads(void)
{
	static struct stage s;
	pthread_t audio, asking;
	struct pf_change *rings[128];
	unsigned n = 0, done = 0, strips = 0;
	s.engine = with_strip("a", "subtractive");
	pthread_create(&audio, NULL, audio_thread, &s);
	pthread_create(&asking, NULL, asking_thread, &s);
	while (done < 100) {
		struct pf_instrument ins;
		struct pf_change *change;
		char name[16];
		snprintf(name, sizeof name, "%c", 'a' + (int)done % 7);
		make(&ins, done % 2 ? "fm" : "subtractive");
		const int status = done < 7 && done ?
		    pf_engine_prepare_add(s.engine, name, &ins, &change,
		    NULL) : pf_engine_prepare_patch(s.engine, name, &ins,
		    &change, NULL);
		if (status < 0)
			break;
		strips += done < 7 && done;
		atomic_store(&s.change, change);
		while (pf_change_frame(change) < 0)
			;
		rings[n++] = change;
		done++;
		for (unsigned i = 0; i < n; i++)
			if (pf_change_free(rings[i]))
				rings[i--] = rings[--n];
	}
	while (!atomic_load(&s.asked))
		;
	atomic_store(&s.over, true);
	pthread_join(audio, NULL);
	pthread_join(asking, NULL);
	ok(done == 100 && strips == 6, "strips come and change instruments "
	    "while another thread renders (%u)", done);
	ok(s.pushed && s.fates == s.pushed, "nobody's fate is lost");
	pf_engine_free(s.engine);
}

/* ---- Changes ---- */

static void
test_change(void)
{
	struct pf_engine *engine = with_strip("a", "subtractive");
	struct pf_instrument ins;
	struct pf_change *one, *two;
	struct pf_err err;
	struct pf_fate fate[64];
	make(&ins, "fm");
	ok(pf_engine_prepare_patch(engine, "x", &ins, &one, &err) == -ENOENT,
	    "who is not there can not be patched: %s", err.text);
	ok(pf_engine_prepare_add(engine, "a", &ins, &one, &err) == -EEXIST,
	    "a name is taken once");
	const int status = pf_engine_prepare_add(engine, "b", &ins, &one,
	    &err);
	ok(status == 0 && pf_change_frame(one) < 0 &&
	    pf_engine_find(engine, pf_hash_str("b")) < 0,
	    "what is prepared is not there yet");
	ok(pf_engine_prepare_add(engine, "c", &ins, &two, &err) == -EBUSY,
	    "one change at a time");
	ok(pf_change_free(one) && pf_engine_prepare_add(engine, "b", &ins,
	    &one, &err) == 0, "who never came leaves the name free");
	run(engine, 10, fate);
	ok(!pf_engine_commit(engine, one), "nothing changes within a block");
	run(engine, 54, fate);
	ok(pf_engine_commit(engine, one) && pf_change_frame(one) == 64 &&
	    pf_engine_find(engine, pf_hash_str("b")) == 1 &&
	    pf_change_strip(one) == 1, "at its end it does");
	ok(pf_change_free(one), "what came is freed at once");

	rig_push(engine, rig_note("b", 0.002, 60, 1, 0.05f), NULL);
	run(engine, 640, fate);
	make(&ins, "subtractive");
	if (pf_engine_prepare_patch(engine, "b", &ins, &two, &err) < 0 ||
	    !pf_engine_commit(engine, two))
		printf("# %s\n", err.text);
	ok(!pf_change_free(two) && pf_engine_voices(engine) == 1,
	    "what was replaced is kept while it rings");
	run(engine, 10 * RATE, fate);
	ok(pf_engine_voices(engine) == 0 && pf_change_free(two),
	    "and freed when it has rung out");
	pf_engine_free(engine);
}

static void
test_waiting_for_patch(void)
{
	struct pf_engine *engine = with_strip("a", "subtractive");
	struct pf_instrument ins;
	struct pf_change *change;
	struct pf_fate fate[64];
	struct pf_event set = rig_set_event("a", 0.1, "cutoff", 0.2f, 0);
	struct pf_event gain = rig_set_event("a", 0.1, "gain", -12, 0);
	struct pf_event note = rig_note("a", 0.1, 60, 1, 0.1f);
	struct pf_param_info info;
	pf_engine_push_tagged(engine, &set, NULL, 0, 1);
	pf_engine_push_tagged(engine, &gain, NULL, 0, 2);
	pf_engine_push_tagged(engine, &note, "cutoff=0.1\twave=saw", 19, 3);
	rig_push(engine, rig_set_event("a", 0, "mute", 1, 0), NULL);
	run(engine, 640, fate);
	make(&ins, "drums");
	if (pf_engine_prepare_patch(engine, "a", &ins, &change, NULL) < 0 ||
	    !pf_engine_commit(engine, change))
		printf("# no change\n");
	pf_change_shown(change);
	const unsigned n = run(engine, RATE / 4, fate);
	ok(n == 3 && fate[0].tag == 1 && fate[0].what == PF_DROPPED &&
	    fate[1].tag == 2 && fate[1].what == PF_BEGUN &&
	    fate[2].tag == 3 && fate[2].what == PF_BEGUN,
	    "what waited for another instrument is not played on this one");
	ok(pf_engine_param_find(engine, PF_NODE_ANY, "a.gain", &info) == 0 &&
	    info.value == -12, "what both have goes on");
	ok(pf_engine_param_find(engine, 0, "mute", &info) == 0 &&
	    info.value == 1, "what is mute stays mute");
	pf_engine_free(engine);
}

/* ---- Fates ---- */

static void
test_fates(void)
{
	struct pf_engine *engine = with_strip("a", "subtractive");
	struct pf_fate fate[64];
	struct pf_event e = rig_note("a", 0.01, 60, 1, 0.5f);
	run(engine, 4800, fate);
	e.time = 90000000; /* 10 ms ago */
	ok(pf_engine_push_tagged(engine, &e, NULL, 0, 7) == 0 &&
	    run(engine, 64, fate) == 1 && fate[0].tag == 7 &&
	    fate[0].what == PF_BEGUN && fate[0].time_ns == 100000000,
	    "a late note begins at once, and that is its fate");
	pf_fate_apply(&fate[0], &e);
	ok(fabsf(e.duration - 0.49f) < 1e-4f, "and ends where it would have");
	e = rig_note("a", 0.01, 60, 1, 0.5f);
	ok(pf_engine_push_tagged(engine, &e, NULL, 0, 8) == -ETIME &&
	    run(engine, 64, fate) == 0, "what is refused has no other fate");
	e.type = PF_INTENT;
	ok(pf_engine_push_tagged(engine, &e, NULL, 0, 9) == 1,
	    "what is not the engine's has none at all");
	e = rig_note("nobody", 0.2, 60, 1, 0.5f);
	ok(pf_engine_push_tagged(engine, &e, NULL, 0, 9) == -ENOENT,
	    "nor has what nobody plays");
	pf_engine_free(engine);
}

static void
test_tempo(void)
{
	struct pf_engine *engine = with_strip("a", "subtractive");
	struct pf_fate fate[64];
	struct pf_event note = rig_note("a", 1, 60, 1, 2);
	struct pf_event tempo = {.time = 2000000000, .type = PF_TEMPO};
	tempo.value = 120;
	pf_engine_push_tagged(engine, &note, NULL, 0, 1);
	pf_engine_push_tagged(engine, &tempo, NULL, 0, 2);
	unsigned n = run(engine, 3 * RATE, fate);
	ok(n == 2 && fate[0].tag == 1 && fate[0].time_ns == 1000000000 &&
	    fate[0].duration == 2 && fate[1].tag == 2 &&
	    fate[1].time_ns == 2000000000,
	    "a tape has the length from before a tempo that came later");
	tempo.time = 5000000000;
	tempo.value = 60;
	pf_engine_push_tagged(engine, &tempo, NULL, 0, 3);
	note.time = 6000000000; /* an hour-hand's second: knows 60 bpm */
	pf_engine_push_tagged(engine, &note, NULL, 0, 4);
	tempo.time = 4000000000;
	tempo.value = 240;
	pf_engine_push_tagged(engine, &tempo, NULL, 0, 5);
	n = run(engine, 4 * RATE, fate);
	ok(n == 3 && fate[0].tag == 3 && fate[0].what == PF_CANCELLED &&
	    fate[1].tag == 5 && fate[1].what == PF_BEGUN,
	    "a tempo puts away those behind it");
	/* 6 s was beat 0.5 behind 5 s; at 120 that is 5.5, at 240 4.75. */
	ok(fate[2].tag == 4 && fate[2].time_ns == 4750000000,
	    "and what they moved (%lld)", (long long)fate[2].time_ns);
	pf_engine_free(engine);
}

static unsigned
held_after(const struct pf_event *e, unsigned n, uint32_t flags)
{
	struct pf_engine *engine = with_strip("a", "subtractive");
	struct pf_instrument ins;
	struct pf_fate fate[64];
	struct pf_event on = rig_note("a", 0, 60, 1, 0);
	make(&ins, "fm");
	rig_strip(engine, "b", &ins);
	on.type = PF_ON | flags;
	on.p = 0;
	on.id = 1;
	rig_push(engine, on, NULL);
	on.id = 2;
	on.pitch = 67;
	rig_push(engine, on, NULL);
	on.source = pf_hash_str("b");
	rig_push(engine, on, NULL);
	run(engine, RATE / 2, fate);
	for (unsigned i = 0; i < n; i++)
		rig_push(engine, e[i], NULL);
	run(engine, 4 * RATE, fate);
	n = pf_engine_voices(engine);
	pf_engine_free(engine);
	return n;
}

static void
test_ends(void)
{
	struct pf_event off = {.time = PF_TIME_NOW, .type = PF_OFF,
	    .source = pf_hash_str("a"), .a_bits = PF_NONE_BITS,
	    .b_bits = PF_NONE_BITS};
	struct pf_event both[2] = {turn(PF_PLAY, 0.5, 0),
	    {.time = PF_TIME_NOW, .type = PF_TEMPO}};
	both[1].value = 133;
	ok(held_after(NULL, 0, 0) == 3, "held notes sound on");
	ok(held_after(&off, 1, 0) == 1,
	    "an off without pitch and id ends all that its source holds");
	ok(held_after(&off, 1, PF_FREE) == 1, "free ones, too");
	ok(held_after(both, 1, 0) == 0, "play ends what was held before");
	ok(held_after(both, 2, 0) == 0, "and a tempo at once changes nothing");
	ok(held_after(both, 1, PF_FREE) == 3, "free notes are not the axis's");
	both[0] = turn(PF_RESET, 0.5, 0);
	ok(held_after(both, 1, PF_FREE) == 0, "but reset ends everything");
}

static void
test_epochs(void)
{
	struct pf_engine *engine = with_strip("a", "subtractive");
	struct pf_fate fate[64];
	struct pf_event note = rig_note("a", 0.2, 60, 1, 0.1f);
	struct pf_event stop = turn(PF_STOP, 0.1, 1);
	pf_engine_push_tagged(engine, &note, NULL, 0, 1);
	pf_engine_push_tagged(engine, &stop, NULL, 0, 2);
	note.time = 50000000;
	ok(pf_engine_push_tagged(engine, &note, NULL, 0, 3) == 0,
	    "until a stop comes its old epoch plays");
	note.time = 150000000;
	note.type |= 1u << PF_EPOCH_SHIFT;
	ok(pf_engine_push_tagged(engine, &note, NULL, 0, 4) == 0,
	    "and what knows of it may be said before");
	const unsigned n = run(engine, RATE / 2, fate);
	ok(n == 4 && fate[0].tag == 3 && fate[0].what == PF_BEGUN &&
	    fate[1].tag == 1 && fate[1].what == PF_STALE &&
	    fate[2].tag == 2 && fate[2].time_ns == 100000000 &&
	    fate[3].tag == 4 && fate[3].what == PF_BEGUN,
	    "then what was said for the old one is stale");
	note.type = PF_NOTE;
	ok(pf_engine_push_tagged(engine, &note, NULL, 0, 5) == -ESTALE,
	    "and so is what comes");
	pf_engine_free(engine);
}

static void
test_shed(void)
{
	struct pf_engine *engine = with_strip("a", "subtractive");
	struct pf_fate fate[64];
	for (int i = 0; i < 4; i++)
		rig_push(engine, rig_note("a", 0, 50 + (float)i, 0.3f +
		    0.2f * (float)i, 5), NULL);
	run(engine, 4800, fate);
	ok(pf_engine_shed(engine, 3) == 3 && run(engine, 64, fate) == 1 &&
	    fate[0].what == PF_FADED && fate[0].voices == 3 &&
	    fate[0].strip == 0, "too much to do: three voices go");
	run(engine, 960, fate);
	ok(pf_engine_voices(engine) == 1, "within 20 ms");
	ok(pf_engine_shed(engine, 9) == 1, "no more than there are");
	pf_engine_free(engine);
}

/* Who has most gives first: 4, 1 and 3 voices. */
static void
test_shed_strips(void)
{
	static const int has[] = {4, 1, 3};
	struct pf_engine *engine = with_strip("a", "subtractive");
	struct pf_instrument ins;
	struct pf_fate fate[64];
	make(&ins, "subtractive");
	rig_strip(engine, "b", &ins);
	rig_strip(engine, "c", &ins);
	for (int s = 0; s < 3; s++)
		for (int i = 0; i < has[s]; i++)
			rig_push(engine, rig_note((const char *[]){"a", "b",
			    "c"}[s], 0, 50 + (float)i, 0.5f, 5), NULL);
	run(engine, 4800, fate);
	ok(pf_engine_shed(engine, 4) == 4 && run(engine, 64, fate) == 2 &&
	    fate[0].strip == 0 && fate[0].voices == 3 &&
	    fate[1].strip == 2 && fate[1].voices == 1,
	    "who has most voices gives most");
	ok(pf_engine_shed(engine, 1000) == 4, "and all, if need be");
	pf_engine_free(engine);
}

/* Three strips of notes, to l and r; `helped`: threads that come and go. */
static void
play_helped(unsigned threads, bool helped, float *left, float *right)
{
	struct pf_engine *engine = rig_engine(threads, 0);
	struct pf_instrument ins;
	make(&ins, "subtractive");
	for (int s = 0; s < 3; s++) {
		static const char *const name[] = {"a", "b", "c"};
		rig_strip(engine, name[s], &ins);
		for (int i = 0; i < 4; i++)
			rig_push(engine, rig_note(name[s], 0.05 * i,
			    50 + (float)(5 * s + i), 0.5f, 0.2f), NULL);
	}
	for (unsigned at = 0; at < RATE / 2;) {
		const unsigned n = pf_engine_room(engine) / (1 + at % 3);
		float *const out[2] = {left + at, right + at};
		if (helped)
			pf_engine_help(engine, at / 100 % 3 == 0);
		pf_engine_run(engine, n ? n : 1, NULL, out);
		at += n ? n : 1;
	}
	pf_engine_free(engine);
}

static void
test_help(void)
{
	play_helped(1, false, l, r);
	play_helped(3, true, l2, r2);
	ok(memcmp(l, l2, RATE / 2 * sizeof *l) == 0 &&
	    memcmp(r, r2, RATE / 2 * sizeof *r) == 0 && l[RATE / 4] != 0,
	    "threads that help now and then change no sample");
}

static void
test_params(void)
{
	struct pf_engine *engine = with_strip("bass", "subtractive");
	struct pf_channel room = {0};
	struct pf_node_info node;
	struct pf_param_info info;
	struct pf_fate fate[64];
	pf_fx_spec_init(&room.fx[room.fxs++], pf_fx_find("reverb"));
	if (pf_engine_add_return(engine, "reverb", &room, NULL) < 0)
		printf("# no return\n");
	ok(pf_engine_node(engine, 0, &node) == 0 && node.notes &&
	    !strcmp(node.name, "bass") && node.params > 10 &&
	    !strcmp(node.instrument, "subtractive"),
	    "a strip tells what it is");
	unsigned i = 0, wrong = 0;
	for (; pf_engine_param(engine, 0, i, &info) == 0; i++) {
		struct pf_param_info found;
		wrong += strncmp(info.path, "bass.", 5) != 0 ||
		    pf_engine_param_find(engine, PF_NODE_ANY, info.path,
		    &found) || found.param != info.param ||
		    pf_engine_param_find(engine, 0, info.path + info.own,
		    &found) || found.param != info.param ||
		    info.value != info.base;
	}
	ok(i == node.params && !wrong, "its parameters are found by the paths "
	    "they tell (%u)", i);
	rig_push(engine, rig_set_event("bass", 0, "cutoff", 0.25f, 1), NULL);
	run(engine, 64, fate);
	ok(pf_engine_param_find(engine, 0, "cutoff", &info) == 0 &&
	    info.value == 0.25f, "a value is where it is going");
	rig_push(engine, turn(PF_RESET, 0.01, 0), NULL);
	run(engine, 960, fate);
	ok(pf_engine_param_find(engine, 0, "cutoff", &info) == 0 &&
	    info.value == info.base, "and after a reset where it was");
	ok(pf_engine_param_find(engine, PF_NODE_ANY, "reverb.size", &info) ==
	    0 && info.node == PF_NODE_RETURN &&
	    pf_engine_param_find(engine, PF_NODE_ANY, "master.gain", &info)
	    == 0 && info.param->hi == 0 &&
	    pf_engine_param_find(engine, PF_NODE_ANY, "cutoff", &info) ==
	    -ENOENT, "returns and the master are asked the same way");
	ok(pf_engine_node(engine, 1, &node) == -ENOENT &&
	    pf_engine_node(engine, PF_NODE_MASTER, &node) == 0,
	    "who is not there is told");
	pf_engine_free(engine);
}

int
main(void)
{
	test_add();
	test_threads();
	test_change();
	test_waiting_for_patch();
	test_fates();
	test_tempo();
	test_ends();
	test_epochs();
	test_shed();
	test_shed_strips();
	test_help();
	test_params();
	return tap_done();
}
