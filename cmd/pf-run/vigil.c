/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vigil.h"

#include "base/message.h"

#include <unistd.h>

void
vigil_open(struct vigil *v, int ready_fd)
{
	*v = (struct vigil){.ready_fd = ready_fd, .ready = -1u};
	pf_notify_open(&v->notify);
}

void
vigil_close(struct vigil *v)
{
	pf_notify_close(&v->notify);
}

/* Those who run but get nowhere. */
static void
feel_hearts(struct vigil *v, struct pf_super *super, struct process *processes,
    const struct pf_directory *session, int64_t now_ns)
{
	for (size_t i = 0; i < super->rig->n; i++) {
		const struct pf_rig_program *const p = &super->rig->program[i];
		struct pf_heart *const h = &processes[i].heart;
		if (super->life[i].state != PF_SUPER_READY ||
		    !(p->stall_ns || p->engine))
			continue;
		const bool moved = pf_heart_look(h, session, now_ns);
		if (moved && p->engine)
			v->moved_ns = now_ns;
		if (p->stall_ns && now_ns - h->moved_ns > p->stall_ns)
			pf_super_stalled(super, i, now_ns);
	}
}

static bool
has_engine(const struct pf_rig *rig)
{
	for (size_t i = 0; i < rig->n; i++)
		if (rig->program[i].engine)
			return true;
	return false;
}

static void
feed_watchdog(struct vigil *v, const struct pf_super *super, int64_t now_ns)
{
	const int64_t patience = v->notify.watchdog_ns;
	if (!patience || now_ns < v->watchdog_at_ns)
		return;
	if (has_engine(super->rig) && !super->stops &&
	    now_ns - v->moved_ns > patience / 2)
		return;
	v->watchdog_at_ns = now_ns + patience / 4;
	pf_notify_say(&v->notify, "WATCHDOG=1");
}

void
vigil_tick(struct vigil *v, struct pf_super *super, struct process *processes,
    const struct pf_directory *session, int64_t now_ns)
{
	feel_hearts(v, super, processes, session, now_ns);
	feed_watchdog(v, super, now_ns);
}

static void
announce(struct vigil *v)
{
	v->announced = true;
	/* Somebody waits before an empty screen. */
	if (isatty(STDERR_FILENO))
		pf_msg("all are there; Ctrl-C ends it");
	pf_notify_say(&v->notify, "READY=1");
	if (v->ready_fd >= 0 && write(v->ready_fd, "\n", 1) == 1)
		close(v->ready_fd);
	v->ready_fd = -1;
}

void
vigil_report(struct vigil *v, const struct pf_super *super)
{
	unsigned ready = 0, restarts = 0;
	if (super->stops) {
		if (!v->stopping)
			pf_notify_say(&v->notify,
			    "STOPPING=1\nSTATUS=stopping");
		v->stopping = true;
		return;
	}
	for (size_t i = 0; i < super->rig->n; i++) {
		ready += super->life[i].state == PF_SUPER_READY;
		restarts += super->life[i].restarts;
	}
	if (ready != v->ready || restarts != v->restarts)
		pf_notify_say(&v->notify, "STATUS=%u of %zu programs play, "
		    "%u restarts", ready, super->rig->n, restarts);
	v->ready = ready;
	v->restarts = restarts;
	if (!v->announced && pf_super_settled(super))
		announce(v);
}
