/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/reader.h"

#include "event/type.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Room for the longest line behind the rest of the one before. */
enum { ROOM = 4 * PF_LINE_MOST };

struct pf_reader {
	int fd;
	bool own_fd, at_end, allow_now;
	enum pf_strict strict;
	char *name;
	struct pf_names *names;
	struct pf_tempo_map map;
	char *buf;            /* ROOM bytes */
	size_t from, to;      /* what is in it */
	size_t seen;          /* no newline in from..seen-1 */
	const char *foreign;  /* what the first line looks like; or NULL */
	long number;
	int64_t clock_ns;     /* time of the last line that had one */
	uint64_t skipped;
	char more[PF_MORE_BYTES + 1];
};

int
pf_reader_new(struct pf_reader **out, int fd, const char *name,
    enum pf_strict strict, struct pf_names *names, struct pf_err *err)
{
	struct pf_reader *const r = calloc(1, sizeof *r);
	if (!r)
		goto no_memory;
	*r = (struct pf_reader){.fd = fd, .strict = strict, .names = names,
	    .name = strdup(name), .buf = malloc(ROOM)};
	if (!r->name || !r->buf || pf_tempo_map_init(&r->map) != 0)
		goto no_memory;
	*out = r;
	return 0;
no_memory:
	pf_reader_free(r);
	pf_err_set(err, "not enough memory");
	return -ENOMEM;
}

int
pf_reader_open(struct pf_reader **out, const char *path,
    enum pf_strict strict, struct pf_names *names, struct pf_err *err)
{
	if (strcmp(path, "-") == 0)
		return pf_reader_new(out, STDIN_FILENO, "stdin", strict, names,
		    err);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		const int e = errno;
		pf_err_set(err, "cannot read '%s': %s", path, strerror(e));
		return -e;
	}
	const int r = pf_reader_new(out, fd, path, strict, names, err);
	if (r != 0)
		close(fd);
	else
		(*out)->own_fd = true;
	return r;
}

void
pf_reader_put_back(struct pf_reader *r, const void *bytes, size_t n)
{
	memcpy(r->buf, bytes, n);
	r->to = n;
}

void
pf_reader_allow_now(struct pf_reader *r)
{
	r->allow_now = true;
}

void
pf_reader_free(struct pf_reader *r)
{
	if (!r)
		return;
	if (r->own_fd)
		close(r->fd);
	pf_tempo_map_fini(&r->map);
	free(r->buf);
	free(r->name);
	free(r);
}

const char *
pf_reader_name(const struct pf_reader *r)
{
	return r->name;
}

uint64_t
pf_reader_skipped(const struct pf_reader *r)
{
	return r->skipped;
}

/* The newline of the first line, or NULL; each byte is looked at once. */
static char *
newline(struct pf_reader *r)
{
	char *const nl = memchr(r->buf + r->seen, '\n', r->to - r->seen);
	r->seen = nl ? (size_t)(nl - r->buf) : r->to;
	return nl;
}

bool
pf_reader_would_wait(struct pf_reader *r)
{
	if (r->at_end || newline(r))
		return false;
	struct pollfd p = {.fd = r->fd, .events = POLLIN};
	return poll(&p, 1, 0) == 0;
}

/* Read more, whatever there is.  0 or a negative errno. */
static int
fill(struct pf_reader *r, struct pf_err *err)
{
	if (ROOM - r->to < PF_LINE_MOST && r->from > 0) {
		memmove(r->buf, r->buf + r->from, r->to - r->from);
		r->to -= r->from;
		r->seen -= r->from;
		r->from = 0;
	}
	for (;;) {
		const ssize_t n = read(r->fd, r->buf + r->to, ROOM - r->to);
		if (n >= 0) {
			r->to += (size_t)n;
			r->at_end = n == 0;
			return 0;
		}
		if (errno == EAGAIN) {
			struct pollfd p = {.fd = r->fd, .events = POLLIN};
			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			const int e = errno;
			pf_err_set(err, "cannot read '%s': %s", r->name,
			    strerror(e));
			return -e;
		}
	}
}

/* What people feed by mistake, told by how it begins; NULL: who knows. */
static const char *
foreign(const char *bytes, size_t n)
{
	static const char sound[] = "this is a sound file, not a stream "
	    "(pf-analyze makes one of it)";
	static const char midi[] = "this is a MIDI file, not a stream "
	    "(pf-smf makes one of it)";
	static const struct {
		const char *begin, *what;
	} files[] = {{"\xef\xbb\xbf", "it begins with a byte order mark: "
	    "save it as UTF-8 without one"}, {"MThd", midi}, {"RIFF", sound}, {"RF64", sound},
	    {"fLaC", sound}, {"OggS", sound}, {"FORM", sound},
	    {".snd", sound}, {"ID3", sound}};
	for (size_t i = 0; i < PF_COUNT(files); i++) {
		const size_t len = strlen(files[i].begin);
		if (n >= len && memcmp(bytes, files[i].begin, len) == 0)
			return files[i].what;
	}
	return NULL;
}

