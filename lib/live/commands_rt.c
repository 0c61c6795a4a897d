/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/commands.h"

_Static_assert((PF_COMMANDS & (PF_COMMANDS - 1)) == 0, "a power of two");

/*
 * May one more be put in?  The counters run freely; their difference is how
 * many wait.  Acquire: pairs with the release of who took the slot out.
 */
static bool
room(_Atomic uint32_t *got, uint32_t put, uint32_t most)
{
	return put - atomic_load_explicit(got, memory_order_acquire) < most;
}

/* Is there one to be taken?  Acquire: pairs with who filled the slot. */
static bool
waits(_Atomic uint32_t *put, uint32_t got)
{
	return atomic_load_explicit(put, memory_order_acquire) != got;
}

bool
pf_commands_put(struct pf_commands *ring, const struct pf_command *command)
{
	const uint32_t put = atomic_load_explicit(&ring->put,
	    memory_order_relaxed);
	if (!room(&ring->got, put, PF_COMMANDS))
		return false;
	ring->slot[put % PF_COMMANDS] = *command;
	atomic_store_explicit(&ring->put, put + 1, memory_order_release);
	return true;
}

bool
pf_commands_get(struct pf_commands *ring, struct pf_command *command)
{
	const uint32_t got = atomic_load_explicit(&ring->got,
	    memory_order_relaxed);
	if (!waits(&ring->put, got))
		return false;
	*command = ring->slot[got % PF_COMMANDS];
	atomic_store_explicit(&ring->got, got + 1, memory_order_release);
	return true;
}

bool
pf_answers_put(struct pf_answers *ring, const struct pf_answer *answer)
{
	const uint32_t put = atomic_load_explicit(&ring->put,
	    memory_order_relaxed);
	if (!room(&ring->got, put, 4 * PF_COMMANDS))
		return false;
	ring->slot[put % (4 * PF_COMMANDS)] = *answer;
	atomic_store_explicit(&ring->put, put + 1, memory_order_release);
	return true;
}

bool
pf_answers_get(struct pf_answers *ring, struct pf_answer *answer)
{
	const uint32_t got = atomic_load_explicit(&ring->got,
	    memory_order_relaxed);
	if (!waits(&ring->put, got))
		return false;
	*answer = ring->slot[got % (4 * PF_COMMANDS)];
	atomic_store_explicit(&ring->got, got + 1, memory_order_release);
	return true;
}
