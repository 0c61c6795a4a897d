/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Make room for one more frame than there are.  0 or -ENOMEM. */
static int
grow(struct pf_audio *audio, int64_t *room)
{
	if (audio->frames < *room)
		return 0;
	const int64_t more = *room + *room / 2 + 65536;
	float *const sample = realloc(audio->sample,
	    (size_t)more * audio->channels * sizeof *sample);
	if (!sample)
		return -ENOMEM;
	audio->sample = sample;
	*room = more;
	return 0;
}

int
pf_audio_load(struct pf_audio *audio, const char *path, uint32_t rate_hz,
    unsigned channels, double most_s, struct pf_err *err)
{
	struct pf_audio_reader *reader;
	*audio = (struct pf_audio){0};
	int r = pf_audio_reader_open(&reader, path, rate_hz, channels, err);
	if (r != 0)
		return r;
	const struct pf_audio_info *const info = pf_audio_reader_info(reader);
	const double most = most_s * info->rate_hz;
	int64_t room = 0, n = 0;
	audio->channels = info->channels;
	audio->rate_hz = info->rate_hz;
	do {
		audio->frames += n;
		if ((double)audio->frames > most) {
			pf_err_set(err, "'%s' is longer than %g s", info->name,
			    most_s);
			r = -EFBIG;
		} else if ((r = grow(audio, &room)) != 0) {
			pf_err_set(err, "cannot read '%s': %s", info->name,
			    strerror(-r));
		} else {
			n = pf_audio_reader_read(reader, audio->sample +
			    audio->frames * audio->channels,
			    (size_t)(room - audio->frames), err);
			r = n < 0 ? (int)n : 0;
		}
	} while (r == 0 && n > 0);
	audio->bad = pf_audio_reader_bad(reader);
	pf_audio_reader_free(reader);
	if (r != 0)
		pf_audio_fini(audio);
	return r;
}

void
pf_audio_fini(struct pf_audio *audio)
{
	free(audio->sample);
	*audio = (struct pf_audio){0};
}
