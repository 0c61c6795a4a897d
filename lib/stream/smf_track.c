/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/smf_track.h"

#include "stream/smf_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The most that a number of variable length holds: 28 bits. */
enum { VARLEN_MOST = 0xfffffff };

struct pf_smf_message {
	int64_t tick;
	enum pf_smf_order order;
	uint32_t place;
	uint8_t len;
	uint8_t bytes[PF_SMF_MESSAGE_MOST];
	char *text; /* of a text event; bytes are its head */
};

void
pf_smf_track_fini(struct pf_smf_track *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->message[i].text);
	free(t->message);
	*t = (struct pf_smf_track){0};
}

/* One more message; NULL without memory. */
static struct pf_smf_message *
add(struct pf_smf_track *t)
{
	if (t->n == t->room) {
		const size_t room = t->room ? 2 * t->room : 256;
		struct pf_smf_message *const more = realloc(t->message,
		    room * sizeof *more);
		if (!more) {
			t->failed = true;
			return NULL;
		}
		t->message = more;
		t->room = room;
	}
	return &t->message[t->n++];
}

static struct pf_smf_message *
put(struct pf_smf_track *t, int64_t tick, enum pf_smf_order order,
    const uint8_t *bytes, size_t len)
{
	struct pf_smf_message *const m = add(t);
	if (!m)
		return NULL;
	*m = (struct pf_smf_message){.tick = tick < 0 ? 0 : tick,
	    .order = order, .place = (uint32_t)(t->n - 1),
	    .len = (uint8_t)len};
	memcpy(m->bytes, bytes, len);
	return m;
}

void
pf_smf_track_put(struct pf_smf_track *t, int64_t tick,
    enum pf_smf_order order, const uint8_t *bytes, size_t len)
{
	put(t, tick, order, bytes, len);
}

void
pf_smf_track_say(struct pf_smf_track *t, int64_t tick,
    enum pf_smf_order order, int status, int a, int b)
{
	const uint8_t bytes[3] = {(uint8_t)(status | t->channel), (uint8_t)a,
	    (uint8_t)b};
	put(t, tick, order, bytes, status == 0xc0 ? 2 : 3);
}

void
pf_smf_track_text(struct pf_smf_track *t, int64_t tick, int type,
    const char *text)
{
	const uint8_t bytes[2] = {0xff, (uint8_t)type};
	struct pf_smf_message *const m = put(t, tick, PF_SMF_STATE, bytes,
	    sizeof bytes);
	if (m && !(m->text = strdup(text)))
		t->failed = true;
}

static int
by_tick(const void *a, const void *b)
{
	const struct pf_smf_message *const x = a, *const y = b;
	if (x->tick != y->tick)
		return x->tick < y->tick ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

void
pf_smf_write_be(FILE *f, uint32_t x, int n)
{
	while (n-- > 0)
		putc((int)(x >> 8 * n & 255), f);
}

static void
write_varlen(FILE *f, uint32_t x)
{
	for (int shift = 21; shift > 0; shift -= 7)
		if (x >> shift)
			putc((int)(x >> shift & 127) | 128, f);
	putc((int)(x & 127), f);
}

static void
write_messages(FILE *f, struct pf_smf_track *t)
{
	int64_t at = 0;
	if (t->n > 0)
		qsort(t->message, t->n, sizeof *t->message, by_tick);
	for (size_t i = 0; i < t->n; i++) {
		const struct pf_smf_message *const m = &t->message[i];
		/* A wait that no number holds: empty texts rest in it. */
		for (; m->tick - at > VARLEN_MOST; at += VARLEN_MOST) {
			write_varlen(f, VARLEN_MOST);
			fwrite((const uint8_t[]){0xff, PF_META_TEXT, 0}, 1, 3,
			    f);
		}
		write_varlen(f, (uint32_t)(m->tick - at));
		at = m->tick;
		fwrite(m->bytes, 1, m->len, f);
		if (m->text) {
			write_varlen(f, (uint32_t)strlen(m->text));
			fputs(m->text, f);
		}
	}
	fwrite((const uint8_t[]){0, 0xff, PF_META_END, 0}, 1, 4, f);
}

int
pf_smf_track_write(struct pf_smf_track *t, FILE *f)
{
	char *bytes = NULL;
	size_t len = 0;
	/* The length of a chunk stands before it: first to memory. */
	FILE *const body = t->failed ? NULL : open_memstream(&bytes, &len);
	if (!body)
		return -ENOMEM;
	write_messages(body, t);
	if (fclose(body) != 0) {
		free(bytes);
		return -ENOMEM;
	}
	fwrite("MTrk", 1, 4, f);
	pf_smf_write_be(f, (uint32_t)len, 4);
	fwrite(bytes, 1, len, f);
	free(bytes);
	return 0;
}
