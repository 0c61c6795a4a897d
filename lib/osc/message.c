/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/message.h"
#include "base/utf8.h"

#include <lo/lo.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#define NTP_1970 2208988800ll /* seconds from 1900 to 1970 */
#define BUNDLE_HEAD 16        /* "#bundle", a NUL, the time tag */

/* One walk over a packet. */
struct walk {
	void (*each)(void *ctx, const struct pf_osc_message *message);
	void *ctx;
	struct pf_err *err;
	int messages;
};

static uint32_t
get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static uint64_t
get64(const unsigned char *p)
{
	return (uint64_t)get32(p) << 32 | get32(p + 4);
}

static void
put32(unsigned char *p, uint32_t x)
{
	p[0] = (unsigned char)(x >> 24);
	p[1] = (unsigned char)(x >> 16);
	p[2] = (unsigned char)(x >> 8);
	p[3] = (unsigned char)x;
}

static int
bad(struct walk *walk, int status, const char *what)
{
	pf_err_set(walk->err, "%s", what);
	return status;
}

/*
 * One of liblo's arguments as ours; false: a type that we do not know.  They
 * stand as in the packet, on multiples of 4, so a union of 8 bytes is not
 * looked into but copied.
 */
static bool
take_arg(struct pf_osc_arg *arg, char type, const void *from)
{
	int32_t i;
	float f;
	lo_timetag t;
	arg->type = type;
	switch (type) {
	case 'i': case 'c':
		memcpy(&i, from, sizeof i);
		arg->i = type == 'c' ? (unsigned char)i : i;
		return true;
	case 'h':
		memcpy(&arg->i, from, sizeof arg->i);
		return true;
	case 'f':
		memcpy(&f, from, sizeof f);
		arg->d = (double)f;
		return true;
	case 'd':
		memcpy(&arg->d, from, sizeof arg->d);
		return true;
	case 's': case 'S':
		arg->s = from;
		return true;
	case 't':
		memcpy(&t, from, sizeof t);
		arg->t = (uint64_t)t.sec << 32 | t.frac;
		return true;
	case 'b':
		memcpy(&i, from, sizeof i);
		arg->b.len = (uint32_t)i;
		arg->b.data = (const char *)from + sizeof i;
		return true;
	case 'm':
		memcpy(arg->m, from, 4);
		return true;
	case 'T': case 'F': case 'N': case 'I':
		arg->i = type == 'T';
		return true;
	}
	return false;
}

/* What liblo read, as ours.  Returns NULL or what is wrong. */
static const char *
take_message(struct pf_osc_message *message, lo_message from)
{
	const char *const types = lo_message_get_types(from);
	lo_arg **const argv = lo_message_get_argv(from);
	const int argc = lo_message_get_argc(from);
	if (argc > PF_OSC_ARGS_MOST)
		return "a message has more than 64 arguments";
	message->n = (unsigned)argc;
	for (int i = 0; i < argc; i++) {
		if (!take_arg(&message->arg[i], types[i], argv[i]))
			return "a message has an argument of unknown type";
		if ((types[i] == 's' || types[i] == 'S') &&
		    !pf_utf8_is(message->arg[i].s, strlen(message->arg[i].s)))
			return "a text is not UTF-8";
	}
	return NULL;
}

static const char *
check_path(const unsigned char *bytes, size_t len)
{
	const unsigned char *const end = memchr(bytes, 0, len);
	if (!end)
		return "an address has no end";
	if (bytes[0] != '/')
		return "an address does not begin with '/'";
	if (end - bytes > PF_OSC_PATH_MOST)
		return "an address is longer than 255 bytes";
	if (!pf_utf8_is_text((const char *)bytes, (size_t)(end - bytes)))
		return "an address has characters that are no text";
	/* Before 1.0, types could be left out; nobody can check that. */
	const size_t at = ((size_t)(end - bytes) | 3) + 1;
	if (at >= len || bytes[at] != ',')
		return "a message has no types";
	if (!memchr(bytes + at, 0, len - at))
		return "the types of a message have no end";
	return NULL;
}

