/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Talking to an engine: a question, and the answers that belong to it.
 */
#ifndef PF_CTL_TALK_H
#define PF_CTL_TALK_H

#include "base/err.h"
#include "osc/client.h"
#include "osc/message.h"

#include <stdbool.h>

enum { DONE, REFUSED = 1, NOBODY = 3 }; /* exit statuses */

struct talk {
	struct pf_osc_client *client;
	int timeout_ms;
	double in_s;   /* in a bundle, for so many seconds from now; 0: now */
	bool verbose;
};

/*
 * Send a message that moves something and wait until all it means has been
 * answered.  Returns DONE; REFUSED, with each reason on standard error;
 * NOBODY, with a line.
 */
int talk_set(struct talk *talk, const struct pf_osc_message *m);

/*
 * Ask something, and have each message of the answer told.  `end` is the
 * address of the last one.  Returns as above.
 */
int talk_ask(struct talk *talk, const struct pf_osc_message *m,
    const char *end, void (*tell)(void *ctx, const struct pf_osc_message *m),
    void *ctx);

/* What comes without being asked, for at most wait_ms.  DONE or NOBODY. */
int talk_hear(struct talk *talk, int wait_ms,
    void (*tell)(void *ctx, const struct pf_osc_message *m), void *ctx);

/* Only send.  DONE or NOBODY. */
int talk_send(struct talk *talk, const struct pf_osc_message *m);

#endif