/* A line that is too long is passed over as it comes. */
static int
skip_long(struct pf_reader *r, struct pf_err *err)
{
	char *nl;
	while (!(nl = newline(r)) && !r->at_end) {
		r->from = r->to = r->seen = 0;
		const int e = fill(r, err);
		if (e != 0)
			return e;
	}
	r->from = r->seen = nl ? (size_t)(nl - r->buf) + 1 : r->to;
	return 0;
}

/* The next line as bytes: 1, 0 at the end, -E2BIG, or another errno. */
static int
take_line(struct pf_reader *r, const char **raw, size_t *len,
    struct pf_err *err)
{
	char *nl;
	while (!(nl = newline(r)) && !r->at_end) {
		if (r->to - r->from > PF_LINE_MOST)
			break;
		const int e = fill(r, err);
		if (e != 0)
			return e;
	}
	const size_t end = nl ? (size_t)(nl - r->buf) + 1 : r->to;
	if (end == r->from)
		return 0;
	if (r->number++ == 0)
		r->foreign = foreign(r->buf + r->from, end - r->from);
	if (end - r->from > PF_LINE_MOST) {
		const int e = skip_long(r, err);
		return e ? e : -E2BIG;
	}
	*raw = r->buf + r->from;
	*len = end - r->from;
	r->from = r->seen = end;
	return 1;
}

/* "#performia 1" on the first line, or no such word. */
static int
check_header(struct pf_reader *r, const struct pf_line *line,
    struct pf_err *err)
{
	static const char word[] = "#performia ";
	const size_t n = sizeof word - 1;
	if (r->number != 1 || line->raw_len < n ||
	    memcmp(line->raw, word, n) != 0)
		return 0;
	const char *const version = line->raw + n;
	const size_t len = strcspn(version, " \r\n");
	if (len == 1 && *version == '1')
		return 0;
	return pf_err_set(err, "this stream has version '%.*s', "
	    "only version 1 is known", (int)(len > 20 ? 20 : len), version);
}

/* The clock goes on, the axis follows a tempo. */
static int
follow(struct pf_reader *r, const struct pf_line *line, struct pf_err *err)
{
	if (line->event.time < r->clock_ns) {
		return pf_err_set(err, "beat: '%.*s' stands before the line "
		    "above it (is the stream sorted?)",
		    (int)strcspn(line->raw, "\t"), line->raw);
	}
	r->clock_ns = line->event.time;
	if (line->kind == PF_LINE_EVENT &&
	    pf_event_type(&line->event) == PF_TEMPO &&
	    pf_tempo_map_add(&r->map, line->beat, line->event.value) != 0)
		return pf_err_set(err, "tempo: not after the one before");
	return 0;
}

/* The line has "-" for its beat. */
static int
make_now(struct pf_line *line, struct pf_err *err)
{
	if (line->event.type & PF_HEARD)
		return pf_err_set(err, "at: a line that is now has none");
	if (pf_event_type(&line->event) == PF_TEMPO)
		return pf_err_set(err, "tempo: it needs a beat");
	line->event.time = PF_TIME_NOW;
	return 0;
}

/* Make sense of a line. */
static int
understand(struct pf_reader *r, struct pf_line *line, const char *raw,
    size_t len, struct pf_err *err)
{
	const bool now = r->allow_now && len > 1 && raw[0] == '-' &&
	    raw[1] == '\t';
	char *const first = r->buf + (raw - r->buf);
	if (now)
		*first = '0';
	const int e = pf_text_parse(line, raw, len, r->names, &r->map, r->more,
	    err);
	line->number = r->number;
	if (now)
		*first = '-';
	if (e != 0)
		return e;
	if (now)
		return make_now(line, err);
	return line->kind == PF_LINE_COMMENT ? check_header(r, line, err)
					     : follow(r, line, err);
}

int
pf_reader_next(struct pf_reader *r, struct pf_line *line, struct pf_err *err)
{
	for (;;) {
		struct pf_err what = {.text = ""};
		const char *raw = NULL;
		size_t len = 0;
		int e = take_line(r, &raw, &len, err);
		if (e == 0 || (e < 0 && e != -E2BIG))
			return e;
		if (e == -E2BIG)
			pf_err_set(&what, "the line is longer than %d bytes",
			    PF_LINE_MOST);
		else if ((e = understand(r, line, raw, len, &what)) == 0)
			return 1;
		if (e == -ENOMEM || r->strict == PF_STRICT) {
			pf_err_at(err, r->name, r->number, "%s", r->number == 1
			    && r->foreign ? r->foreign : what.text);
			return e;
		}
		r->skipped++;
	}
}