static int
read_message(struct walk *walk, const unsigned char *bytes, size_t len,
    uint64_t tag)
{
	const char *wrong = check_path(bytes, len);
	if (wrong)
		return bad(walk, -EINVAL, wrong);
	if (++walk->messages > PF_OSC_MESSAGES_MOST)
		return bad(walk, -EMSGSIZE, "a packet has too many messages");
	int status = 0;
	/* liblo copies; it does not write, whatever its prototype says. */
	lo_message from = lo_message_deserialise((void *)(uintptr_t)bytes, len,
	    &status);
	if (!from)
		return bad(walk, -EINVAL, "a message is malformed");
	struct pf_osc_message message = {
		.path = (const char *)bytes, .time_tag = tag,
	};
	wrong = take_message(&message, from);
	if (!wrong && walk->each)
		walk->each(walk->ctx, &message);
	lo_message_free(from);
	return wrong ? bad(walk, -EINVAL, wrong) : 0;
}

static int read_element(struct walk *walk, const unsigned char *bytes,
    size_t len, uint64_t tag, int depth);

static int
read_bundle(struct walk *walk, const unsigned char *bytes, size_t len,
    uint64_t tag, int depth)
{
	if (depth >= PF_OSC_DEPTH_MOST)
		return bad(walk, -EMSGSIZE, "bundles are nested too deep");
	if (len < BUNDLE_HEAD)
		return bad(walk, -EINVAL, "a bundle is cut off");
	const uint64_t own = get64(bytes + 8);
	if (own > tag)
		tag = own;
	size_t at = BUNDLE_HEAD;
	while (at < len) {
		if (len - at < 4)
			return bad(walk, -EINVAL, "a bundle is cut off");
		const size_t n = get32(bytes + at);
		at += 4;
		if (n == 0 || n % 4 != 0 || n > len - at)
			return bad(walk, -EINVAL,
			    "a bundle's element has an impossible size");
		const int status = read_element(walk, bytes + at, n, tag,
		    depth + 1);
		if (status != 0)
			return status;
		at += n;
	}
	return 0;
}

static int
read_element(struct walk *walk, const unsigned char *bytes, size_t len,
    uint64_t tag, int depth)
{
	if (len >= 8 && memcmp(bytes, "#bundle", 8) == 0)
		return read_bundle(walk, bytes, len, tag, depth);
	return read_message(walk, bytes, len, tag);
}

int
pf_osc_read(const void *packet, size_t len,
    void (*each)(void *ctx, const struct pf_osc_message *message), void *ctx,
    struct pf_err *err)
{
	struct walk walk = {.err = err};
	if (len > PF_OSC_PACKET_MOST) {
		pf_err_set(err, "a packet of %zu bytes is too large, at most "
		    "%d", len, PF_OSC_PACKET_MOST);
		return -EMSGSIZE;
	}
	if (len == 0 || len % 4 != 0)
		return bad(&walk, -EINVAL,
		    "a packet's length is no multiple of 4");
	int status = read_element(&walk, packet, len, PF_OSC_NOW, 0);
	if (status != 0 || !each)
		return status != 0 ? status : walk.messages;
	walk = (struct walk){.each = each, .ctx = ctx, .err = err};
	status = read_element(&walk, packet, len, PF_OSC_NOW, 0);
	return status != 0 ? status : walk.messages;
}

static int
give_arg(lo_message to, const struct pf_osc_arg *arg)
{
	uint8_t midi[4];
	switch (arg->type) {
	case 'i': return lo_message_add_int32(to, (int32_t)arg->i);
	case 'h': return lo_message_add_int64(to, arg->i);
	case 'c': return lo_message_add_char(to, (char)arg->i);
	case 'f': return lo_message_add_float(to, (float)arg->d);
	case 'd': return lo_message_add_double(to, arg->d);
	case 's': return lo_message_add_string(to, arg->s);
	case 'S': return lo_message_add_symbol(to, arg->s);
	case 'T': return lo_message_add_true(to);
	case 'F': return lo_message_add_false(to);
	case 'N': return lo_message_add_nil(to);
	case 'I': return lo_message_add_infinitum(to);
	case 't':
		return lo_message_add_timetag(to, (lo_timetag){
		    (uint32_t)(arg->t >> 32), (uint32_t)arg->t});
	case 'm':
		memcpy(midi, arg->m, 4);
		return lo_message_add_midi(to, midi);
	}
	return -1; /* nobody here sends blobs */
}

