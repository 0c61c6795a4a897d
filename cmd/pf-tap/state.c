/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state.h"

#include "base/hash.h"
#include "event/type.h"
#include "osc/client.h"
#include "osc/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { WAIT_MS = 500, NAME_MOST = 240 };

/* Where the columns of "/address" are (performia-osc(7)). */
enum { PATH, KIND, ACCESS, HOME = 6, VALUE, WORDS };

struct answer {
	struct pf_names *names;
	struct pf_tape *tape;
	uint32_t engine;
	int next; /* address to go on with; -1: that was all; -2: not yet */
};

/* "b" in "a|b|c" is 1; none: -1. */
static int
word_number(const char *words, const char *word)
{
	const size_t n = strlen(word);
	for (int i = 0; *words; i++) {
		const size_t len = strcspn(words, "|");
		if (len == n && memcmp(words, word, n) == 0)
			return i;
		words += len + (words[len] == '|');
	}
	return -1;
}

static void
tell(struct answer *a, enum pf_type type, const char *source,
    const char *name, float value)
{
	struct pf_event e = pf_event_make(type, 0, a->engine);
	if ((source && pf_names_add(a->names, source, strlen(source),
	    &e.source) != 0) ||
	    pf_names_add(a->names, name, strlen(name), &e.name) != 0)
		return;
	if (type == PF_SET)
		e.b = value;
	pf_tape_hear(a->tape, &e, NULL);
}

/* "/strip/bass/eq/low" is "bass.eq.low", "/master/gain" "master.gain". */
static const char *
split(const char *path, char name[NAME_MOST])
{
	const char *const from = strncmp(path, "/master/", 8) == 0 ? path
	    : strchr(path + 1, '/');
	if (!from || snprintf(name, NAME_MOST, "%s", from + 1) >= NAME_MOST)
		return NULL;
	char *const slash = strchr(name, '/');
	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '.';
	return slash;
}

static void
hear_address(struct answer *a, const struct pf_osc_message *m)
{
	const char *const path = pf_osc_text(m, PATH);
	const char *const access = pf_osc_text(m, ACCESS);
	const char *const word = pf_osc_text(m, VALUE);
	const char *const words = pf_osc_text(m, WORDS);
	char name[NAME_MOST];
	double value, home;
	if (!path || path[0] != '/' || !access || strcmp(access, "rw") != 0)
		return;
	const char *const dot = split(path, name);
	if (!dot)
		return;
	if (word && strcmp(dot, ".instrument") == 0) {
		name[dot - name] = '\0';
		tell(a, PF_PATCH, name, word, 0);
		return;
	}
	if (pf_osc_number(m, HOME, &home) != 0)
		return;
	if (word && words)
		value = word_number(words, word);
	else if (pf_osc_number(m, VALUE, &value) != 0)
		return;
	if ((float)value != (float)home && (!word || value >= 0))
		tell(a, PF_SET, NULL, name, (float)value);
}

static void
hear(void *ctx, const struct pf_osc_message *m)
{
	struct answer *const a = ctx;
	double next;
	if (strcmp(m->path, "/address") == 0)
		hear_address(a, m);
	else if (strcmp(m->path, "/listed") == 0)
		a->next = pf_osc_number(m, 1, &next) == 0 ? (int)next : -1;
	else if (strcmp(m->path, "/error") == 0)
		a->next = -1; /* there is nothing of that kind */
}

/* One page of a list.  0 or a negative errno. */
static int
ask(struct pf_osc_client *client, const char *prefix, struct answer *a)
{
	unsigned char packet[512];
	struct pf_osc_message m;
	struct pf_err err;
	pf_osc_begin(&m, "/list");
	pf_osc_add_s(&m, prefix);
	pf_osc_add_i(&m, a->next);
	int r = pf_osc_client_send(client, packet,
	    pf_osc_write(packet, sizeof packet, &m));
	for (a->next = -2; r >= 0 && a->next == -2;) {
		const void *answer;
		r = pf_osc_client_receive(client, &answer, WAIT_MS);
		if (r > 0)
			r = pf_osc_read(answer, (size_t)r, hear, a, &err);
	}
	return r < 0 ? r : 0;
}

static void
tell_axis(const struct pf_clock_state *clock, struct answer *a)
{
	struct pf_event e = pf_event_make(PF_TEMPO, 0, a->engine);
	e.value = clock->bpm;
	pf_tape_hear(a->tape, &e, NULL);
	e = pf_event_make(PF_METER, 0, a->engine);
	e.p = clock->meter_num;
	e.q = clock->meter_den;
	pf_tape_hear(a->tape, &e, NULL);
	if (clock->key_tonic == PF_NO_INDEX)
		return;
	e = pf_event_make(PF_KEY, 0, a->engine);
	e.a = (float)clock->key_tonic;
	e.u8[PF_KEY_MODE] = (uint8_t)clock->key_mode;
	pf_tape_hear(a->tape, &e, NULL);
}

int
state_ask(const struct pf_directory *dir, const struct pf_clock_state *clock,
    struct pf_names *names, struct pf_tape *tape, struct pf_err *err)
{
	static const char *const prefixes[] = {"/strip", "/bus", "/master"};
	struct answer a = {.names = names, .tape = tape,
	    .engine = pf_hash_str("engine")};
	struct pf_osc_client *client;
	tell_axis(clock, &a);
	int r = pf_osc_client_open_at(&client, dir->fd, "ctl", err);
	if (r != 0)
		return r;
	for (size_t i = 0; r == 0 && i < PF_COUNT(prefixes); i++)
		for (a.next = 0; r == 0 && a.next >= 0;)
			r = ask(client, prefixes[i], &a);
	if (r != 0)
		pf_err_set(err, "the engine does not tell its state: %s",
		    strerror(-r));
	pf_osc_client_free(client);
	return r;
}
