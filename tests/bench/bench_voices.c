/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a voice costs, beside scsynth (SuperCollider's server) on the same
 * patch: band-limited saw -> resonant low-pass with moving cutoff -> ADSR ->
 * pan; 64 notes of 64 pitches.  scsynth -N renders a score that this program
 * writes: a SynthDef in the format SCgf 2 and one OSC bundle a note.  From
 * its CPU time that of an empty score of the same length is taken off; from
 * ours, nothing is.
 */
#include "base/hash.h"
#include "base/math.h"
#include "engine/engine.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define VOICES 64
#define SECONDS 20
#define RATE_HZ 48000

static double
seconds_of(const struct rusage *r)
{
	return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) +
	    1e-6 * (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec);
}

/* Big-endian writing into a growing piece. */
struct bytes {
	unsigned char at[65536];
	size_t n;
};

static void
put(struct bytes *b, uint32_t value, unsigned size)
{
	for (unsigned i = size; i-- > 0;)
		b->at[b->n++] = (unsigned char)(value >> 8 * i);
}

static void
put_float(struct bytes *b, float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	put(b, bits, 4);
}

static void
put_name(struct bytes *b, const char *name)
{
	put(b, (uint32_t)strlen(name), 1);
	while (*name)
		put(b, (unsigned char)*name++, 1);
}

enum { SCALAR, CONTROL, AUDIO };
#define CONSTANT 0xffffffffu

struct input {
	uint32_t ugen, index;
};

static void
put_ugen(struct bytes *b, const char *name, unsigned rate, unsigned special,
    const struct input *in, unsigned ins, unsigned outs)
{
	put_name(b, name);
	put(b, rate, 1);
	put(b, ins, 4);
	put(b, outs, 4);
	put(b, special, 2);
	for (unsigned i = 0; i < ins; i++) {
		put(b, in[i].ugen, 4);
		put(b, in[i].index, 4);
	}
	for (unsigned i = 0; i < outs; i++)
		put(b, rate, 1);
}

/* The places of these constants in the definition. */
static const float constants[] = {
	0, 1, 0.3f, 1500, 2000, 0.5f, 2, 3, -99, 0.01f, 0.7f, -4, 5
};
enum {
	K_0, K_1, K_LFO, K_DEPTH, K_CUTOFF, K_RQ, K_2, K_3, K_NO, K_ATTACK,
	K_SUSTAIN, K_CURVE, K_SHAPE
};
#define C(k) {CONSTANT, K_##k}

static void
put_synthdef(struct bytes *b)
{
	memcpy(b->at, "SCgf", 4);
	b->n = 4;
	put(b, 2, 4);
	put(b, 1, 2);
	put_name(b, "voice");
	put(b, sizeof constants / sizeof *constants, 4);
	for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
		put_float(b, constants[i]);
	put(b, 2, 4);
	put_float(b, 440);
	put_float(b, 0);
	put(b, 2, 4);
	put_name(b, "freq");
	put(b, 0, 4);
	put_name(b, "pan");
	put(b, 1, 4);
	put(b, 9, 4);
	put_ugen(b, "Control", CONTROL, 0, NULL, 0, 2);
	put_ugen(b, "Saw", AUDIO, 0, (struct input[]){{0, 0}}, 1, 1);
	put_ugen(b, "SinOsc", CONTROL, 0,
	    (struct input[]){C(LFO), C(0)}, 2, 1);
	put_ugen(b, "MulAdd", CONTROL, 0,
	    (struct input[]){{2, 0}, C(DEPTH), C(CUTOFF)}, 3, 1);
	put_ugen(b, "RLPF", AUDIO, 0,
	    (struct input[]){{1, 0}, {3, 0}, C(RQ)}, 3, 1);
	/* Gate, scale, bias, time scale, done action; then the envelope. */
	put_ugen(b, "EnvGen", CONTROL, 0, (struct input[]){
	    C(1), C(1), C(0), C(1), C(2), C(0), C(3), C(2), C(NO),
	    C(1), C(ATTACK), C(SHAPE), C(CURVE),
	    C(SUSTAIN), C(LFO), C(SHAPE), C(CURVE),
	    C(0), C(1), C(SHAPE), C(CURVE)}, 21, 1);
	put_ugen(b, "BinaryOpUGen", AUDIO, 2,
	    (struct input[]){{4, 0}, {5, 0}}, 2, 1);
	put_ugen(b, "Pan2", AUDIO, 0,
	    (struct input[]){{6, 0}, {0, 1}, C(RQ)}, 3, 2);
	put_ugen(b, "Out", AUDIO, 0,
	    (struct input[]){C(0), {7, 0}, {7, 1}}, 3, 0);
	put(b, 0, 2);
}

static void
put_string(struct bytes *b, const char *s)
{
	const size_t len = strlen(s) / 4 * 4 + 4;
	for (size_t i = 0; i < len; i++)
		put(b, i < strlen(s) ? (unsigned char)s[i] : 0, 1);
}

/* A bundle of one message, behind its length. */
static void
write_bundle(FILE *to, double at_s, const struct bytes *message)
{
	struct bytes head = {.n = 0};
	put(&head, (uint32_t)message->n + 20, 4);
	put_string(&head, "#bundle");
	put(&head, (uint32_t)at_s, 4);
	put(&head, (uint32_t)((at_s - (uint32_t)at_s) * 4294967295.0), 4);
	put(&head, (uint32_t)message->n, 4);
	fwrite(head.at, 1, head.n, to);
	fwrite(message->at, 1, message->n, to);
}