size_t
pf_osc_write(void *buf, size_t room, const struct pf_osc_message *message)
{
	lo_message to = lo_message_new();
	size_t len = 0;
	if (!to)
		return 0;
	for (unsigned i = 0; i < message->n; i++)
		if (give_arg(to, &message->arg[i]) != 0)
			goto out;
	if (lo_message_length(to, message->path) <= room &&
	    !lo_message_serialise(to, message->path, buf, &len))
		len = 0;
out:
	lo_message_free(to);
	return len;
}

size_t
pf_osc_bundle_begin(void *buf, size_t room, uint64_t time_tag)
{
	if (room < BUNDLE_HEAD)
		return 0;
	memcpy(buf, "#bundle", 8);
	put32((unsigned char *)buf + 8, (uint32_t)(time_tag >> 32));
	put32((unsigned char *)buf + 12, (uint32_t)time_tag);
	return BUNDLE_HEAD;
}

size_t
pf_osc_bundle_add(void *buf, size_t room, size_t len, const void *packet,
    size_t packet_len)
{
	if (room < len + 4 + packet_len || packet_len > PF_OSC_PACKET_MOST)
		return 0;
	put32((unsigned char *)buf + len, (uint32_t)packet_len);
	memcpy((unsigned char *)buf + len + 4, packet, packet_len);
	return len + 4 + packet_len;
}

void
pf_osc_begin(struct pf_osc_message *message, const char *path)
{
	message->path = path;
	message->n = 0;
	message->time_tag = PF_OSC_NOW;
}

static struct pf_osc_arg *
add(struct pf_osc_message *message, char type)
{
	static struct pf_osc_arg nowhere;
	if (message->n == PF_OSC_ARGS_MOST)
		return &nowhere;
	struct pf_osc_arg *const arg = &message->arg[message->n++];
	arg->type = type;
	return arg;
}

void
pf_osc_add_s(struct pf_osc_message *message, const char *s)
{
	add(message, 's')->s = s;
}

void
pf_osc_add_i(struct pf_osc_message *message, int32_t i)
{
	add(message, 'i')->i = i;
}

void
pf_osc_add_f(struct pf_osc_message *message, float f)
{
	add(message, 'f')->d = (double)f;
}

void
pf_osc_add_d(struct pf_osc_message *message, double d)
{
	add(message, 'd')->d = d;
}

int
pf_osc_number(const struct pf_osc_message *message, unsigned i, double *x)
{
	if (i >= message->n)
		return -ENOENT;
	const struct pf_osc_arg *const arg = &message->arg[i];
	switch (arg->type) {
	case 'i': case 'h': case 'T': case 'F':
		*x = (double)arg->i;
		return 0;
	case 'f': case 'd':
		if (!isfinite(arg->d))
			return -EDOM;
		*x = arg->d;
		return 0;
	}
	return -EINVAL;
}

const char *
pf_osc_text(const struct pf_osc_message *message, unsigned i)
{
	if (i >= message->n || (message->arg[i].type != 's' &&
	    message->arg[i].type != 'S'))
		return NULL;
	return message->arg[i].s;
}

uint64_t
pf_osc_tag_of_ns(int64_t real_ns)
{
	const int64_t s = real_ns / 1000000000;
	const uint64_t ns = (uint64_t)(real_ns % 1000000000);
	/* Rounded up, so that ns -> tag -> ns gives the same ns. */
	return (uint64_t)(s + NTP_1970) << 32 |
	    ((ns << 32) + 999999999) / 1000000000;
}

int64_t
pf_osc_ns_of_tag(uint64_t tag)
{
	const int64_t s = (int64_t)(tag >> 32) - NTP_1970;
	return s * 1000000000 +
	    (int64_t)((tag & 0xffffffff) * 1000000000 >> 32);
}
