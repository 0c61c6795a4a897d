/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/math.h"

#include <stdint.h>
#include <string.h>

static const double ln2 = 0.69314718055994530942;
static const double pi = 3.14159265358979323846;

double
pf_exp2(double x)
{
	if (!(x > -1022))
		return 0;
	if (x > 1023)
		x = 1023;
	int64_t whole = (int64_t)(x + (x < 0 ? -0.5 : 0.5));
	const double r = (x - (double)whole) * ln2; /* |r| <= 0.35 */
	double term = 1, sum = 1;
	for (int i = 1; i < 16; i++) {
		term = term * r / i;
		sum += term;
	}
	const uint64_t bits = (uint64_t)(whole + 1023) << 52;
	double scale;
	memcpy(&scale, &bits, sizeof scale);
	return sum * scale;
}

double
pf_log2(double x)
{
	if (!(x > 0))
		return -1074;
	int64_t e = 0;
	if (x < 0x1p-1000) {
		x *= 0x1p64;
		e = -64;
	}
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	e += (int64_t)(bits >> 52) - 1023;
	bits = (bits & 0xfffffffffffffu) | (uint64_t)1023 << 52;
	double m;
	memcpy(&m, &bits, sizeof m);
	if (m > 1.41421356237309504880) {
		m /= 2;
		e++;
	}
	/* log m = 2 artanh z, |z| <= 0.172 */
	const double z = (m - 1) / (m + 1), zz = z * z;
	double term = z, sum = z;
	for (int i = 3; i < 25; i += 2) {
		term *= zz;
		sum += term / i;
	}
	return (double)e + 2 * sum / ln2;
}

double
pf_exp(double x)
{
	return pf_exp2(x / ln2);
}

double
pf_log(double x)
{
	return pf_log2(x) * ln2;
}

double
pf_pow(double x, double y)
{
	return pf_exp2(y * pf_log2(x));
}

double
pf_sin(double x)
{
	const double turns = x / (2 * pi);
	const int64_t whole = (int64_t)(turns + (turns < 0 ? -0.5 : 0.5));
	double r = (turns - (double)whole) * 2 * pi; /* [-pi, pi] */
	if (r > pi / 2)
		r = pi - r;
	else if (r < -pi / 2)
		r = -pi - r;
	const double rr = r * r;
	double term = r, sum = r;
	for (int i = 2; i < 22; i += 2) {
		term = -term * rr / (i * (i + 1));
		sum += term;
	}
	return sum;
}

double
pf_cos(double x)
{
	return pf_sin(x + pi / 2);
}

double
pf_db_to_gain(double db)
{
	return pf_exp2(db * (3.32192809488736234787 / 20));
}

double
pf_gain_to_db(double gain)
{
	if (!(gain > 1e-20))
		return -400;
	return pf_log2(gain) * (20 / 3.32192809488736234787);
}

double
pf_midi_to_hz(double midi)
{
	return 440 * pf_exp2((midi - 69) / 12);
}

double
pf_hz_to_midi(double hz)
{
	return 69 + 12 * pf_log2(hz / 440);
}
