/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * General MIDI's instruments and ours: programs by a name, names by a
 * program, and the controllers that files use.
 *
 * The MIDI Manufacturers Association, "General MIDI System Level 1"
 * (RP-003).  What our own engine plays for a program is the mix's business:
 * engine/mix_file.h.
 */
#ifndef PF_STREAM_GENERAL_MIDI_H
#define PF_STREAM_GENERAL_MIDI_H

/* The channel of drums, from 0. */
#define PF_GM_DRUM_CHANNEL 9

/* Controllers. */
enum {
	PF_CC_BANK = 0, PF_CC_DATA = 6, PF_CC_VOLUME = 7, PF_CC_PAN = 10,
	PF_CC_EXPRESSION = 11, PF_CC_BANK_LOW = 32, PF_CC_DATA_LOW = 38,
	PF_CC_PEDAL = 64, PF_CC_RPN_LOW = 100, PF_CC_RPN = 101,
	PF_CC_SOUND_OFF = 120, PF_CC_NOTES_OFF = 123,
};

/*
 * The program 0..127 for an instrument or a source of that name: of the
 * longest word that we know and that stands in it, in any case ("warm-bass",
 * "Piano 2"); -1 if there is none.
 */
int pf_gm_program(const char *name);

/* One word for the family that a program 0..127 belongs to: "bass". */
const char *pf_gm_family(int program);

#endif
