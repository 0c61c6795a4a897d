/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/writer.h"

#include "base/number.h"
#include "event/type.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 65536 };

struct pf_writer {
	int fd;
	int error; /* the first, a positive errno; nothing is written after */
	char *what;
	const struct pf_names *names;
	struct pf_tempo_map map;
	size_t used;
	char buf[ROOM];
};

int
pf_writer_new(struct pf_writer **out, int fd, const char *what,
    const struct pf_names *names)
{
	struct pf_writer *const w = malloc(sizeof *w);
	if (!w)
		return -ENOMEM;
	w->fd = fd;
	w->error = 0;
	w->used = 0;
	w->names = names;
	w->map = (struct pf_tempo_map){0};
	w->what = strdup(what);
	if (!w->what || pf_tempo_map_init(&w->map) != 0) {
		pf_writer_free(w);
		return -ENOMEM;
	}
	*out = w;
	return 0;
}

void
pf_writer_free(struct pf_writer *w)
{
	if (!w)
		return;
	pf_tempo_map_fini(&w->map);
	free(w->what);
	free(w);
}

bool
pf_writer_failed(const struct pf_writer *w)
{
	return w->error != 0;
}

const struct pf_names *
pf_writer_names(const struct pf_writer *w)
{
	return w->names;
}

/* Write bytes[n] to the end, or keep the error. */
static void
hand_over(struct pf_writer *w, const char *bytes, size_t n)
{
	while (n > 0 && !w->error) {
		const ssize_t done = write(w->fd, bytes, n);
		if (done >= 0) {
			bytes += done;
			n -= (size_t)done;
		} else if (errno == EAGAIN) {
			struct pollfd p = {.fd = w->fd, .events = POLLOUT};
			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			w->error = errno;
		}
	}
}

static void
drain(struct pf_writer *w)
{
	hand_over(w, w->buf, w->used);
	w->used = 0;
}

void
pf_writer_bytes(struct pf_writer *w, const char *bytes, size_t n)
{
	if (n > ROOM - w->used)
		drain(w);
	if (n > ROOM) {
		hand_over(w, bytes, n);
		return;
	}
	memcpy(w->buf + w->used, bytes, n);
	w->used += n;
}

/* The axis follows what passes. */
static void
follow(struct pf_writer *w, const struct pf_event *e, double beat)
{
	if (pf_event_type(e) != PF_TEMPO)
		return;
	const int r = pf_tempo_map_add(&w->map, beat, e->value);
	if (r != 0 && !w->error)
		w->error = -r;
}

void
pf_writer_header(struct pf_writer *w)
{
	pf_writer_bytes(w, "#performia 1\n", 13);
}

void
pf_writer_comment(struct pf_writer *w, const char *text)
{
	pf_writer_bytes(w, "# ", 2);
	for (; *text; text++)
		pf_writer_bytes(w, *text == '\n' ? " " : text, 1);
	pf_writer_bytes(w, "\n", 1);
}

void
pf_writer_event(struct pf_writer *w, const struct pf_event *e,
    const char *more)
{
	if (ROOM - w->used < PF_TEXT_MOST)
		drain(w);
	char *const text = w->buf + w->used;
	const size_t n = pf_text_print(text, e, more, w->names, &w->map);
	w->used += n;
	if (n == 0 || pf_event_type(e) != PF_TEMPO)
		return;
	/* The axis as a reader will have it: from the beat as printed. */
	const char *const tab = memchr(text, '\t', n);
	double beat;
	if (tab && pf_number_parse(text, (size_t)(tab - text), &beat) == 0)
		follow(w, e, beat);
}

void
pf_writer_line(struct pf_writer *w, const struct pf_line *line)
{
	pf_writer_bytes(w, line->raw, line->raw_len);
	if (line->raw_len == 0 || line->raw[line->raw_len - 1] != '\n')
		pf_writer_bytes(w, "\n", 1);
	if (line->kind == PF_LINE_EVENT)
		follow(w, &line->event, line->beat);
}

int
pf_writer_flush(struct pf_writer *w, struct pf_err *err)
{
	drain(w);
	if (!w->error)
		return 0;
	pf_err_set(err, "cannot write to %s: %s", w->what,
	    strerror(w->error));
	return -w->error;
}
