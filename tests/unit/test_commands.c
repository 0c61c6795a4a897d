/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/commands.h"

#include "tap.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

enum { MANY = 100000 };

static struct pf_commands commands;
static struct pf_answers answers;

/* What the audio thread does: answers each in turn. */
static void *
audio(void *arg)
{
	struct pf_command c;
	uint32_t wrong = 0;
	(void)arg;
	for (uint32_t n = 1; n <= MANY;) {
		if (!pf_commands_get(&commands, &c)) {
			sched_yield();
			continue;
		}
		wrong += c.ticket != n || c.more[0] != (char)n ||
		    c.event.time != (int64_t)n;
		const struct pf_answer a = {.ticket = c.ticket,
		    .result = (int32_t)wrong};
		while (!pf_answers_put(&answers, &a))
			sched_yield();
		n++;
	}
	return NULL;
}

int
main(void)
{
	struct pf_command c = {.kind = PF_COMMAND_EVENT};
	struct pf_answer a;
	pthread_t thread;
	ok(!pf_commands_get(&commands, &c), "an empty ring gives nothing");
	unsigned n = 0;
	while (pf_commands_put(&commands, &c))
		n++;
	ok(n == PF_COMMANDS, "a full one takes no more (%u)", n);
	while (pf_commands_get(&commands, &c))
		n--;
	ok(n == 0, "all of it comes out again");
	pthread_create(&thread, NULL, audio, NULL);
	uint32_t asked = 0, answered = 0, wrong = 0;
	while (answered < MANY) {
		c.ticket = asked + 1;
		c.more[0] = (char)c.ticket;
		c.event.time = c.ticket;
		if (asked < MANY && pf_commands_put(&commands, &c))
			asked++;
		else
			sched_yield();
		while (pf_answers_get(&answers, &a)) {
			answered++;
			wrong += a.ticket != answered || a.result != 0;
		}
	}
	pthread_join(thread, NULL);
	ok(wrong == 0, "%d commands and answers keep their order", MANY);
	return tap_done();
}
