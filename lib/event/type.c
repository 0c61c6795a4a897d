/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/type.h"

#include <string.h>

#define AT(member) offsetof(struct pf_event, member)

/* Fields that many types share. */
#define CONFIDENCE_B \
	{"confidence", "how sure, 0..1", 0, 1, PF_KIND_NUMBER, AT(b), 0, 0}
#define CONFIDENCE_C \
	{"confidence", "how sure, 0..1", 0, 1, PF_KIND_NUMBER, AT(c), 0, 0}
#define HAPPENED \
	{"at", "the beat at which it happened or will happen", -2147.0, \
	2147.0, PF_KIND_AT, AT(at_us), PF_IF_HEARD, 0}
#define LENGTH(what) \
	{"duration", what, 0, 1e6, PF_KIND_LENGTH, AT(duration), 0, 0}
#define ID(what) \
	{"id", what, 0, 4294967295.0, PF_KIND_COUNT, AT(id), 0, 0}
#define PITCH(what, need) \
	{"pitch", what, 0, 127.999, PF_KIND_PITCH, AT(pitch), 0, need}
#define VELOCITY(what) \
	{"velocity", what, 0, 1, PF_KIND_NUMBER, AT(velocity), 0, 0}
#define NAME(key, what, need) \
	{key, what, 0, 0, PF_KIND_NAME, AT(name), 0, need}
#define BYTE(key, what, hi, kind, i) \
	{key, what, 0, hi, kind, AT(u8) + (i), 0, 0}
#define EMPTY {0}

const char *const pf_act_name[PF_ACTS] = {
	"lead", "support", "fill", "rest", "end",
};

