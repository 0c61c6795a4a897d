/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/mind.h"

#include "agent/moment.h"
#include "agent/role.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "base/rng.h"
#include "event/type.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const pf_mind_roles[] = {
	"drums", "bass", "harmony", "melody", "listen", NULL,
};

static const struct pf_role *const roles[] = {
	&pf_role_drums, &pf_role_bass, &pf_role_harmony, &pf_role_melody,
	&pf_role_listen,
};

enum { PLANNED_MOST = 1024 };

/* Beyond a thought's own length: room for a groove that pushes. */
#define MARGIN_NS 30000000

/*
 * A pulse felt from onsets lies behind the beat that is meant, because
 * strummed strings do: 5 ms without them, 11 ms with, over 41 folk tunes
 * played with 15 ms of human error.
 */
#define FELT_LATE_MS 7

/* A note that will be said when its time comes near. */
struct planned {
	double beat, beats;
	float late_ms, pitch, velocity;
};

enum state {
	WAITING, /* listens, has not come in or has stopped */
	PLAYING,
	ENDING,  /* plays up to end_beat, which is set */
	OVER     /* the input has ended, and so have we */
};

struct pf_mind {
	const struct pf_role *role;
	char *name;
	uint32_t source;      /* its hash */
	uint64_t seed;
	int64_t period_ns;    /* of thought */
	const struct pf_style *style;
	struct pf_personality personality;
	const char *instrument;
	struct pf_names *names;
	struct pf_listener *listener;
	void *role_state;
	struct pf_bar_held held;

	const struct pf_sink *sink; /* during a call */
	int64_t now_ns;
	int error;            /* the sink's first, of this call */
	bool input_ended;
	enum state state;
	int64_t next_beat;    /* the first that is not planned */
	int64_t in_beat;      /* where it came in; -1: not decided */
	int64_t end_beat;     /* -1: none in sight */
	int64_t first_ns;     /* when the player was first heard; -1 */
	int64_t told_end;     /* the end somebody announced, a beat; -1 */
	int64_t stopped_beat; /* when we last stopped; -1 */
	size_t n;
	struct planned planned[PLANNED_MOST];
};

/* ---- birth and death */

static const struct pf_role *
find_role(const char *name, struct pf_err *err)
{
	for (size_t i = 0; i < PF_COUNT(roles); i++)
		if (strcmp(name, roles[i]->name) == 0)
			return roles[i];
	const char *const near = pf_nearest(name, pf_mind_roles,
	    PF_COUNT(roles));
	if (near)
		pf_err_set(err, "role '%s' is unknown, did you mean '%s'?",
		    name, near);
	else
		pf_err_set(err, "role '%s' is unknown", name);
	return NULL;
}

int
pf_mind_new(struct pf_mind **out, const struct pf_mind_config *c,
    struct pf_err *err)
{
	const struct pf_role *const role = find_role(c->role, err);
	const double hz = c->think_hz == 0 ? PF_MIND_THINK_HZ : c->think_hz;
	if (!role)
		return -EINVAL;
	if (!(hz >= 10 && hz <= 30))
		return pf_err_set(err, "thoughts: %g is out of 10..30", hz);
	struct pf_mind *const m = calloc(1, sizeof *m);
	if (!m)
		return -ENOMEM;
	m->role = role;
	m->seed = c->seed;
	m->period_ns = (int64_t)(1e9 / hz);
	m->style = c->style;
	m->personality = *c->personality;
	m->instrument = c->instrument;
	m->names = c->names;
	m->in_beat = m->end_beat = m->told_end = m->stopped_beat = -1;
	m->first_ns = m->held.bar = -1;
	m->name = strdup(c->name ? c->name : c->role);
	m->role_state = calloc(1, role->state_size + 1);
	int r = m->name && m->role_state ? 0 : -ENOMEM;
	if (r == 0) {
		m->source = pf_hash_str(m->name);
		r = pf_listener_new(&m->listener, m->source, m->names);
	}
	if (r != 0) {
		pf_mind_free(m);
		return r;
	}
	*out = m;
	return 0;
}

void
pf_mind_free(struct pf_mind *m)
{
	if (!m)
		return;
	pf_listener_free(m->listener);
	free(m->role_state);
	free(m->name);
	free(m);
}

/* ---- what roles ask */

void *
pf_mind_state(struct pf_mind *m)
{
	return m->role_state;
}

const struct pf_style *
pf_mind_style(const struct pf_mind *m)
{
	return m->style;
}

const struct pf_listener *
pf_mind_listener(const struct pf_mind *m)
{
	return m->listener;
}

double
pf_mind_trait(const struct pf_mind *m, enum pf_trait trait)
{
	return m->personality.trait[trait];
}

uint64_t
pf_mind_seed(const struct pf_mind *m)
{
	return m->seed;
}

