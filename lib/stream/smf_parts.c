/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of a MIDI file: who they are, and their names.
 */
#include "stream/smf_reader.h"

#include "stream/general_midi.h"
#include "stream/smf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_taken(const struct smf_reader *r, size_t before, uint32_t hash)
{
	for (size_t i = 0; i < before; i++)
		if (r->part[i].source == hash)
			return true;
	return false;
}

/* Give a part a source of its own: NAME, NAME-2, ... */
static int
name_part(struct smf_reader *r, size_t i, const char *base)
{
	char name[160];
	for (int n = 1;; n++) {
		if (n == 1)
			snprintf(name, sizeof name, "%s", base);
		else
			snprintf(name, sizeof name, "%s-%d", base, n);
		const int e = pf_names_add(r->names, name, strlen(name),
		    &r->part[i].source);
		if (e == -ENOMEM)
			return smf_no_memory(r);
		if (e == 0 && !is_taken(r, i, r->part[i].source))
			return 0;
	}
}

/* The first program of a channel, -1 if there is none. */
static int
first_program(const struct smf_reader *r, int channel)
{
	for (size_t i = 0; i < r->file->n; i++)
		if (r->file->midi[i].status == (0xc0 | channel))
			return r->file->midi[i].d[0];
	return -1;
}

/* The name in a track's own words; "" without. */
static void
track_name(const struct smf_reader *r, uint32_t track, char *name, size_t size)
{
	name[0] = '\0';
	for (size_t i = 0; i < r->file->n && !*name; i++) {
		const struct pf_midi *const m = &r->file->midi[i];
		if (m->track == track && m->status == 0xff &&
		    m->d[0] == PF_META_NAME)
			smf_clean_name(name, size, m->data, m->len);
	}
}

/* Which channels of which tracks have notes: part_of and parts. */
static int
find_parts(struct smf_reader *r)
{
	const struct pf_smf_file *const f = r->file;
	const size_t most = (size_t)f->tracks * 16;
	r->part_of = malloc((most + 1) * sizeof *r->part_of);
	if (!r->part_of)
		return smf_no_memory(r);
	for (size_t i = 0; i < most; i++)
		r->part_of[i] = SMF_NO_PART;
	for (size_t i = 0; i < f->n; i++)
		if (f->midi[i].status >> 4 == 9)
			r->part_of[f->midi[i].track * 16 +
			    (f->midi[i].status & 15)] = 0;
	for (size_t i = 0; i < most; i++)
		if (r->part_of[i] != SMF_NO_PART)
			r->part_of[i] = (int)r->parts++;
	if (r->parts > PF_SMF_PARTS_MOST) {
		r->parts = 0;
		return pf_err_set(r->err, "%s: more than %d channels of "
		    "tracks have notes", r->name, PF_SMF_PARTS_MOST);
	}
	r->part = calloc(r->parts + 1, sizeof *r->part);
	return r->part ? 0 : smf_no_memory(r);
}

/*
 * The name of a part: its track's if it has the track for itself, else what
 * it plays.
 */
static int
find_name(struct smf_reader *r, uint32_t track, uint8_t channel)
{
	const int *const of = &r->part_of[track * 16];
	char name[128] = "";
	int in_track = 0;
	for (int c = 0; c < 16; c++)
		in_track += of[c] != SMF_NO_PART;
	if (in_track == 1)
		track_name(r, track, name, sizeof name);
	const int program = first_program(r, channel);
	return name_part(r, (size_t)of[channel], *name ? name
	    : channel == PF_GM_DRUM_CHANNEL ? "drums"
	    : program >= 0 ? pf_gm_family(program) : "part");
}

int
smf_make_parts(struct smf_reader *r)
{
	int e = find_parts(r);
	for (size_t i = 0; i < (size_t)r->file->tracks * 16 && e == 0; i++) {
		if (r->part_of[i] == SMF_NO_PART)
			continue;
		const uint8_t channel = (uint8_t)(i % 16);
		r->part[r->part_of[i]] = (struct smf_part){
			.channel = channel, .volume = 127, .expression = 127,
			.bend_range = 2, .rpn = {127, 127},
		};
		e = find_name(r, (uint32_t)(i / 16), channel);
	}
	return e;
}
