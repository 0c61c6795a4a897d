/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "latency/ear.h"

#include <math.h>

int
pf_ear_open(struct pf_ear *ear, const struct pf_directory *dir,
    const char *name, float threshold, int64_t rest, struct pf_err *err)
{
	*ear = (struct pf_ear){.threshold = threshold, .rest = rest};
	const int r = pf_tap_file_read(&ear->file, dir, name, err);
	if (r == 0)
		pf_ear_begin(ear);
	return r;
}

void
pf_ear_close(struct pf_ear *ear, const struct pf_directory *dir)
{
	if (ear->file.tap)
		pf_tap_file_close(&ear->file, dir);
	ear->file.tap = NULL;
}

void
pf_ear_begin(struct pf_ear *ear)
{
	pf_tap_begin_now(&ear->cursor, ear->file.tap);
	ear->at = ear->n = 0;
	ear->quiet = 0;
	ear->next = ear->cursor.next;
}

int64_t
pf_ear_position(const struct pf_ear *ear)
{
	/* Acquire: pairs with the writer's release. */
	return atomic_load_explicit(&ear->file.tap->header.position,
	    memory_order_acquire);
}

static unsigned
read_on(struct pf_ear *ear)
{
	int64_t frame;
	ear->at = 0;
	ear->n = pf_tap_read_mono(&ear->cursor, ear->file.tap,
	    ear->file.channels, ear->x, PF_EAR_READS, &frame);
	if (ear->n == 0)
		return 0;
	/* What was overwritten unheard was not heard to be quiet. */
	if (frame != ear->next)
		ear->quiet = 0;
	ear->frame = frame;
	ear->next = frame + ear->n;
	return ear->n;
}

int
pf_ear_next(struct pf_ear *ear, int64_t *frame)
{
	for (;;) {
		while (ear->at < ear->n) {
			const float x = ear->x[ear->at++];
			const bool sounds = fabsf(x) > ear->threshold;
			const bool begins = sounds && ear->quiet >= ear->rest;
			ear->quiet = sounds ? 0 : ear->quiet + 1;
			if (begins) {
				*frame = ear->frame + ear->at - 1;
				return 1;
			}
		}
		if (read_on(ear) == 0)
			return 0;
	}
}