double
pf_mind_chance(const struct pf_mind *m, int64_t place, uint32_t draw)
{
	return pf_rng_unit(m->seed, m->source, place, draw);
}

/* ---- speech */

static uint32_t
intern(struct pf_mind *m, const char *word)
{
	uint32_t hash = 0;
	/* Without memory, or with a second spelling, the number stands. */
	if (pf_names_add(m->names, word, strlen(word), &hash) != 0)
		return pf_hash_str(word);
	return hash;
}

void
pf_mind_say(struct pf_mind *m, const struct pf_event *event, const char *more)
{
	struct pf_event e = *event;
	struct pf_listener_pulse pulse;
	pf_listener_pulse(m->listener, &pulse);
	e.source = m->source;
	if (pulse.from != PF_TIME_AXIS)
		e.type |= PF_FREE;
	if (e.time < m->now_ns + PF_MIND_REACTION_NS)
		e.time = m->now_ns + PF_MIND_REACTION_NS;
	const int r = pf_sink_say(m->sink, &e, more);
	if (r < 0 && m->error == 0)
		m->error = r;
}

void
pf_mind_decide(struct pf_mind *m, const char *subject, double certainty,
    const char *fmt, ...)
{
	char more[PF_MORE_BYTES] = "reason=";
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(more + 7, sizeof more - 7, fmt, ap);
	va_end(ap);
	struct pf_event e = pf_event_make(PF_DECISION, m->now_ns, m->source);
	e.name = intern(m, subject);
	e.b = (float)certainty;
	pf_mind_say(m, &e, more);
}

void
pf_mind_intend(struct pf_mind *m, int act, int64_t from_beat, double beats,
    double density, int low, int high)
{
	struct pf_event e = pf_event_make(PF_INTENT, m->now_ns, m->source);
	const double now = pf_listener_beat(m->listener, m->now_ns);
	const double in = (double)from_beat - now;
	const int64_t until = pf_listener_when(m->listener,
	    (double)from_beat + beats);
	const int64_t from = pf_listener_when(m->listener, (double)from_beat);
	e.a = (float)density;
	e.b = (float)(0.2 + 0.6 * pf_mind_trait(m, PF_LOUDNESS));
	e.duration = (float)((double)(until - from) / 1e9);
	e.u8[PF_INTENT_ACT] = (uint8_t)act;
	e.u8[PF_INTENT_LOW] = (uint8_t)low;
	e.u8[PF_INTENT_HIGH] = (uint8_t)high;
	e.u8[PF_INTENT_IN] = (uint8_t)(in < 0 ? 0 : in > 254 ? 254 : in + 0.5);
	pf_mind_say(m, &e, NULL);
}

void
pf_mind_play(struct pf_mind *m, double beat, double beats, double late_ms,
    int pitch, double velocity)
{
	if (m->n == PLANNED_MOST || !(beats > 0))
		return;
	late_ms += 40 * (0.5 - pf_mind_trait(m, PF_TIMING));
	const double v = velocity < 0.02 ? 0.02 : velocity > 1 ? 1 : velocity;
	m->planned[m->n++] = (struct planned){beat, beats, (float)late_ms,
	    (float)pitch, (float)v};
}

void
pf_mind_unplan(struct pf_mind *m, double from_beat)
{
	size_t kept = 0;
	for (size_t i = 0; i < m->n; i++)
		if (m->planned[i].beat < from_beat)
			m->planned[kept++] = m->planned[i];
	m->n = kept;
}

/* Say the planned notes that begin before the horizon. */
static void
speak(struct pf_mind *m, int64_t horizon_ns)
{
	size_t kept = 0;
	struct pf_listener_pulse pulse;
	pf_listener_pulse(m->listener, &pulse);
	const double early_ms = pulse.from == PF_TIME_AXIS ? 0 : FELT_LATE_MS;
	for (size_t i = 0; i < m->n; i++) {
		const struct planned p = m->planned[i];
		const int64_t start = pf_listener_when(m->listener, p.beat);
		const int64_t at = start + (int64_t)(((double)p.late_ms -
		    early_ms) * 1e6);
		if (at >= horizon_ns) {
			m->planned[kept++] = p;
			continue;
		}
		/* What a jump of the beat left far behind is not played. */
		if (at < m->now_ns - 2 * m->period_ns)
			continue;
		struct pf_event e = pf_event_make(PF_NOTE, at, m->source);
		e.pitch = p.pitch;
		e.velocity = p.velocity;
		e.duration = (float)((double)(pf_listener_when(m->listener,
		    p.beat + p.beats) - start) / 1e9);
		pf_mind_say(m, &e, NULL);
	}
	m->n = kept;
}

/* ---- when to come in, and when to stop */

