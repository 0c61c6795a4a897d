/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/workers.h"

#include "engine/fpu.h"
#include "engine/workers_private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
live(void *workers)
{
	pf_fpu_begin();
	pf_workers_live(workers);
	return NULL;
}

int
pf_workers_new(struct pf_workers **workers, unsigned n)
{
	struct pf_workers *w = aligned_alloc(alignof(struct pf_workers),
	    sizeof *w);
	if (!w)
		return -ENOMEM;
	memset(w, 0, sizeof *w);
	/* Signals are for the program's own threads. */
	sigset_t all, was;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	int status = 0;
	for (; w->n < n && !status; w->n += !status)
		status = -pthread_create(&w->thread[w->n], NULL, live, w);
	for (unsigned i = 0; i < w->n; i++) { /* for who looks at threads */
		char name[16]; /* that is all the kernel keeps */
		snprintf(name, sizeof name, "pf-worker-%u", (i + 1) % 100);
		pthread_setname_np(w->thread[i], name);
	}
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (status < 0) {
		pf_workers_free(w);
		return status;
	}
	*workers = w;
	return 0;
}

void
pf_workers_free(struct pf_workers *w)
{
	if (!w)
		return;
	atomic_store(&w->quit, 1);
	pf_workers_ring(w);
	for (unsigned i = 0; i < w->n; i++)
		pthread_join(w->thread[i], NULL);
	free(w);
}
