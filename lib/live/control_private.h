/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of live/control share; nobody else includes it.
 */
#ifndef PF_LIVE_CONTROL_PRIVATE_H
#define PF_LIVE_CONTROL_PRIVATE_H

#include "live/addresses.h"
#include "live/control.h"
#include "osc/message.h"
#include "osc/server.h"

#include <stdio.h>

enum {
	PF_CONTROL_PENDING = 1024,  /* commands without an answer */
	PF_CONTROL_WATCHES = 64,    /* subscriptions, */
	PF_CONTROL_WATCHES_PEER = 16, /* of one peer, */
	PF_CONTROL_WATCHED = 64,    /* addresses of one */
	PF_CONTROL_MATCHES = 256,   /* addresses a pattern may move */
	PF_CONTROL_MEMORY = 1024,   /* what agents were told */
	PF_CONTROL_TEXT = 64        /* bytes of a text, with the NUL */
};

/* A command that the audio thread has not answered yet. */
struct pf_control_pending {
	uint32_t ticket;     /* 0: free */
	unsigned peer;
	int64_t since_ns;    /* CLOCK_MONOTONIC; 0: for a later time */
	int64_t until_ns;    /* CLOCK_MONOTONIC: forgotten then */
	struct pf_event set; /* a value that moves; else of type none */
	char path[PF_OSC_PATH_MOST + 1];
};

/* A subscription. */
struct pf_control_watch {
	unsigned peer;       /* 0: free */
	int64_t period_ns, next_ns, until_ns; /* CLOCK_MONOTONIC */
	uint32_t table;      /* which c->table the places belong to */
	unsigned n;
	uint32_t place[PF_CONTROL_WATCHED];
	uint64_t told[PF_CONTROL_WATCHED]; /* hash of the last /value */
	char pattern[PF_OSC_PATH_MOST + 1];
};

/* What an agent was told last: a number, or a text. */
struct pf_control_memory {
	uint32_t param;      /* hash of its path; 0: free */
	double number;
	char text[PF_CONTROL_TEXT];
};

/* While a strip is soloed: what was wished of each, and what is in force. */
struct pf_control_solo {
	char name[PF_NAME_MOST];
	bool solo, mute, in_force;
};

/* A tempo on its way: a row of tempo events, said shortly ahead. */
struct pf_control_ramp {
	bool on;
	double from_bpm, to_bpm, step_beats;
	unsigned step, steps;
	int64_t next_ns;     /* session time of the next */
	int64_t end_ns;      /* another tempo holds from there */
	int64_t said_ns;     /* session time of the last that was posted */
	double said_bpm;
};

struct pf_control {
	struct pf_control_config config;
	struct pf_osc_server *server;
	struct pf_addresses *addresses;
	FILE *log;
	struct pf_control_counts counts;
	/* The table, and what it was made of. */
	uint32_t table, generation;
	uint64_t members;
	int64_t looked_ns;
	/* Now: when this step began. */
	int64_t mono_ns;
	bool has_clock;
	struct pf_clock_state clock;
	int64_t now_ns;      /* session time */
	uint32_t ticket;     /* the last */
	unsigned waiting;    /* commands that may still be answered */
	struct pf_control_pending pending[PF_CONTROL_PENDING];
	struct pf_control_watch watch[PF_CONTROL_WATCHES];
	struct pf_control_memory memory[PF_CONTROL_MEMORY];
	struct pf_control_solo solo[PF_STRIPS_MOST];
	unsigned solos;      /* rows of solo[]; 0: nobody is soloed */
	struct pf_control_ramp ramp;
	char follow[PF_CONTROL_TEXT]; /* whom to follow, as it was wished */
};

/* One message that moves something. */
struct pf_control_request {
	unsigned peer;
	const struct pf_osc_message *m;
	int64_t at_ns;       /* session time, or PF_TIME_NOW */
};

/* ---- control_say.c */

/* Send a message to a peer (0: nobody) and log it. */
void pf_control_send(struct pf_control *c, unsigned peer,
    const struct pf_osc_message *m);
/* Send a packet that holds messages (0 bytes: nothing). */
void pf_control_send_packet(struct pf_control *c, unsigned peer,
    const void *packet, size_t len);
void pf_control_ok(struct pf_control *c, unsigned peer, const char *path,
    uint32_t ticket, int64_t time_ns);
void pf_control_error(struct pf_control *c, unsigned peer, const char *path,
    const char *reason);