static int64_t
ceil_beat(double beat)
{
	const int64_t whole = (int64_t)beat;
	return (double)whole < beat ? whole + 1 : whole;
}

/* The first bar line at or after a beat. */
static int64_t
bar_line(const struct pf_mind *m, double beat)
{
	const int64_t bar = pf_listener_bar(m->listener, beat);
	double b = pf_listener_bar_beat(m->listener, bar);
	for (int64_t i = bar + 1; b < beat && i < bar + 3; i++)
		b = pf_listener_bar_beat(m->listener, i);
	return ceil_beat(b - 1e-6);
}

/* Has a score said what is to be played, so that nobody need wait? */
static bool
score_told(const struct pf_mind *m, double beat)
{
	struct pf_chord chord;
	return pf_listener_chord_told(m->listener, beat, &chord);
}

/*
 * May the mind come in at the next bar line?  On the axis at once; by ear
 * when the pulse is sure, and in any case after two bars of it.
 */
static bool
knows_where(struct pf_mind *m, const struct pf_listener_pulse *pulse)
{
	const struct pf_listener_player *const player =
	    pf_listener_player(m->listener);
	const double patience = pf_mind_trait(m, PF_PATIENCE);
	if (player->heard && m->first_ns < 0)
		m->first_ns = m->now_ns;
	if (pulse->from == PF_TIME_UNKNOWN || !pulse->locked)
		return false;
	const double bars = m->first_ns < 0 ? 0 : (double)(m->now_ns -
	    m->first_ns) / (pulse->period_ns * pulse->beats_per_bar);
	if (pulse->from != PF_TIME_AXIS) {
		if (!player->heard || bars < 4 * patience * patience)
			return false;
		if (pulse->confidence < 0.5 && bars < 3)
			return false;
		if (pulse->bar_confidence < 0.3 && bars < 1 + 2 * patience)
			return false;
	} else if (patience > 0.75 && bars < 4 * (patience - 0.75)) {
		return false;
	}
	if (!m->role->harmonic)
		return true;
	struct pf_listener_chord chord;
	pf_listener_chord(m->listener, pulse->beat + 0.5, &chord);
	return chord.told || (chord.chord.root >= 0 &&
	    (chord.confidence > 0.25 || bars > 2));
}

static void
consider_entry(struct pf_mind *m, double horizon)
{
	struct pf_listener_pulse pulse;
	const struct pf_listener_player *const player =
	    pf_listener_player(m->listener);
	pf_listener_pulse(m->listener, &pulse);
	if (m->input_ended || !knows_where(m, &pulse))
		return;
	/* Who has stopped waits for the player to begin again. */
	if (m->stopped_beat >= 0 && (!player->busy ||
	    player->phrase_beat < (double)m->stopped_beat))
		return;
	const double from = horizon - 0.02;
	m->in_beat = pulse.from == PF_TIME_AXIS && score_told(m, pulse.beat) ?
	    ceil_beat(from) : bar_line(m, from);
	m->next_beat = m->in_beat;
	m->state = PLAYING;
	m->end_beat = m->told_end = -1;
	static const char *const how[] = {"", "the axis is told",
	    "the beat is told", "the pulse is felt"};
	pf_mind_decide(m, "enter", pulse.confidence, "%s", how[pulse.from]);
}

static void
set_end(struct pf_mind *m, int64_t beat, const char *why)
{
	if (beat < m->next_beat)
		beat = m->next_beat;
	m->end_beat = beat;
	m->state = ENDING;
	pf_mind_decide(m, "end", 1, "%s", why);
	pf_mind_intend(m, PF_ACT_END, beat, 4, 0, 0, 127);
}

/* The beat at which the player last began a note. */
static double
last_onset(const struct pf_mind *m, double now)
{
	struct pf_listener_note note[64];
	const int n = pf_listener_melody(m->listener, now - 64, note,
	    PF_COUNT(note));
	return n ? note[n - 1].beat : now - 64;
}

static void
consider_end(struct pf_mind *m, double horizon)
{
	const struct pf_listener_player *const player =
	    pf_listener_player(m->listener);
	struct pf_listener_pulse pulse;
	pf_listener_pulse(m->listener, &pulse);
	if (m->told_end >= 0) {
		set_end(m, m->told_end, "another announced the end");
	} else if (m->input_ended) {
		/* The player's last note may be longer than what we know. */
		const double rings = horizon > pulse.beat ? horizon : 0;
		set_end(m, bar_line(m, rings - 0.02), "the music has ended");
	} else if (player->heard) {
		const double patience = pf_mind_trait(m, PF_PATIENCE);
		const bool told = pulse.from == PF_TIME_AXIS;
		/* A score may have rests; by ear, a last chord rings on. */
		const double bars = told ? 6 + 12 * patience :
		    0.9 + 1.5 * patience;
		const double silent = told ? player->silent_beats :
		    pulse.beat - last_onset(m, pulse.beat);
		if (silent > bars * pulse.beats_per_bar)
			set_end(m, bar_line(m, horizon + 1),
			    "the player has stopped");
	}
}

