/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stems: every strip and FX return as it enters the master, in float WAV
 * files that all begin with the session and sum to the mix.  A strip that
 * appears late begins with the silence before it.
 */
#include "studio.h"

#include "event/event.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = PF_STRIPS_MOST + PF_RETURNS_MOST };

struct stems {
	const struct wish *wish;
	const struct pf_engine *engine;
	struct pf_audio_writer *writer[FILES]; /* strips, then returns */
	char *path[FILES];
	int64_t frames; /* written to each */
	bool made;      /* the directory, by us: not left behind empty */
};

int
stems_open(struct stems **stems, const struct wish *wish,
    const struct pf_engine *engine, struct pf_err *err)
{
	struct stat st;
	const bool made = mkdir(wish->stems, 0777) == 0;
	if (!made && (errno != EEXIST ||
	    stat(wish->stems, &st) != 0 || !S_ISDIR(st.st_mode))) {
		const int e = errno;
		pf_err_set(err, "cannot make the directory '%s': %s",
		    wish->stems, strerror(e));
		return -e;
	}
	struct stems *const s = calloc(1, sizeof *s);
	if (!s)
		return pf_err_set(err, "not enough memory"), -ENOMEM;
	s->wish = wish;
	s->engine = engine;
	s->made = made;
	*stems = s;
	return 0;
}

static bool
is_taken(const struct stems *s, const char *path)
{
	for (unsigned i = 0; i < FILES; i++)
		if (s->path[i] && strcmp(s->path[i], path) == 0)
			return true;
	return false;
}

/*
 * A source's name as a file's: no slash, no hidden file.  Where two become
 * the same ("a/b", "a_b") the later gets a number.  NULL: no memory.
 */
static char *
file_path(const struct stems *s, const char *name)
{
	const char *const dir = s->wish->stems;
	for (unsigned n = 1;; n++) {
		char number[16] = "";
		char *path;
		if (n > 1)
			snprintf(number, sizeof number, "-%u", n);
		if (asprintf(&path, "%s/%s%s%s.wav", dir,
		    *name == '.' ? "_" : "", name, number) < 0)
			return NULL;
		for (char *p = path + strlen(dir) + 1; *p; p++)
			if (*p == '/' || (unsigned char)*p < ' ')
				*p = '_';
		if (!is_taken(s, path))
			return path;
		free(path);
	}
}

static int
open_file(struct stems *s, unsigned i, const char *name, struct pf_err *err)
{
	static const float silence[2 * 1024];
	char title[PF_NAME_MOST + 16];
	struct pf_audio_writer_config file = s->wish->file;
	s->path[i] = file_path(s, name);
	if (!s->path[i])
		return pf_err_set(err, "not enough memory");
	snprintf(title, sizeof title, "%s (stem)", name);
	file.format = "wav";
	file.bits = 32;
	file.title = title;
	int r = pf_audio_writer_open(&s->writer[i], s->path[i], &file,
	    err);
	for (int64_t left = s->frames; r == 0 && left > 0; left -= 1024)
		r = pf_audio_writer_write(s->writer[i], silence,
		    left < 1024 ? (size_t)left : 1024, err);
	return r;
}

static int
put_one(struct stems *s, unsigned i, const float *const lr[2], unsigned from,
    unsigned n, const float *fade, struct pf_err *err)
{
	float both[2 * PF_BLOCK];
	for (unsigned k = 0; k < n; k++) {
		const float g = fade ? fade[k] : 1;
		both[2 * k] = lr[0][from + k] * g;
		both[2 * k + 1] = lr[1][from + k] * g;
	}
	return pf_audio_writer_write(s->writer[i], both, n, err);
}

int
stems_put(struct stems *s, unsigned from, unsigned n, const float *fade,
    struct pf_err *err)
{
	unsigned order[PF_STRIPS_MOST];
	const float *lr[2];
	const char *name;
	const unsigned strips = pf_engine_stem_order(s->engine, order);
	for (unsigned i = 0; i < strips; i++) {
		name = pf_engine_strip_name(s->engine, i);
		if (!s->writer[i] && open_file(s, i, name, err) != 0)
			return -EIO;
		pf_engine_strip_stem(s->engine, i, lr);
		if (put_one(s, i, lr, from, n, fade, err) != 0)
			return -EIO;
	}
	for (unsigned i = 0; i < PF_RETURNS_MOST &&
	    (name = pf_engine_return_name(s->engine, i)); i++) {
		const unsigned file = PF_STRIPS_MOST + i;
		if (!s->writer[file] && open_file(s, file, name, err) != 0)
			return -EIO;
		pf_engine_return_stem(s->engine, i, lr);
		if (put_one(s, file, lr, from, n, fade, err) != 0)
			return -EIO;
	}
	s->frames += n;
	return 0;
}

int
stems_close(struct stems *s, struct pf_err *err)
{
	int r = 0;
	for (unsigned i = 0; i < FILES && r == 0; i++) {
		if (s->writer[i])
			r = pf_audio_writer_commit(s->writer[i], err);
		s->writer[i] = NULL;
	}
	stems_abort(s);
	return r;
}

void
stems_abort(struct stems *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < FILES; i++) {
		pf_audio_writer_abort(s->writer[i]);
		free(s->path[i]);
	}
	if (s->made)
		rmdir(s->wish->stems); /* stays when stems are in it */
	free(s);
}
