/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rides the gain so that music of any loudness comes out about as loud, as a
 * patient hand on the fader would: slowly, within a range, and not at all in
 * pauses.
 *
 * What comes in is measured as momentary loudness: K-weighted power over
 * 400 ms, every 100 ms (ITU-R BS.1770-5, annex 1; its two filters designed
 * for any rate as by B. De Man, "Evaluation of Implementations of the EBU R128
 * Loudness Measurement", AES 145, 2018).  What is neither below the gate nor
 * 10 LU below the mean so far is music and goes into the mean, a memory of
 * `time` seconds; the gain glides to what is missing to the target.
 *
 *     in --+--> K --> power, 400 ms --> gate --> mean --> gain
 *          +---------------------------------------------- * ---> out
 *
 * Hops are whole blocks, sums are made frame by frame: any cut gives the same
 * samples.  Switched off it lets everything pass as it is, to the bit, and
 * measures nothing.
 */
#include "engine/effects.h"

#include "base/math.h"
#include "engine/ramp.h"

#include <math.h>

enum { HOPS = 4 };

/* A biquad, direct form II transposed, a0 = 1. */
struct biquad {
	double b0, b1, b2, a1, a2;
};

struct autogain {
	struct biquad shelf, high;
	double z[2][2][2];      /* [channel][filter][]: memories */
	double sum;             /* of this hop: squares of both channels */
	double hop[HOPS];       /* those before, mean powers */
	double mean;            /* of the music so far; 0: none yet */
	unsigned at;            /* in hop[] */
	unsigned blocks, hop_blocks; /* of this hop; of each */
	double rate_hz;
	double gain_db;
	struct pf_ramp gain;
	bool on;
};

enum { TARGET, RANGE, TIME, GATE, MODE, PARAMS };

static const char *const modes[] = {"off", "on", NULL};

static const struct pf_param params[PARAMS] = {
    {"target", "LUFS", -40, -6, -16, PF_LINEAR, NULL,
	"how loud it shall be"},
    {"range", "dB", 0, 24, 9, PF_LINEAR, NULL,
	"most it makes louder or softer"},
    {"time", "s", 0.5f, 60, 8, PF_EXPONENTIAL, NULL,
	"how patiently: seconds of music it remembers"},
    {"gate", "LUFS", -70, -20, -50, PF_LINEAR, NULL,
	"what is softer is a pause"},
    {"mode", "", 0, 1, 1, PF_CHOICE, modes, "off: everything passes"},
};

/* How fast it comes back to 0 dB when it is switched off, s. */
#define LET_GO_S 0.5

/* Less than this is no power but rounding: -140 LUFS. */
#define NOTHING 1e-14

static size_t
bytes(uint32_t rate_hz)
{
	(void)rate_hz;
	return sizeof(struct autogain);
}

/* sin / cos of an angle below pi / 2. */
static double
tangent(double x)
{
	return pf_sin(x) / pf_cos(x);
}

static void
design(struct autogain *s)
{
	const double pi = 3.14159265358979323846;
	/* A shelf of 4 dB above 1.7 kHz: the head. */
	double k = tangent(pi * 1681.974450955533 / s->rate_hz);
	double q = 0.7071752369554196;
	const double vh = pf_db_to_gain(3.999843853973347);
	const double vb = pf_exp(pf_log(vh) * 0.4996667741545416);
	double a0 = 1 + k / q + k * k;
	s->shelf.b0 = (vh + vb * k / q + k * k) / a0;
	s->shelf.b1 = 2 * (k * k - vh) / a0;
	s->shelf.b2 = (vh - vb * k / q + k * k) / a0;
	s->shelf.a1 = 2 * (k * k - 1) / a0;
	s->shelf.a2 = (1 - k / q + k * k) / a0;
	/* A high-pass at 38 Hz: the ear. */
	k = tangent(pi * 38.13547087602444 / s->rate_hz);
	q = 0.5003270373238773;
	a0 = 1 + k / q + k * k;
	s->high.b0 = 1;
	s->high.b1 = -2;
	s->high.b2 = 1;
	s->high.a1 = 2 * (k * k - 1) / a0;
	s->high.a2 = (1 - k / q + k * k) / a0;
}

static void
init(void *state, uint32_t rate_hz, const float *value)
{
	struct autogain *const s = state;
	s->rate_hz = rate_hz;
	s->hop_blocks = (rate_hz / 10 + PF_BLOCK / 2) / PF_BLOCK;
	s->on = value[MODE] >= 0.5f;
	design(s);
	pf_ramp_set(&s->gain, 1);
}

static double
lufs(double power)
{
	return -0.691 + 10 * 0.43429448190325183 * pf_log(power);
}

/* A hop is over: is it music, and how loud has it been? */
static void
listen(struct autogain *s, const float *value)
{
	s->hop[s->at++ % HOPS] = s->sum /
	    ((double)s->hop_blocks * PF_BLOCK);
	s->sum = 0;
	const double power = (s->hop[0] + s->hop[1] + s->hop[2] +
	    s->hop[3]) / HOPS;
	if (s->at < HOPS || power < NOTHING ||
	    lufs(power) < (double)value[GATE] || power < s->mean * 0.1)
		return;
	if (s->mean == 0)
		s->mean = power;
	s->mean += (power - s->mean) *
	    (1 - pf_exp(-0.1 / (double)value[TIME]));
}

/* Where the gain shall go, and one step of its glide. */
static void
glide(struct autogain *s, const float *value)
{
	const double range = (double)value[RANGE];
	double want = 0, time_s = LET_GO_S;
	if (s->on) {
		time_s = (double)value[TIME] / 2;
		want = s->mean > 0 ? (double)value[TARGET] - lufs(s->mean) : 0;
		want = want > range ? range : want < -range ? -range : want;
	}
	if (s->gain_db == want)
		return;
	const double step = (want - s->gain_db) *
	    (1 - pf_exp(-PF_BLOCK / (time_s * s->rate_hz)));
	s->gain_db = fabs(want - s->gain_db) < 1e-4 ? want :
	    s->gain_db + step;
}

/* What was heard before it was switched on tells nothing of now. */
static void
forget(struct autogain *s)
{
	s->at = s->blocks = 0;
	s->sum = s->mean = 0;
	for (unsigned c = 0; c < 2; c++)
		for (unsigned f = 0; f < 2; f++)
			s->z[c][f][0] = s->z[c][f][1] = 0;
}

static void
control(void *state, const struct pf_fx_block *block)
{
	struct autogain *const s = state;
	const bool on = block->value[MODE] >= 0.5f;
	if (on && !s->on)
		forget(s);
	else if (on && ++s->blocks > s->hop_blocks) {
		s->blocks = 1;
		listen(s, block->value);
	}
	s->on = on;
	glide(s, block->value);
	pf_ramp_to(&s->gain, s->gain_db == 0 ? 1 :
	    (float)pf_db_to_gain(s->gain_db));
}

/* Has nothing been in it for a while?  Then the mean stands. */
static bool
still(const void *state)
{
	const struct autogain *const s = state;
	double left = s->sum;
	for (unsigned i = 0; i < HOPS; i++)
		left += s->hop[i];
	for (unsigned c = 0; c < 2; c++)
		for (unsigned f = 0; f < 2; f++)
			left += fabs(s->z[c][f][0]) + fabs(s->z[c][f][1]);
	return left < NOTHING;
}

static double
pass(const struct biquad *f, double *z, double x)
{
	const double y = f->b0 * x + z[0];
	z[0] = f->b1 * x - f->a1 * y + z[1];
	z[1] = f->b2 * x - f->a2 * y;
	return y;
}

static void
measure(struct autogain *s, const struct pf_fx_io *io)
{
	const float *const x[2] = {io->l, io->r};
	double sum = s->sum;
	for (unsigned i = 0; i < io->n; i++) {
		double power = 0;
		for (unsigned c = 0; c < 2; c++) {
			const double y = pass(&s->high, s->z[c][1],
			    pass(&s->shelf, s->z[c][0], (double)x[c][i]));
			power += y * y;
		}
		sum += power;
	}
	s->sum = sum;
}

static void
run(void *state, const struct pf_fx_io *io)
{
	struct autogain *const s = state;
	if (s->on)
		measure(s, io);
	if (s->gain.from == 1 && s->gain.to == 1)
		return;
	for (unsigned i = 0; i < io->n; i++) {
		const float gain = pf_ramp_at(&s->gain, io->pos + i);
		io->l[i] *= gain;
		io->r[i] *= gain;
	}
}

const struct pf_fx pf_fx_autogain = {
    .name = "autogain",
    .help = "rides the gain slowly towards a loudness",
    .param = params,
    .params = PARAMS,
    .bytes = bytes,
    .init = init,
    .still = still,
    .control = control,
    .run = run,
};
