/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/take.h"

#include "audiofile/loudness.h"
#include "audiofile/reader.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 1024 };

struct pf_take {
	struct pf_audio_reader *reader;
	float lr[2 * CHUNK];
	size_t first, held;
	bool ended;
};

int
pf_take_open(struct pf_take **take, const char *path, uint32_t rate_hz,
    struct pf_err *err)
{
	struct pf_take *const t = calloc(1, sizeof *t);
	if (!t) {
		pf_err_set(err, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	const int r = pf_audio_reader_open(&t->reader, path, rate_hz, 2, err);
	if (r != 0) {
		free(t);
		return r;
	}
	*take = t;
	return 0;
}

void
pf_take_free(struct pf_take *t)
{
	if (!t)
		return;
	pf_audio_reader_free(t->reader);
	free(t);
}

int
pf_take_measure(const char *path, double *lufs, uint64_t *bad,
    struct pf_err *err)
{
	struct stat st;
	struct pf_audio_reader *reader;
	struct pf_loudness_meter *meter = NULL;
	float lr[2 * CHUNK];
	int64_t n;
	if (strcmp(path, "-") == 0 ||
	    (stat(path, &st) == 0 && S_ISFIFO(st.st_mode)))
		return -ESPIPE;
	int r = pf_audio_reader_open(&reader, path, 0, 2, err);
	if (r != 0)
		return r;
	r = pf_loudness_meter_new(&meter, pf_audio_reader_info(reader)->rate_hz, 2,
	    0);
	if (r == 0) {
		while ((n = pf_audio_reader_read(reader, lr, CHUNK, err)) > 0)
			pf_loudness_meter_add(meter, lr, (size_t)n);
		r = (int)n;
		*lufs = pf_loudness_meter_lufs(meter);
		*bad = pf_audio_reader_bad(reader);
		pf_loudness_meter_free(meter);
	}
	pf_audio_reader_free(reader);
	return r;
}

int
pf_take_read(struct pf_take *t, float *l, float *r, unsigned n,
    struct pf_err *err)
{
	for (unsigned i = 0; i < n; i++) {
		if (!t->held && !t->ended) {
			const int64_t got = pf_audio_reader_read(t->reader,
			    t->lr, CHUNK, err);
			if (got < 0)
				return (int)got;
			t->first = 0;
			t->held = (size_t)got;
			t->ended = got == 0;
		}
		l[i] = r[i] = 0;
		if (!t->held)
			continue;
		l[i] = t->lr[2 * t->first];
		r[i] = t->lr[2 * t->first + 1];
		t->first++;
		t->held--;
	}
	return t->held || !t->ended;
}
