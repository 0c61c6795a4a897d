/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control of a running engine over OSC: transport, desk, agents.
 *
 * Addresses stand in live/addresses.h; performia-osc(7) is for people.
 *
 *     /ADDRESS [VALUE [ALSO]]      -> /ok ADDRESS ticket time
 *                                     /error ADDRESS "reason"
 *     /PATTERN ...                 -> /means PATTERN n, and n of these
 *     /get ADDRESS                 -> /value ADDRESS value
 *     /list [PREFIX [FROM]]        -> /address ... /listed PREFIX next of
 *     /subscribe ADDRESS [HZ [S]]  -> /ok, then /value ... as it changes
 *     /unsubscribe ADDRESS         -> /ok
 *
 * Everything is checked here, in a thread of its own; what passes goes to
 * the audio thread as a command (live/commands.h), in a bundle with a time
 * tag for its very frame.  `/ok` comes when the audio thread has it, and
 * tells from when it holds, in seconds of session time.
 *
 * The control thread's.  It reads the desk and the clock, writes the commands
 * and reads the answers, and knows nothing else of the engine.
 */
#ifndef PF_LIVE_CONTROL_H
#define PF_LIVE_CONTROL_H

#include "base/attr.h"
#include "base/err.h"
#include "live/commands.h"
#include "live/desk.h"
#include "session/clock.h"
#include "session/histogram.h"

#include <stdbool.h>
#include <stdint.h>

struct pf_control;

struct pf_control_config {
	int dir_fd;          /* the session's: the socket `ctl`; -1: none */
	const char *session; /* its name, for people */
	const char *bind;    /* numeric address of UDP and TCP; NULL:
	                      * 127.0.0.1.  Another one is warned about */
	int udp_port, tcp_port; /* 0: any; -1: none */
	const char *log;     /* every message as text goes there; NULL */
	struct pf_desk *desk;
	struct pf_commands *commands;
	struct pf_answers *answers;
	const struct pf_clock *clock;
	/* From a message's receipt to its answer; NULL: not measured. */
	struct pf_histogram *command;
	/* Asked by /session/quit.  NULL: that is refused. */
	void (*quit)(void *ctx);
	/* A name that a command says by its hash, to be spelled on
	 * lane.engine; may be NULL. */
	void (*spell)(void *ctx, const char *name);
	/* Tap a strip, a return, "master" (/session/tap); and the way out and
	 * in again was measured (/session/round-trip), frames, 0: as the
	 * device says.  NULL: that is refused. */
	int (*tap)(void *ctx, const char *name, struct pf_err *err);
	void (*round_trip)(void *ctx, uint32_t frames);
	void *ctx;
};

/* Nothing listens: dir_fd, udp_port, tcp_port -1. */
void pf_control_config_init(struct pf_control_config *config);

/*
 * Open the sockets and the log.  Returns 0 and sets *control, or a negative
 * errno with *err worded.
 */
PF_MUST_CHECK int pf_control_new(struct pf_control **control,
    const struct pf_control_config *config, struct pf_err *err);

/* Close and free; NULL is fine. */
void pf_control_free(struct pf_control *control);

/* The ports of UDP and TCP; 0: none. */
unsigned pf_control_udp_port(const struct pf_control *control);
unsigned pf_control_tcp_port(const struct pf_control *control);

/*
 * Once round: wait for messages up to timeout_ms (less when an answer or a
 * ramp is due), do what they ask, answer.  Returns 0 or a negative errno.
 */
PF_MUST_CHECK int pf_control_step(struct pf_control *control,
    int timeout_ms);

struct pf_control_counts {
	uint64_t messages; /* that came */
	uint64_t refused;  /* of them, and packets that were none */
	uint64_t flooded;  /* times a peer was told that it is too fast */
	uint64_t sent;     /* packets */
	uint64_t unsent;   /* packets that their peer did not take */
};
struct pf_control_counts pf_control_counts(const struct pf_control *control);

/* ---- for tests: no sockets, packets by hand */

/* A packet as if from a peer.  Answers go to nobody but the log. */
void pf_control_packet(struct pf_control *control, const void *packet,
    size_t len);

#endif
