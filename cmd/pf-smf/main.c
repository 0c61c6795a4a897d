/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pf-smf: Standard MIDI Files to event streams, and back. */
#include "base/message.h"
#include "base/option.h"
#include "base/outfile.h"
#include "stream/feed.h"
#include "stream/smf.h"
#include "stream/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_LENIENT = 256 };
static const size_t most_bytes = (size_t)1 << 30;

static const struct pf_option options[] = {
	{'o', "output", "FILE", "write here; .mid and .midi mean a MIDI file"},
	{'b', "beats", NULL, "bars by the told beats, not by the tempo"},
	{OPT_LENIENT, "lenient", NULL, "skip and count malformed lines"},
	{0},
};

static const struct pf_program program = {
	.name = "pf-smf",
	.summary = "Standard MIDI Files to event streams and back",
	.operands = "[FILE]",
	.options = options,
};

/* A file that is open and perhaps read to its first bytes. */
struct input {
	const char *path;
	int fd;
	uint8_t *bytes;
	size_t len, room;
};

/* Where the result goes. */
struct output {
	const char *path; /* NULL: standard output */
	struct pf_outfile file;
	int fd;
};

/* Read until len >= want or the end. */
static void
read_more(struct input *in, size_t want)
{
	while (in->len < want) {
		if (in->len == in->room) {
			in->room = in->room ? 2 * in->room : 65536;
			in->bytes = realloc(in->bytes, in->room);
			if (!in->bytes || in->room > most_bytes)
				pf_die(1, "'%s' is too large", in->path);
		}
		const size_t room = in->room - in->len;
		const size_t need = want - in->len;
		const ssize_t n = read(in->fd, in->bytes + in->len,
		    need < room ? need : room);
		if (n == 0)
			return;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			pf_die(1, "cannot read '%s': %s", in->path,
			    strerror(errno));
		in->len += (size_t)n;
	}
}

static void
open_output(struct output *out)
{
	struct pf_err err;
	out->fd = STDOUT_FILENO;
	if (!out->path)
		return;
	if (pf_outfile_open(&out->file, out->path, &err) != 0)
		pf_die(1, "%s", err.text);
	out->fd = out->file.fd;
}

/* Say what went wrong, leave nothing behind. */
static _Noreturn void
fail(struct output *out, const struct pf_err *err)
{
	if (out->path)
		pf_outfile_abort(&out->file);
	pf_die(1, "%s", err->text);
}

static void
commit(struct output *out)
{
	struct pf_err err;
	if (out->path && pf_outfile_commit(&out->file, &err) != 0)
		pf_die(1, "%s", err.text);
}

static int
print(void *ctx, const struct pf_event *e, const char *more)
{
	pf_writer_event(ctx, e, more);
	return 0;
}

static void
midi_to_stream(struct input *in, struct pf_names *names, struct output *out)
{
	struct pf_writer *writer;
	struct pf_err err;
	read_more(in, SIZE_MAX);
	open_output(out);
	if (pf_writer_new(&writer, out->fd, out->path ? out->path
	    : "standard output", names) != 0)
		pf_die(1, "not enough memory");
	const struct pf_sink sink = {print, writer};
	pf_writer_header(writer);
	if (pf_smf_read(in->bytes, in->len, in->path, names, &sink,
	    &err) != 0 || pf_writer_flush(writer, &err) != 0)
		fail(out, &err);
	pf_writer_free(writer);
	commit(out);
}

static void
write_all(struct output *out, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		const ssize_t n = write(out->fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			struct pf_err err;
			pf_err_set(&err, "cannot write to %s: %s", out->path
			    ? out->path : "standard output", strerror(errno));
			fail(out, &err);
		}
		bytes += n;
		len -= (size_t)n;
	}
}

static void
stream_to_midi(struct pf_feed *feed, struct pf_names *names,
    enum pf_smf_axis axis, struct output *out)
{
	struct pf_smf *smf;
	struct pf_line line;
	struct pf_err err;
	uint8_t *bytes;
	size_t len;
	int r;
	open_output(out);
	if (pf_smf_new(&smf, names) != 0)
		pf_die(1, "not enough memory");
	while ((r = pf_feed_next(feed, &line, &err)) > 0)
		if (line.kind == PF_LINE_EVENT &&
		    pf_smf_add(smf, &line.event) != 0)
			pf_die(1, "not enough memory");
	if (r < 0 || pf_smf_write(smf, axis, &bytes, &len, &err) != 0)
		fail(out, &err);
	if (pf_feed_skipped(feed) > 0)
		pf_msg("skipped %llu malformed lines",
		    (unsigned long long)pf_feed_skipped(feed));
	write_all(out, bytes, len);
	commit(out);
	free(bytes);
	pf_smf_free(smf);
}

static bool
ends_in(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);
	return n >= m && strcasecmp(s + n - m, end) == 0;
}

static bool
is_midi_name(const char *path)
{
	return ends_in(path, ".mid") || ends_in(path, ".midi") ||
	    ends_in(path, ".smf") || ends_in(path, ".rmi");
}

static void
open_input(struct input *in, const char *path)
{
	*in = (struct input){.path = path, .fd = STDIN_FILENO};
	if (strcmp(path, "-") == 0) {
		in->path = "stdin";
		return;
	}
	in->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		pf_die(1, "cannot read '%s': %s", path, strerror(errno));
}

int
main(int argc, char **argv)
{
	const char *arg;
	enum pf_smf_axis axis = PF_SMF_TEMPO;
	enum pf_strict strict = PF_STRICT;
	struct output out = {.path = NULL};
	struct input in;
	struct pf_names *names;
	struct pf_err err;
	int c, at;
	while ((c = pf_option_next(&program, argc, argv, &arg, &at)) != -1) {
		switch (c) {
		case 'o':
			out.path = strcmp(arg, "-") == 0 ? NULL : arg;
			break;
		case 'b':
			axis = PF_SMF_BEATS;
			break;
		case OPT_LENIENT:
			strict = PF_LENIENT;
			break;
		}
	}
	if (argc - at > 1)
		pf_option_fail(&program, "one file, not %d", argc - at);
	if (pf_names_new(&names) != 0)
		pf_die(1, "not enough memory");
	open_input(&in, at < argc ? argv[at] : "-");
	read_more(&in, 12);
	if (pf_smf_is(in.bytes, in.len)) {
		if (out.path && is_midi_name(out.path))
			pf_option_fail(&program, "--output: '%s' would be a "
			    "MIDI file again", out.path);
		midi_to_stream(&in, names, &out);
	} else {
		if (in.len == 0 || is_midi_name(in.path))
			pf_die(1, "'%s' is %s", in.path, in.len ? "no MIDI "
			    "file" : "empty");
		if (!out.path && isatty(STDOUT_FILENO))
			pf_option_fail(&program, "a MIDI file is not for a "
			    "terminal: use -o FILE");
		struct pf_reader *reader;
		struct pf_feed *feed;
		if (pf_reader_new(&reader, in.fd, in.path, strict, names,
		    &err) != 0)
			pf_die(1, "%s", err.text);
		pf_reader_put_back(reader, in.bytes, in.len);
		if (pf_feed_new(&feed, reader) != 0)
			pf_die(1, "not enough memory");
		stream_to_midi(feed, names, axis, &out);
		pf_feed_free(feed);
	}
	free(in.bytes);
	pf_names_free(names);
	return 0;
}