const struct pf_type_info pf_type_info[PF_TYPES] = {
	[PF_NOTE] = {"note", "a note that ends by itself", 4, 1, 4, {
		PITCH("MIDI number, 60 is middle C; drums: General MIDI", 1),
		VELOCITY("how hard, 0..1"),
		{"duration", "how long", 0, 1e6, PF_KIND_LENGTH,
		    AT(duration), 0, 1},
		ID("names the note for bend, off and set"),
	}},
	[PF_ON] = {"on", "a note begins", 4, 1, 4, {
		PITCH("MIDI number; - while it is not known", 0),
		VELOCITY("how hard, 0..1"),
		HAPPENED,
		ID("which note"),
	}},
	[PF_BEND] = {"bend", "a sounding note has another pitch", 4, 1, 4, {
		PITCH("the new MIDI number", 1),
		VELOCITY("how sure, 0..1"),
		HAPPENED,
		ID("which note"),
	}},
	[PF_OFF] = {"off", "a note ends", 0, 1, 4, {
		PITCH("MIDI number; neither this nor id: all of its notes", 0),
		VELOCITY("how it is released, 0..1"),
		HAPPENED,
		ID("which note"),
	}},
	[PF_ONSET] = {"onset", "a sound begins", 3, 1, 4, {
		PITCH("the drum it sounds like", 0),
		VELOCITY("how strong, 0..1"),
		CONFIDENCE_C,
		HAPPENED,
	}},
	[PF_PITCH] = {"pitch", "the pitch that sounds", 3, 1, 4, {
		PITCH("MIDI number", 0),
		CONFIDENCE_B,
		HAPPENED,
		ID("which note"),
	}},
	[PF_LEVEL] = {"level", "how loud it is", 3, 1, 4, {
		{"rms", "dBFS", -400, 60, PF_KIND_NUMBER, AT(a), 0, 0},
		{"peak", "dBFS", -400, 60, PF_KIND_NUMBER, AT(b), 0, 0},
		{"lufs", "momentary loudness, LUFS", -400, 60,
		    PF_KIND_NUMBER, AT(c), 0, 0},
		HAPPENED,
	}},
	[PF_BEAT] = {"beat", "a felt beat", 3, 1, 5, {
		BYTE("index", "which beat of the bar, from 1", 64,
		    PF_KIND_SMALL, PF_BEAT_INDEX),
		BYTE("meter", "beats or eighths of a bar and their unit", 64,
		    PF_KIND_METER8, PF_BEAT_PER_BAR),
		{"bpm", "felt beats a minute", 1, 1000, PF_KIND_NUMBER,
		    AT(a), 0, 0},
		CONFIDENCE_B,
		HAPPENED,
	}},
	[PF_CHORD] = {"chord", "the harmony from here on", 3, 1, 7, {
		{"duration", "how long, when it is said and not heard", 0, 1e6,
		    PF_KIND_LENGTH, AT(duration), PF_IF_SAID, 0},
		{"root", "a note's name; N: no chord", 0, 11, PF_KIND_ROOT,
		    AT(a), 0, 1},
		BYTE("quality", "maj when not given", PF_NO_INDEX,
		    PF_KIND_QUALITY, PF_CHORD_QUALITY),
		BYTE("bass", "the lowest note, when it is not the root", 11,
		    PF_KIND_CLASS, PF_CHORD_BASS),
		CONFIDENCE_B,
		HAPPENED,
		BYTE("alt", "the second best guess, C:maj", 0,
		    PF_KIND_CHORD8, PF_CHORD_ROOT2),
	}},
	[PF_KEY] = {"key", "the key from here on", 3, 1, 5, {
		{"tonic", "a note's name; N: none", 0, 11, PF_KIND_ROOT,
		    AT(a), 0, 1},
		BYTE("mode", "major when not given", PF_NO_INDEX,
		    PF_KIND_MODE, PF_KEY_MODE),
		CONFIDENCE_B,
		HAPPENED,
		BYTE("alt", "the second best guess, C:major", 0, PF_KIND_KEY8,
		    PF_KEY_TONIC2),
	}},
	[PF_TIMBRE] = {"timbre", "the colour of the sound", 3, 1, 4, {
		{"centroid", "spectral centroid, Hz", 0, 192000,
		    PF_KIND_NUMBER, AT(a), 0, 0},
		{"noise", "noisiness, 0..1", 0, 1, PF_KIND_NUMBER, AT(b), 0,
		    0},
		{"dominant", "strongest frequency, Hz", 0, 192000,
		    PF_KIND_NUMBER, AT(c), 0, 0},
		HAPPENED,
	}},
	[PF_PHRASE] = {"phrase", "the shape of a melody", 3, 1, 3, {
		NAME("what", "begin, pause, end, rising, falling", 1),
		CONFIDENCE_B,
		HAPPENED,
	}},
	[PF_TEMPO] = {"tempo", "the axis: how fast beats go from here on",
	    1, 1, 1, {
		{"bpm", "quarter notes a minute", 10, 1000, PF_KIND_REAL,
		    AT(value), 0, 1},
	}},
	[PF_METER] = {"meter", "the axis: a bar begins here, of this meter",
	    1, 1, 1, {
		{"meter", "6/8", 1, 64, PF_KIND_METER, AT(p), 0, 1},
	}},
	[PF_SECTION] = {"section", "a part of the form begins", 1, 1, 3, {
		LENGTH("how long"),
		NAME("name", "verse, chorus, ...", 1),
		{"bars", "how many bars", 0, 65535, PF_KIND_COUNT, AT(q), 0,
		    0},
	}},
	[PF_SCENE] = {"scene", "a stored state is called up", 1, 1, 3, {
		LENGTH("how long"),
		NAME("name", "its name", 1),
		{"bars", "how many bars", 0, 65535, PF_KIND_COUNT, AT(q), 0,
		    0},
	}},
	[PF_SET] = {"set", "a parameter moves", 2, 1, 4, {
		LENGTH("how long the linear ramp is"),
		NAME("param", "its path: cutoff, bass.cutoff", 1),
		{"value", "where it goes", -1e9, 1e9, PF_KIND_NUMBER, AT(b),
		    0, 1},
		ID("of this note only"),
	}},
	[PF_PATCH] = {"patch", "an instrument is taken up", 2, 1, 3, {
		NAME("name", "the instrument", 0),
		{"bank", "MIDI bank", 0, 16383, PF_KIND_SHORT, AT(u16), 0, 0},
		{"program", "MIDI program, from 0", 0, 127, PF_KIND_SHORT,
		    AT(u16) + 2, 0, 0},
	}},
	[PF_INTENT] = {"intent", "what an agent will do next", 3, 1, 7, {
		LENGTH("for how long"),
		BYTE("act", "lead, support, fill, rest or end", PF_ACTS - 1,
		    PF_KIND_ACT, PF_INTENT_ACT),
		{"density", "notes a beat", 0, 64, PF_KIND_NUMBER, AT(a), 0,
		    0},
		{"loudness", "0..1", 0, 1, PF_KIND_NUMBER, AT(b), 0, 0},
		BYTE("low", "the lowest MIDI number", 127, PF_KIND_BYTE,
		    PF_INTENT_LOW),
		BYTE("high", "the highest MIDI number", 127, PF_KIND_BYTE,
		    PF_INTENT_HIGH),
		BYTE("in", "begins in so many beats", 254, PF_KIND_BYTE,
		    PF_INTENT_IN),
	}},
	[PF_DECISION] = {"decision", "what an agent decided, and why",
	    3, 1, 2, {
		NAME("subject", "about what", 1),
		{"certainty", "0..1", 0, 1, PF_KIND_NUMBER, AT(b), 0, 0},
	}},
	[PF_PLAY] = {"play", "the transport starts", 1, 1, 1,
	    {LENGTH("how long the fade is")}},
	[PF_STOP] = {"stop", "the transport stops", 1, 1, 1,
	    {LENGTH("how long the fade is")}},
	[PF_RESET] = {"reset", "everything as at the beginning", 1, 1, 1,
	    {LENGTH("how long the fade is")}},
	[PF_SEEK] = {"seek", "the transport goes elsewhere", 1, 1, 1, {
		{"beat", "its new position", 0, 1e9, PF_KIND_REAL, AT(value),
		    0, 1},
	}},
	[PF_METRIC] = {"metric", "a measure of a program", 1, 1, 2, {
		NAME("name", "of what", 1),
		{"value", "how much", -1e300, 1e300, PF_KIND_REAL, AT(value),
		    0, 1},
	}},
	[PF_TICK] = {"tick", "nothing earlier will follow", 1, 1, 0, {EMPTY}},
	[PF_CANCEL] = {"cancel", "notes not begun are withdrawn", 1, 0, 0,
	    {EMPTY}},
	[PF_MORE] = {"more", "what did not fit the event before", 1, 0, 0,
	    {EMPTY}},
};

enum pf_type
pf_type_number(const char *s, size_t len)
{
	for (int t = 1; t < PF_TYPES; t++) {
		const char *const name = pf_type_info[t].name;
		if (*name == *s && strlen(name) == len &&
		    memcmp(name, s, len) == 0)
			return (enum pf_type)t;
	}
	return PF_NONE;
}
