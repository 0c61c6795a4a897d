/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/loudness.h"

#include <errno.h>

#ifdef HAVE_libebur128
#include <ebur128.h>
#include <math.h>
#include <stdlib.h>

struct pf_loudness_meter {
	ebur128_state *state;
	unsigned channels;
};

int
pf_loudness_meter_new(struct pf_loudness_meter **meter, uint32_t rate_hz,
    unsigned channels, int peaks)
{
	const int mode = EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM |
	    (peaks ? EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK : 0);
	struct pf_loudness_meter *const m = calloc(1, sizeof *m);
	if (m)
		m->state = ebur128_init(channels, rate_hz, mode);
	if (!m || !m->state) {
		free(m);
		return -ENOMEM;
	}
	if (channels == 1)
		ebur128_set_channel(m->state, 0, EBUR128_DUAL_MONO);
	m->channels = channels;
	*meter = m;
	return 0;
}

void
pf_loudness_meter_free(struct pf_loudness_meter *m)
{
	if (!m)
		return;
	ebur128_destroy(&m->state);
	free(m);
}

void
pf_loudness_meter_add(struct pf_loudness_meter *m, const float *lr,
    size_t frames)
{
	ebur128_add_frames_float(m->state, lr, frames);
}

double
pf_loudness_meter_lufs(const struct pf_loudness_meter *m)
{
	double lufs;
	if (ebur128_loudness_global(m->state, &lufs) != EBUR128_SUCCESS ||
	    !(lufs > PF_LUFS_NONE))
		return PF_LUFS_NONE;
	return lufs;
}

double
pf_loudness_meter_range(const struct pf_loudness_meter *m)
{
	double lu;
	return ebur128_loudness_range(m->state, &lu) == EBUR128_SUCCESS
	    ? lu : 0;
}

double
pf_loudness_meter_peak_db(const struct pf_loudness_meter *m)
{
	double most = 1e-6;
	for (unsigned c = 0; c < m->channels; c++) {
		double peak;
		if (ebur128_true_peak(m->state, c, &peak) == EBUR128_SUCCESS)
			most = fmax(most, peak);
	}
	return 20 * log10(most);
}

#else

int
pf_loudness_meter_new(struct pf_loudness_meter **meter, uint32_t rate_hz,
    unsigned channels, int peaks)
{
	(void)meter, (void)rate_hz, (void)channels, (void)peaks;
	return -ENOTSUP;
}

/* Nobody has a meter, so nobody calls these with one. */
void
pf_loudness_meter_free(struct pf_loudness_meter *m)
{
	(void)m;
}

void
pf_loudness_meter_add(struct pf_loudness_meter *m, const float *lr,
    size_t frames)
{
	(void)m, (void)lr, (void)frames;
}

double
pf_loudness_meter_lufs(const struct pf_loudness_meter *m)
{
	(void)m;
	return PF_LUFS_NONE;
}

double
pf_loudness_meter_range(const struct pf_loudness_meter *m)
{
	(void)m;
	return 0;
}

double
pf_loudness_meter_peak_db(const struct pf_loudness_meter *m)
{
	(void)m;
	return PF_LUFS_NONE;
}

#endif
