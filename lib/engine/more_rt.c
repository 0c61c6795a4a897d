/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/more.h"

#include <string.h>

bool
pf_more_next(const char *text, size_t len, size_t *at, struct pf_pair *pair)
{
	while (*at < len && text[*at]) {
		const char *const s = text + *at;
		uint32_t hash = 2166136261u; /* FNV-1a, see base/hash.h */
		size_t key = 0, end = 0;
		while (*at + end < len && s[end] && s[end] != '\t')
			end++;
		for (; key < end && s[key] != '='; key++)
			hash = (hash ^ (unsigned char)s[key]) * 16777619u;
		*at += end < len - *at && s[end] == '\t' ? end + 1 : end;
		if (key == 0 || key == end)
			continue;
		pair->hash = hash;
		pair->value = s + key + 1;
		pair->len = end - key - 1;
		return true;
	}
	return false;
}

static bool
digit(const char *text, size_t len, size_t i)
{
	return i < len && text[i] >= '0' && text[i] <= '9';
}

/* 10 to the n, |n| <= 99 or so. */
static double
power_of_ten(int n)
{
	double p = 1;
	for (int i = n < 0 ? -n : n; i > 0; i--)
		p *= 10;
	return n < 0 ? 1 / p : p;
}

static bool
decimal(const char *text, size_t len, float *value)
{
	size_t i = len && (text[0] == '-' || text[0] == '+');
	const size_t first = i;
	double x = 0;
	int exponent = 0, e = 0;
	size_t digits = 0;
	for (; digit(text, len, i) && i < first + 30; i++, digits++)
		x = x * 10 + (text[i] - '0');
	if (i < len && text[i] == '.')
		for (i++; digit(text, len, i) && digits < 30; i++, digits++) {
			x = x * 10 + (text[i] - '0');
			exponent--;
		}
	if (!digits)
		return false;
	if (i < len && (text[i] == 'e' || text[i] == 'E')) {
		const bool minus = ++i < len && text[i] == '-';
		if (i < len && (text[i] == '-' || text[i] == '+'))
			i++;
		if (!digit(text, len, i))
			return false;
		for (; digit(text, len, i) && e < 60; i++)
			e = e * 10 + (text[i] - '0');
		exponent += minus ? -e : e;
	}
	if (i != len)
		return false;
	x *= power_of_ten(exponent);
	if (x > 3e38)
		x = 3e38;
	*value = (float)(text[0] == '-' ? -x : x);
	return true;
}

bool
pf_more_number(const char *text, size_t len, const struct pf_param *param,
    float *value)
{
	if (decimal(text, len, value))
		return true;
	if (!param || !param->choice)
		return false;
	for (int i = 0; param->choice[i]; i++) {
		if (strlen(param->choice[i]) != len ||
		    memcmp(param->choice[i], text, len) != 0)
			continue;
		*value = (float)i;
		return true;
	}
	return false;
}
