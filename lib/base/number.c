/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

#include <errno.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Powers of ten that a double holds exactly. */
static const double ten[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
    1e22};
enum { MOST_TEN = 22 };

static const uint64_t two53 = UINT64_C(1) << 53;

/* A decimal taken apart: mantissa * 10^exp10. */
struct decimal {
	uint64_t mantissa;
	int exp10;
	bool negative;
	bool cut; /* more digits than the mantissa holds */
};

/* The digits of the mantissa.  Returns the end, or NULL without a digit. */
static const char *
take_digits(const char *s, const char *end, struct decimal *d)
{
	const uint64_t full = (UINT64_MAX - 9) / 10;
	bool any = false, point = false;
	for (; s < end; s++) {
		const unsigned c = (unsigned char)*s - '0';
		if (c > 9) {
			if (*s != '.' || point)
				break;
			point = true;
			continue;
		}
		any = true;
		if (d->mantissa > full) {
			d->cut = true;
			continue;
		}
		d->mantissa = d->mantissa * 10 + c;
		d->exp10 -= point;
	}
	return any ? s : NULL;
}

/* "e-12" at the end.  Returns 0 or -EINVAL. */
static int
take_exponent(const char *s, const char *end, struct decimal *d)
{
	if (s == end)
		return 0;
	if (*s != 'e' && *s != 'E')
		return -EINVAL;
	s++;
	const bool minus = s < end && *s == '-';
	if (s < end && (*s == '-' || *s == '+'))
		s++;
	if (s == end)
		return -EINVAL;
	int e = 0;
	for (; s < end; s++) {
		const unsigned c = (unsigned char)*s - '0';
		if (c > 9)
			return -EINVAL;
		if (e < 100000)
			e = e * 10 + (int)c;
	}
	d->exp10 += minus ? -e : e;
	return 0;
}

static int
take_apart(const char *s, size_t len, struct decimal *d)
{
	const char *const end = s + len;
	*d = (struct decimal){0};
	if (s < end && (*s == '-' || *s == '+'))
		d->negative = *s++ == '-';
	s = take_digits(s, end, d);
	return s ? take_exponent(s, end, d) : -EINVAL;
}

/* One exact multiplication or division of exact doubles, where possible. */
static bool
quick(const struct decimal *d, double *x)
{
	if (d->cut || d->mantissa > two53 || d->exp10 < -MOST_TEN ||
	    d->exp10 > MOST_TEN)
		return false;
	const double m = (double)d->mantissa;
	const double v = d->exp10 < 0 ? m / ten[-d->exp10] : m * ten[d->exp10];
	*x = d->negative ? -v : v;
	return true;
}

static locale_t plain;

static void
make_plain(void)
{
	plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* The C library reads what is left, with '.' as its point. */
static int
slow(const char *s, size_t len, double *x, float *f)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char small[128], *text = small;
	pthread_once(&once, make_plain);
	if (plain == (locale_t)0)
		return -ENOMEM;
	if (len >= sizeof small && !(text = malloc(len + 1)))
		return -ENOMEM;
	memcpy(text, s, len);
	text[len] = '\0';
	if (x)
		*x = strtod_l(text, NULL, plain);
	else
		*f = strtof_l(text, NULL, plain);
	if (text != small)
		free(text);
	return isfinite(x ? *x : (double)*f) ? 0 : -ERANGE;
}

int
pf_number_parse(const char *s, size_t len, double *x)
{
	struct decimal d;
	double v;
	if (take_apart(s, len, &d) != 0)
		return -EINVAL;
	if (!quick(&d, &v)) {
		const int r = slow(s, len, &v, NULL);
		if (r != 0)
			return r;
	}
	*x = v;
	return 0;
}

/*
 * Rounding to double and then to float is wrong only if the double lies
 * halfway between two floats (its 29 last bits are 1000...) or the float is
 * subnormal: those are left to the C library.
 */
static bool
narrow(double v, float *f)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof bits);
	if ((bits & 0x1fffffff) == 0x10000000)
		return false;
	if (v != 0 && (fabs(v) < 1e-37 || fabs(v) > 3e38))
		return false;
	*f = (float)v;
	return true;
}

int
pf_number_parse_f32(const char *s, size_t len, float *x)
{
	struct decimal d;
	double v;
	float f;
	if (take_apart(s, len, &d) != 0)
		return -EINVAL;
	if (!quick(&d, &v) || !narrow(v, &f)) {
		const int r = slow(s, len, NULL, &f);
		if (r != 0)
			return r;
	}
	*x = f;
	return 0;
}

int
pf_number_parse_u32(const char *s, size_t len, uint32_t most, uint32_t *x)
{
	uint64_t v = 0;
	if (len == 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		const unsigned c = (unsigned char)s[i] - '0';
		if (c > 9)
			return -EINVAL;
		if (v <= UINT32_MAX)
			v = v * 10 + c;
	}
	if (v > most)
		return -ERANGE;
	*x = (uint32_t)v;
	return 0;
}