/* ---- thought */

static void
moment(struct pf_mind *m, int64_t beat, struct pf_moment *at)
{
	const struct pf_moment_from from = {
		.listener = m->listener,
		.style = m->style,
		.personality = &m->personality,
		.part = m->role->part,
		.in_beat = m->in_beat,
		.end_beat = m->end_beat,
		.held = &m->held,
	};
	pf_moment_take(at, &from, beat);
}

static void
finish(struct pf_mind *m)
{
	struct pf_moment at;
	pf_mind_unplan(m, (double)m->end_beat - 0.01);
	moment(m, m->end_beat, &at);
	m->role->final(m, &at);
	m->stopped_beat = m->end_beat;
	m->end_beat = m->told_end = -1;
	m->state = WAITING;
}

static void
plan(struct pf_mind *m, double horizon)
{
	/* The listener has changed its mind about where we are. */
	if ((double)m->next_beat < horizon - 3)
		m->next_beat = ceil_beat(horizon);
	else if ((double)m->next_beat > horizon + 12 &&
	    m->next_beat != m->in_beat)
		m->next_beat = ceil_beat(horizon);
	while (m->state != WAITING && (double)m->next_beat <= horizon) {
		if (m->end_beat >= 0 && m->next_beat >= m->end_beat) {
			finish(m);
			return;
		}
		struct pf_moment at;
		moment(m, m->next_beat, &at);
		m->role->beat(m, &at);
		m->next_beat++;
	}
}

int
pf_mind_think(struct pf_mind *m, int64_t time_ns, const struct pf_sink *sink)
{
	const int64_t ahead = m->period_ns + MARGIN_NS;
	m->sink = sink;
	m->error = 0;
	m->now_ns = time_ns;
	pf_listener_update(m->listener, time_ns);
	const double horizon = pf_listener_beat(m->listener, time_ns + ahead);
	if (m->state == WAITING)
		consider_entry(m, horizon);
	if (m->state == PLAYING)
		consider_end(m, horizon);
	plan(m, horizon);
	speak(m, time_ns + ahead);
	if (m->input_ended && m->state == WAITING && m->n == 0)
		m->state = OVER;
	m->sink = NULL;
	return m->error;
}

/* ---- hearing */

/* An announced end tells where the last hit shall be. */
static void
hear_intent(struct pf_mind *m, const struct pf_event *e)
{
	if (e->u8[PF_INTENT_ACT] != PF_ACT_END || m->state != PLAYING)
		return;
	const double at = pf_listener_beat(m->listener, e->time) +
	    e->u8[PF_INTENT_IN];
	const int64_t line = bar_line(m, at - 0.6);
	m->told_end = line;
}

int
pf_mind_hear(struct pf_mind *m, const struct pf_event *e, const char *more)
{
	const int r = pf_listener_hear(m->listener, e, more);
	if (r == 0 && pf_event_type(e) == PF_INTENT && e->source != m->source)
		hear_intent(m, e);
	return r;
}

int
pf_mind_start(struct pf_mind *m, const struct pf_sink *sink)
{
	if (m->role->part == PF_PARTS)
		return 0;
	const char *const sound = m->instrument ? m->instrument :
	    pf_style_sound(m->style, m->role->part, m->seed);
	if (!sound)
		return 0;
	struct pf_event e = pf_event_make(PF_PATCH, 0, m->source);
	e.name = intern(m, sound);
	return pf_sink_say(sink, &e, NULL);
}

void
pf_mind_end(struct pf_mind *m)
{
	m->input_ended = true;
}

bool
pf_mind_over(const struct pf_mind *m)
{
	return m->state == OVER;
}

void
pf_mind_describe(const struct pf_mind *m, char *text, size_t size)
{
	struct pf_listener_pulse p;
	struct pf_listener_key k;
	struct pf_listener_chord c;
	char chord[16];
	pf_listener_pulse(m->listener, &p);
	pf_listener_key(m->listener, &k);
	pf_listener_chord(m->listener, p.beat, &c);
	if (p.from == PF_TIME_UNKNOWN) {
		snprintf(text, size, "knows no beat yet");
		return;
	}
	snprintf(text, size, "bar %lld.%d, %.1f bpm, %s %s, chord %s",
	    (long long)p.bar + 1, 1 + (int)(p.beat - p.bar_beat),
	    60e9 / p.period_ns, pf_pitch_class_name(k.key.tonic),
	    pf_mode[k.key.mode].name, pf_chord_show(c.chord, chord));
}