/* A line of the log: who, '<' or '>', the message. */
void pf_control_log(struct pf_control *c, unsigned peer, char way,
    const struct pf_osc_message *m);

/* ---- control_get.c */

void pf_control_get(struct pf_control *c, unsigned peer,
    const struct pf_osc_message *m);
/* Text that a message points to while it is made. */
struct pf_control_text {
	char s[32][PF_CONTROL_TEXT];
	unsigned n;
};
/* Add the value of an address, or N if it has none now. */
void pf_control_add_value(struct pf_control *c, const struct pf_address *a,
    struct pf_osc_message *m, struct pf_control_text *text);
void pf_control_add_nothing(struct pf_osc_message *m);
/*
 * "/value ADDRESS value" as a packet in buf[room]; returns its length, 0 if
 * there is no such value now.
 */
size_t pf_control_value(struct pf_control *c, const struct pf_address *a,
    void *buf, size_t room);

/* ---- control_list.c */

void pf_control_list(struct pf_control *c, unsigned peer,
    const struct pf_osc_message *m);

/* ---- control_set.c */

/* Move an address.  Returns 0, or a negative errno with *err worded. */
PF_MUST_CHECK int pf_control_set(struct pf_control *c,
    const struct pf_control_request *r, const struct pf_address *a,
    struct pf_err *err);
/*
 * Post a command.  path: whose answer it is; NULL: nobody waits for it.
 * Returns 0, or -EAGAIN or -EINVAL with *err worded.
 */
PF_MUST_CHECK int pf_control_post(struct pf_control *c, unsigned peer,
    const char *path, struct pf_command *command, struct pf_err *err);
/* What the message said, checked by its address. */
struct pf_control_wish {
	double number;               /* NUMBER, SWITCH, CHOICE */
	char text[PF_CONTROL_TEXT];  /* TEXT */
	double also;                 /* 0: not given */
	bool has_also;
};
/* Post an event; key and text become its `more`, NULL for none. */
PF_MUST_CHECK int pf_control_post_event(struct pf_control *c,
    const struct pf_control_request *r, const struct pf_address *a,
    const struct pf_event *e, enum pf_command_kind kind, const char *key,
    const char *text, struct pf_err *err);
/* A name will be said by its hash. */
void pf_control_spell(struct pf_control *c, const char *name);
/* What an agent was told; NULL: nothing yet. */
struct pf_control_memory *pf_control_remember(struct pf_control *c,
    const char *param, bool make);

/* ---- control_transport.c */

PF_MUST_CHECK int pf_control_set_transport(struct pf_control *c,
    const struct pf_control_request *r, const struct pf_address *a,
    const struct pf_control_wish *w, struct pf_err *err);
PF_MUST_CHECK int pf_control_set_follow(struct pf_control *c,
    const struct pf_control_request *r, const struct pf_address *a,
    const struct pf_control_wish *w, struct pf_err *err);

/* ---- control_solo.c */

PF_MUST_CHECK int pf_control_set_mute(struct pf_control *c,
    const struct pf_control_request *r, const struct pf_address *a, bool on,
    struct pf_err *err);
PF_MUST_CHECK int pf_control_set_solo(struct pf_control *c,
    const struct pf_control_request *r, const struct pf_address *a, bool on,
    struct pf_err *err);
/* What is wished of a strip. */
bool pf_control_is_solo(const struct pf_control *c, const char *strip);
bool pf_control_is_muted(struct pf_control *c, const struct pf_address *a);
/* Strips may be new: mute those that nobody soloed. */
void pf_control_solo_look(struct pf_control *c);

/* ---- control_ramp.c */

/* Go to a tempo, at once or over so many beats. */
PF_MUST_CHECK int pf_control_set_tempo(struct pf_control *c,
    const struct pf_control_request *r, double bpm, double beats,
    struct pf_err *err);
/* Say what is due of a ramp.  Returns ms until the next, or -1. */
int pf_control_ramp_step(struct pf_control *c);

/* ---- control_watch.c */

void pf_control_subscribe(struct pf_control *c, unsigned peer,
    const struct pf_osc_message *m);
void pf_control_unsubscribe(struct pf_control *c, unsigned peer,
    const struct pf_osc_message *m);
void pf_control_forget(struct pf_control *c, unsigned peer);
/* Tell what changed.  Returns ms until the next is due, or -1. */
int pf_control_watch_step(struct pf_control *c);

#endif
