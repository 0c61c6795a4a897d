/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/heart.h"

#include "session/fault.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void
pf_heart_init(struct pf_heart *h, const char *lane)
{
	*h = (struct pf_heart){.lane = lane, .guard = -1, .fd = -1};
}

static void
shut(struct pf_heart *h)
{
	if (h->open && h->lane)
		pf_lane_file_close(&h->file);
	if (h->guard >= 0)
		pf_fault_release(h->guard);
	if (h->clock)
		munmap((void *)h->clock, PF_CLOCK_BYTES);
	if (h->fd >= 0)
		close(h->fd);
	h->open = false;
	h->guard = h->fd = -1;
	h->clock = NULL;
}

void
pf_heart_fini(struct pf_heart *h)
{
	shut(h);
}

void
pf_heart_reset(struct pf_heart *h, int64_t now_ns)
{
	shut(h);
	h->moved_ns = now_ns;
}

static bool
open_clock(struct pf_heart *h, const struct pf_directory *dir)
{
	struct stat st;
	h->fd = openat(dir->fd, "clock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
	    O_NONBLOCK);
	if (h->fd < 0 || fstat(h->fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < PF_CLOCK_BYTES)
		return false;
	void *const m = mmap(NULL, PF_CLOCK_BYTES, PROT_READ, MAP_SHARED,
	    h->fd, 0);
	if (m == MAP_FAILED)
		return false;
	h->clock = m;
	h->guard = pf_fault_guard(m, PF_CLOCK_BYTES);
	return h->guard >= 0 && h->clock->magic == PF_CLOCK_MAGIC &&
	    h->clock->version == PF_CLOCK_VERSION;
}

/* Is what we have open still what the session has? */
static bool
stale(const struct pf_heart *h)
{
	struct stat st;
	if (h->lane)
		return pf_lane_file_broken(&h->file);
	return pf_fault_seen(h->guard) || fstat(h->fd, &st) != 0 ||
	    st.st_nlink == 0;
}

static bool
get(const struct pf_heart *h, uint64_t *value)
{
	struct pf_clock_state state;
	if (h->lane) {
		*value = atomic_load(&h->file.lane->owner.heartbeat_ns);
		return true;
	}
	if (!pf_clock_get(h->clock, &state))
		return false;
	*value = (uint64_t)state.frame ^ (uint64_t)state.mono_ns;
	return true;
}

bool
pf_heart_look(struct pf_heart *h, const struct pf_directory *dir,
    int64_t now_ns)
{
	struct pf_err err;
	uint64_t value;
	if (h->open && stale(h))
		shut(h);
	if (!h->open) {
		h->open = h->lane ? pf_lane_file_read(&h->file, dir, h->lane,
		    &err) == 0 : open_clock(h, dir);
		if (!h->open)
			shut(h);
	}
	if (!h->open || !get(h, &value) || value == h->last)
		return false;
	h->last = value;
	h->moved_ns = now_ns;
	return true;
}
