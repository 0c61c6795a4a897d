/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/message.h"
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Text into buf[room] at `at`, cut where it ends; returns the new place. */
static size_t
put_text(char *buf, size_t room, size_t at, const char *s, size_t len)
{
	for (size_t i = 0; i < len && at + 1 < room; i++) {
		const unsigned char c = (unsigned char)s[i];
		buf[at++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	return at;
}

static size_t
put_arg(char *buf, size_t room, size_t at, const struct pf_osc_arg *arg)
{
	char text[64];
	size_t n = 0;
	switch (arg->type) {
	case 's': case 'S':
		n = strlen(arg->s);
		if (n > 0 && !strpbrk(arg->s, " \"\t"))
			return put_text(buf, room, at, arg->s, n);
		at = put_text(buf, room, at, "\"", 1);
		at = put_text(buf, room, at, arg->s, n);
		return put_text(buf, room, at, "\"", 1);
	case 'f':
		if (isfinite(arg->d)) {
			n = pf_number_print_f32(text, (float)arg->d);
			break;
		}
		/* fall through */
	case 'd':
		if (isfinite(arg->d))
			n = pf_number_print(text, arg->d);
		else
			n = (size_t)snprintf(text, sizeof text, "%f", arg->d);
		break;
	case 'i': case 'h': case 'c':
		n = (size_t)snprintf(text, sizeof text, "%lld",
		    (long long)arg->i);
		break;
	case 't':
		n = (size_t)snprintf(text, sizeof text, "%016llx",
		    (unsigned long long)arg->t);
		break;
	case 'b':
		n = (size_t)snprintf(text, sizeof text, "[%zu bytes]",
		    arg->b.len);
		break;
	case 'm':
		n = (size_t)snprintf(text, sizeof text, "%02x%02x%02x%02x",
		    arg->m[0], arg->m[1], arg->m[2], arg->m[3]);
		break;
	default:
		text[n++] = arg->type;
	}
	return put_text(buf, room, at, text, n);
}

size_t
pf_osc_print(char *buf, size_t room, const struct pf_osc_message *message)
{
	size_t at = put_text(buf, room, 0, message->path,
	    strlen(message->path));
	if (message->n > 0)
		at = put_text(buf, room, at, " ", 1);
	for (unsigned i = 0; i < message->n; i++)
		at = put_text(buf, room, at, &message->arg[i].type, 1);
	for (unsigned i = 0; i < message->n; i++) {
		at = put_text(buf, room, at, " ", 1);
		at = put_arg(buf, room, at, &message->arg[i]);
	}
	if (room > 0)
		buf[at] = '\0';
	return at;
}