size_t
pf_number_print_u64(char *buf, uint64_t x)
{
	char back[20];
	size_t n = 0;
	do {
		back[n++] = (char)('0' + x % 10);
		x /= 10;
	} while (x);
	for (size_t i = 0; i < n; i++)
		buf[i] = back[n - 1 - i];
	return n;
}

/* m / 10^decimals, without zeros at the end. */
static size_t
print_fixed(char *buf, bool negative, uint64_t m, int decimals)
{
	size_t at = 0;
	while (decimals > 0 && m % 10 == 0) {
		m /= 10;
		decimals--;
	}
	if (negative)
		buf[at++] = '-';
	const uint64_t unit = (uint64_t)ten[decimals];
	at += pf_number_print_u64(buf + at, m / unit);
	if (decimals == 0)
		return at;
	buf[at++] = '.';
	uint64_t rest = m % unit;
	for (int i = decimals - 1; i >= 0; i--) {
		buf[at + (size_t)i] = (char)('0' + rest % 10);
		rest /= 10;
	}
	return at + (size_t)decimals;
}

/* How many decimals leave a mantissa below 2^53, at most `most`. */
static int
decimals_that_fit(double size, int most)
{
	while (most > 0 && size * ten[most] >= 0x1p53)
		most--;
	return most;
}

/*
 * What accepts k decimals accepts k + 1 (the nearest is no farther away), so
 * the fewest are found by halving; music's numbers mostly have up to 3.
 */
static int
fewest(double x, int most, bool (*same)(const void *, double),
    const void *ctx)
{
	int lo = -1, hi = most; /* lo fails, hi holds or is all we have */
	int probe = most < 3 ? most : 3;
	while (hi - lo > 1) {
		const double m = floor(fabs(x) * ten[probe] + 0.5);
		const double v = m / ten[probe];
		if (same(ctx, x < 0 ? -v : v))
			hi = probe;
		else
			lo = probe;
		probe = lo + (hi - lo) / 2;
	}
	return hi;
}

size_t
pf_number_shortest(char *buf, double x, int most,
    bool (*same)(const void *, double), const void *ctx)
{
	if (fabs(x) >= 0x1p53)
		return pf_number_print(buf, x);
	const int k = fewest(x, decimals_that_fit(fabs(x), most), same, ctx);
	const uint64_t m = (uint64_t)floor(fabs(x) * ten[k] + 0.5);
	return print_fixed(buf, x < 0 && m > 0, m, k);
}

static bool
same_f64(const void *ctx, double candidate)
{
	return candidate == *(const double *)ctx;
}

static bool
same_f32(const void *ctx, double candidate)
{
	float f;
	return narrow(candidate, &f) && f == *(const float *)ctx;
}

/* Does the text read back to the same bits? */
static bool
reads_back(const char *buf, size_t n, double x, bool f32)
{
	double d;
	float f;
	if (f32)
		return pf_number_parse_f32(buf, n, &f) == 0 && f == (float)x;
	return pf_number_parse(buf, n, &d) == 0 && d == x;
}

/* Very large, very small or very long: significant digits, one by one. */
static size_t
print_digits(char *buf, double x, bool f32)
{
	char text[PF_NUMBER_MOST + 8];
	size_t n = 0;
	for (int digits = f32 ? 1 : 15; digits <= 17; digits++) {
		n = (size_t)snprintf(text, sizeof text, "%.*g", digits, x);
		char *const comma = strchr(text, ',');
		if (comma)
			*comma = '.';
		if (reads_back(text, n, x, f32))
			break;
	}
	memcpy(buf, text, n);
	return n;
}

static bool
is_zero(char *buf, double x, size_t *n)
{
	if (x != 0)
		return false;
	*n = signbit(x) ? 2 : 1;
	memcpy(buf, signbit(x) ? "-0" : "0", *n);
	return true;
}

size_t
pf_number_print(char *buf, double x)
{
	size_t n;
	if (is_zero(buf, x, &n))
		return n;
	if (fabs(x) >= 1e-5 && fabs(x) < 1e15) {
		n = pf_number_shortest(buf, x, 15, same_f64, &x);
		if (reads_back(buf, n, x, false))
			return n;
	}
	return print_digits(buf, x, false);
}

size_t
pf_number_print_f32(char *buf, float x)
{
	size_t n;
	if (is_zero(buf, (double)x, &n))
		return n;
	if (fabsf(x) >= 1e-5f && fabsf(x) < 1e9f) {
		n = pf_number_shortest(buf, (double)x, 14, same_f32, &x);
		if (reads_back(buf, n, (double)x, true))
			return n;
	}
	return print_digits(buf, (double)x, true);
}
