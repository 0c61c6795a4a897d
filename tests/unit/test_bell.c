/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/bell.h"

#include "tap.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { ROUNDS = 20000 };

static struct pf_bell bell;
static _Atomic uint64_t position;
static atomic_int timeouts;

/* Sleep whenever there is nothing new; count the sleeps that nobody ended. */
static void *
sleeper(void *arg)
{
	const enum pf_bell_class class = (enum pf_bell_class)(intptr_t)arg;
	uint64_t seen = 0;
	while (seen < ROUNDS) {
		const uint32_t word = pf_bell_arm(&bell, class);
		const uint64_t now = atomic_load(&position);
		if (now != seen) {
			seen = now;
			continue;
		}
		if (pf_bell_wait(&bell, class, word, 5000000000) == -ETIMEDOUT)
			atomic_fetch_add(&timeouts, 1);
	}
	return NULL;
}

int
main(void)
{
	pthread_t thread[3];
	pf_bell_init(&bell);
	const uint32_t word = pf_bell_arm(&bell, PF_BELL_AGENTS);
	ok(pf_bell_wait(&bell, PF_BELL_AGENTS, word, 1000000) == -ETIMEDOUT,
	    "a sleeper that nobody rings wakes by itself");
	ok(pf_bell_wait(&bell, PF_BELL_AGENTS, word + 256, 5000000000) == 0,
	    "a word that changed ends the wait at once");
	const uint32_t before = atomic_load(&bell.word);
	pf_bell_ring(&bell, PF_BELL_SCREENS);
	ok(atomic_load(&bell.word) == before,
	    "ringing where nobody sleeps changes nothing");
	pf_bell_ring(&bell, PF_BELL_AGENTS);
	ok(!(atomic_load(&bell.word) & 1), "a ring clears the class's bit");
	const enum pf_bell_class class[] = {PF_BELL_AGENTS, PF_BELL_AGENTS,
	    PF_BELL_SCREENS};
	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread[i], NULL, sleeper,
		    (void *)(intptr_t)class[i]) != 0)
			return 1;
	for (int i = 1; i <= ROUNDS; i++) {
		atomic_store(&position, (uint64_t)i);
		pf_bell_ring(&bell, PF_BELL_AGENTS);
		pf_bell_ring(&bell, PF_BELL_SCREENS);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	ok(atomic_load(&timeouts) == 0, "no wake-up is ever missed");
	return tap_done();
}
