/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The finished sound: into the file, past the meter.
 */
#include "studio.h"

#include <errno.h>

int
output_open(struct output *o, const struct wish *wish, struct pf_err *err)
{
	*o = (struct output){0};
	if (wish->verbose > 0) {
		const int r = pf_loudness_meter_new(&o->meter, wish->file.rate_hz,
		    2, 1);
		if (r != 0 && r != -ENOTSUP)
			return pf_err_set(err, "not enough memory"), r;
	}
	const int r = pf_audio_writer_open(&o->writer, wish->output,
	    &wish->file, err);
	if (r != 0)
		output_abort(o);
	return r;
}

int
output_put(void *output, const float *lr, size_t n, struct pf_err *err)
{
	struct output *const o = output;
	if (o->meter)
		pf_loudness_meter_add(o->meter, lr, n);
	return pf_audio_writer_write(o->writer, lr, n, err);
}

int
output_close(struct output *o, struct result *result, struct pf_err *err)
{
	if (o->meter) {
		result->lufs = pf_loudness_meter_lufs(o->meter);
		result->range = pf_loudness_meter_range(o->meter);
		result->peak_db = pf_loudness_meter_peak_db(o->meter);
	}
	result->clipped = pf_audio_writer_clipped(o->writer);
	const int r = pf_audio_writer_commit(o->writer, err);
	o->writer = NULL;
	output_abort(o);
	return r;
}

void
output_abort(struct output *o)
{
	pf_audio_writer_abort(o->writer);
	pf_loudness_meter_free(o->meter);
	*o = (struct output){0};
}
