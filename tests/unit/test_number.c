/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/number.h"

#include "base/rng.h"
#include "tap.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static int
parses_to(const char *s, double want)
{
	double x;
	return pf_number_parse(s, strlen(s), &x) == 0 && x == want;
}

static int
fails(const char *s, int error)
{
	double x = 7;
	float f = 7;
	return pf_number_parse(s, strlen(s), &x) == error &&
	    pf_number_parse_f32(s, strlen(s), &f) == error && x == 7 &&
	    f == 7;
}

static int
prints(double x, const char *want)
{
	char buf[PF_NUMBER_MOST + 1];
	buf[pf_number_print(buf, x)] = '\0';
	return strcmp(buf, want) == 0;
}

static int
prints_f32(float x, const char *want)
{
	char buf[PF_NUMBER_MOST + 1];
	buf[pf_number_print_f32(buf, x)] = '\0';
	return strcmp(buf, want) == 0;
}

static void
test_reading(void)
{
	ok(parses_to("120", 120) && parses_to("-0.5", -0.5) &&
	    parses_to("+1e3", 1000) && parses_to(".25", 0.25) &&
	    parses_to("5.", 5), "plain decimals are read");
	ok(parses_to("0.1", 0.1) && parses_to("1e23", 1e23) &&
	    parses_to("9007199254740993", 9007199254740992.0) &&
	    parses_to("2.2250738585072011e-308", 2.2250738585072011e-308) &&
	    parses_to("0.000000000000000000000000000000123456789012345678901",
	    0.000000000000000000000000000000123456789012345678901),
	    "hard decimals are rounded correctly");
	ok(fails("", -EINVAL) && fails("nan", -EINVAL) &&
	    fails("inf", -EINVAL) && fails("0x10", -EINVAL) &&
	    fails(" 1", -EINVAL) && fails("1 ", -EINVAL) &&
	    fails("1,5", -EINVAL) && fails("1e", -EINVAL) &&
	    fails("1e+", -EINVAL) && fails("--1", -EINVAL) &&
	    fails(".", -EINVAL) && fails("1.2.3", -EINVAL),
	    "words, blanks, commas and halves of numbers are refused");
	ok(fails("1e999", -ERANGE), "what is too large says so");
	float f;
	ok(pf_number_parse_f32("1e39", 4, &f) == -ERANGE,
	    "a float's range is its own");
	uint32_t n;
	ok(pf_number_parse_u32("4294967295", 10, UINT32_MAX, &n) == 0 &&
	    n == UINT32_MAX &&
	    pf_number_parse_u32("4294967296", 10, UINT32_MAX, &n) == -ERANGE &&
	    pf_number_parse_u32("99999999999999999999999", 23, UINT32_MAX,
	    &n) == -ERANGE && pf_number_parse_u32("-1", 2, 9, &n) == -EINVAL,
	    "whole numbers keep to their range");
}

static void
test_halfway(void)
{
	/* Halfway between two floats, and a hair beside it. */
	static const char *const hard[] = {
		"16777217", "16777217.0000001", "16777216.9999999",
		"1.00000005960464477539062501", "0.100000001490116119384766",
		"3.4028235e38", "1.17549435e-38", "1e-45", "7.0064923e-46",
	};
	int same = 1;
	for (size_t i = 0; i < PF_COUNT(hard); i++) {
		float f;
		same &= pf_number_parse_f32(hard[i], strlen(hard[i]), &f) ==
		    0 && f == strtof(hard[i], NULL);
	}
	ok(same, "floats are rounded once, not twice");
}

static void
test_printing(void)
{
	ok(prints(0, "0") && prints(-0.0, "-0") && prints(1, "1") &&
	    prints(0.1, "0.1") && prints(-2.5, "-2.5") &&
	    prints(120, "120") && prints(1e9, "1000000000"),
	    "numbers print without zeros at the end");
	ok(prints(1.0 / 3, "0.3333333333333333"), "a third has 16 digits");
	ok(prints_f32(0.1f, "0.1") && prints_f32(60, "60") &&
	    prints_f32(61.35f, "61.35") && prints_f32(1e-6f, "1e-06") &&
	    prints_f32(16777216, "16777216"), "floats print short");
}

static void
test_random(void)
{
	int same = 1, same_f32 = 1, shortest = 1;
	for (int i = 0; i < 20000; i++) {
		const uint64_t bits = pf_rng_u64(1, 2, i, 0);
		double x, back;
		float f, f_back;
		char buf[PF_NUMBER_MOST], text[64];
		memcpy(&x, &bits, sizeof x);
		memcpy(&f, &bits, sizeof f);
		if (isfinite(x)) {
			const size_t n = pf_number_print(buf, x);
			same &= n <= PF_NUMBER_MOST &&
			    pf_number_parse(buf, n, &back) == 0 &&
			    memcmp(&x, &back, sizeof x) == 0;
		}
		if (isfinite(f)) {
			const size_t n = pf_number_print_f32(buf, f);
			same_f32 &= n <= PF_NUMBER_MOST &&
			    pf_number_parse_f32(buf, n, &f_back) == 0 &&
			    memcmp(&f, &f_back, sizeof f) == 0;
		}
		/* Music's numbers: a few decimals must stay a few. */
		const int k = (int)(bits % 7);
		const double v = (double)(bits >> 8 & 0xfffff) / pow(10, k);
		const int len = snprintf(text, sizeof text, "%.*f", k, v);
		const size_t n = pf_number_print(buf, strtod(text, NULL));
		shortest &= n <= (size_t)len;
	}
	ok(same, "20000 doubles of any bits read back the same");
	ok(same_f32, "so do floats");
	ok(shortest, "a decimal never prints longer than it was");
}

int
main(void)
{
	test_reading();
	test_halfway();
	test_printing();
	test_random();
	return tap_done();
}
