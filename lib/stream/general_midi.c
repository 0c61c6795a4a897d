/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/general_midi.h"

#include "base/attr.h"

#include <stddef.h>
#include <string.h>

int
pf_gm_program(const char *name)
{
	static const struct {
		const char *word;
		int program;
	} like[] = {
		/* instruments */
		{"piano", 0}, {"e-piano", 4}, {"epiano", 4}, {"rhodes", 4},
		{"keys", 4}, {"vibe", 11}, {"marimba", 12}, {"bell", 14},
		{"organ", 16}, {"pluck", 24}, {"nylon-guitar", 24},
		{"guitar", 25}, {"acoustic", 25}, {"electric-guitar", 27},
		{"upright-bass", 32}, {"bass", 33}, {"warm-bass", 38},
		{"synth-bass", 38}, {"sub-bass", 38}, {"acid-bass", 38},
		{"reese", 38}, {"fm-bass", 39}, {"violin", 40}, {"cello", 42},
		{"harp", 46}, {"string", 48}, {"ensemble", 48}, {"choir", 52},
		{"voice", 53},
		{"trumpet", 56}, {"brass", 61}, {"horn", 61}, {"sax", 65},
		{"flute", 73}, {"lead", 80}, {"supersaw-lead", 81},
		{"pad", 89}, {"mandolin", 105},
		/* parts of a band */
		{"human", 0}, {"harmony", 4}, {"chord", 4}, {"melody", 80},
		{"arp", 81},
	};
	int program = -1;
	size_t longest = 0;
	for (size_t i = 0; i < PF_COUNT(like); i++) {
		const size_t len = strlen(like[i].word);
		if (len > longest && strcasestr(name, like[i].word)) {
			longest = len;
			program = like[i].program;
		}
	}
	return program;
}

const char *
pf_gm_family(int program)
{
	static const char *const family[16] = {"piano", "bells", "organ",
	    "guitar", "bass", "strings", "ensemble", "brass", "reed", "pipe",
	    "lead", "pad", "effects", "ethnic", "percussion", "sounds"};
	return family[program >> 3 & 15];
}