static void
write_score(const char *path, unsigned voices)
{
	static struct bytes def, message;
	FILE *to = fopen(path, "wb");
	if (!to)
		exit(1);
	put_synthdef(&def);
	message.n = 0;
	put_string(&message, "/d_recv");
	put_string(&message, ",b");
	put(&message, (uint32_t)def.n, 4);
	for (size_t i = 0; i < (def.n + 3) / 4 * 4; i++)
		put(&message, i < def.n ? def.at[i] : 0, 1);
	write_bundle(to, 0, &message);
	for (unsigned v = 0; v < voices; v++) {
		message.n = 0;
		put_string(&message, "/s_new");
		put_string(&message, ",siiisfsf");
		put_string(&message, "voice");
		put(&message, 1000 + v, 4);
		put(&message, 0, 4);
		put(&message, 0, 4);
		put_string(&message, "freq");
		put_float(&message, (float)pf_midi_to_hz(30 + v));
		put_string(&message, "pan");
		put_float(&message, (float)v / VOICES * 2 - 1);
		write_bundle(to, 0.01 + 0.001 * v, &message);
	}
	message.n = 0;
	put_string(&message, "/c_set");
	put_string(&message, ",if");
	put(&message, 0, 4);
	put_float(&message, 0);
	write_bundle(to, SECONDS, &message);
	fclose(to);
}

/* CPU seconds, or -1. */
static double
run_scsynth(const char *score, const char *out)
{
	const pid_t pid = fork();
	if (pid == 0) {
		const int null = open("/dev/null", O_WRONLY);
		dup2(null, 1);
		dup2(null, 2);
		execlp("scsynth", "scsynth", "-N", score, "_", out, "48000",
		    "WAV", "float", "-o", "2", "-i", "0", (char *)NULL);
		_exit(127);
	}
	int status;
	struct rusage used;
	if (pid < 0 || wait4(pid, &status, 0, &used) < 0 || status != 0)
		return -1;
	return seconds_of(&used);
}

/* Did it play?  The largest sample of a float WAV file. */
static float
loudest(const char *path)
{
	float x[4096], most = 0;
	FILE *from = fopen(path, "rb");
	if (!from)
		return 0;
	fseek(from, 4096, SEEK_SET);
	for (size_t n; (n = fread(x, sizeof *x, 4096, from)) > 0;)
		for (size_t i = 0; i < n; i++)
			if (x[i] > most && x[i] < 1e6f)
				most = x[i];
	fclose(from);
	return most;
}

static double
run_theirs(void)
{
	char dir[] = "/tmp/bench_voices.XXXXXX";
	if (!mkdtemp(dir))
		return -1;
	char score[64], empty[64], out[64];
	snprintf(score, sizeof score, "%s/score.osc", dir);
	snprintf(empty, sizeof empty, "%s/empty.osc", dir);
	snprintf(out, sizeof out, "%s/out.wav", dir);
	write_score(score, VOICES);
	write_score(empty, 0);
	double best = 1e9;
	for (int i = 0; i < 3; i++) {
		const double null = run_scsynth(empty, out);
		const double full = run_scsynth(score, out);
		if (null < 0 || full < 0 || !(loudest(out) > 0.01f)) {
			best = -1;
			break;
		}
		if (full - null < best)
			best = full - null;
	}
	unlink(score);
	unlink(empty);
	unlink(out);
	rmdir(dir);
	return best;
}

static void
set(struct pf_instrument *ins, const char *name, float value)
{
	for (unsigned p = 0; p < ins->model->params; p++)
		if (!strcmp(ins->model->param[p].name, name))
			ins->value[p] = value;
}

static double
run_ours(void)
{
	struct pf_engine_config config;
	struct pf_instrument ins;
	struct pf_engine *engine;
	struct rusage before, after;
	float l[64], r[64], *out[2] = {l, r}, most = 0;
	pf_engine_config_init(&config);
	pf_instrument_init(&ins, pf_model_find("subtractive"));
	ins.voices = VOICES;
	set(&ins, "slope", 0);
	set(&ins, "wobble", 2);
	set(&ins, "lfo", 0.3f);
	if (pf_engine_new(&engine, &config, NULL) < 0 ||
	    pf_engine_add(engine, "x", &ins, NULL) < 0)
		return -1;
	getrusage(RUSAGE_SELF, &before);
	for (unsigned v = 0; v < VOICES; v++) {
		struct pf_event e = {
			.time = 10000000 + v * 1000123,
			.source = pf_hash_str("x"),
			.type = PF_NOTE,
		};
		char more[32];
		e.pitch = 30 + (float)v;
		e.velocity = 1;
		e.duration = SECONDS;
		snprintf(more, sizeof more, "pan=%.2f",
		    (double)v / VOICES * 2 - 1);
		if (pf_engine_push(engine, &e, more, strlen(more)) < 0)
			return -1;
	}
	for (int i = 0; i < SECONDS * RATE_HZ / 64; i++) {
		pf_engine_run(engine, 64, NULL, out);
		most = l[0] > most ? l[0] : most;
	}
	getrusage(RUSAGE_SELF, &after);
	pf_engine_free(engine);
	return most > 0.01f ? seconds_of(&after) - seconds_of(&before) : -1;
}

int
main(void)
{
	double ours = 1e9;
	for (int i = 0; i < 5; i++) {
		const double s = run_ours();
		if (s < 0)
			return 1;
		ours = s < ours ? s : ours;
	}
	const double us = 1e6 / VOICES / SECONDS;
	printf("a voice-second costs %.1f us of CPU\n", ours * us);
	const double theirs = run_theirs();
	if (theirs < 0)
		printf("scsynth: skipped (not installed, or it failed)\n");
	else
		printf("scsynth: %.1f us; ours is 1/%.1f of it (goal 1/8)\n",
		    theirs * us, theirs / ours);
	return 0;
}
