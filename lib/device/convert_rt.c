/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/convert.h"

#include <stdint.h>
#include <string.h>

size_t
pf_sample_bytes(enum pf_sample kind)
{
	static const size_t bytes[] = {4, 4, 4, 3, 2};
	return bytes[kind];
}

/* memcpy: a card's memory keeps no alignment promises. */
static float
load(enum pf_sample kind, const unsigned char *at)
{
	float f;
	int32_t i;
	int16_t s;
	switch (kind) {
	case PF_SAMPLE_F32:
		memcpy(&f, at, 4);
		return f;
	case PF_SAMPLE_S32:
		memcpy(&i, at, 4);
		return (float)i * 0x1p-31f;
	case PF_SAMPLE_S24:
		memcpy(&i, at, 4);
		return (float)(int32_t)((uint32_t)i << 8) * 0x1p-31f;
	case PF_SAMPLE_S24_3:
		return (float)(int32_t)((uint32_t)at[0] << 8 |
		    (uint32_t)at[1] << 16 | (uint32_t)at[2] << 24) * 0x1p-31f;
	case PF_SAMPLE_S16:
		memcpy(&s, at, 2);
		return (float)s * 0x1p-15f;
	}
	return 0;
}

/* To the nearest whole number of full scale 2^(bits - 1). */
static int32_t
quantize(float x, int bits)
{
	const double full = (double)(INT64_C(1) << (bits - 1));
	const double scaled = (double)x * full;
	if (!(scaled > -full))
		return x != x ? 0 : (int32_t)-full;
	if (scaled >= full - 1)
		return (int32_t)(full - 1);
	return (int32_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

static void
store(enum pf_sample kind, unsigned char *at, float x)
{
	int32_t i;
	int16_t s;
	switch (kind) {
	case PF_SAMPLE_F32:
		x = x - x == 0 ? x : 0; /* neither NaN nor infinite */
		memcpy(at, &x, 4);
		break;
	case PF_SAMPLE_S32:
		i = quantize(x, 32);
		memcpy(at, &i, 4);
		break;
	case PF_SAMPLE_S24:
		i = quantize(x, 24);
		memcpy(at, &i, 4);
		break;
	case PF_SAMPLE_S24_3:
		i = quantize(x, 24);
		at[0] = (unsigned char)i;
		at[1] = (unsigned char)((uint32_t)i >> 8);
		at[2] = (unsigned char)((uint32_t)i >> 16);
		break;
	case PF_SAMPLE_S16:
		s = (int16_t)quantize(x, 16);
		memcpy(at, &s, 2);
		break;
	}
}

/* One loop for each kind, so that the switch is outside of it. */
#define FOR_EACH_KIND(loop) \
	switch (kind) { \
	case PF_SAMPLE_F32: loop(PF_SAMPLE_F32); break; \
	case PF_SAMPLE_S32: loop(PF_SAMPLE_S32); break; \
	case PF_SAMPLE_S24: loop(PF_SAMPLE_S24); break; \
	case PF_SAMPLE_S24_3: loop(PF_SAMPLE_S24_3); break; \
	case PF_SAMPLE_S16: loop(PF_SAMPLE_S16); break; \
	}

void
pf_sample_in(enum pf_sample kind, float *out, const void *in, size_t stride,
    size_t n)
{
	const unsigned char *at = in;
#define IN(k) for (size_t i = 0; i < n; i++) out[i] = load(k, at + i * stride)
	FOR_EACH_KIND(IN)
}

void
pf_sample_out(enum pf_sample kind, void *out, size_t stride, const float *in,
    size_t n)
{
	unsigned char *at = out;
#define OUT(k) for (size_t i = 0; i < n; i++) \
		store(k, at + i * stride, in ? in[i] : 0)
	FOR_EACH_KIND(OUT)
}
