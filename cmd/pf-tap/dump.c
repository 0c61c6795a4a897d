/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dump.h"
#include "tap.h"

#include "base/outfile.h"
#include "session/bell.h"
#include "session/clock.h"
#include "session/directory.h"
#include "session/metric.h"
#include "session/tap.h"
#include "stream/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MOST = 512, LAST = 8 };

struct files {
	char *name[FILES_MOST];
	size_t n;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
list(const struct pf_directory *dir, struct files *f)
{
	const int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *const d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d) {
		const int e = errno;
		if (fd >= 0)
			close(fd);
		return -e;
	}
	for (const struct dirent *e; (e = readdir(d)) && f->n < FILES_MOST;)
		if (e->d_name[0] != '.' &&
		    (f->name[f->n] = strdup(e->d_name)))
			f->n++;
	closedir(d);
	qsort(f->name, f->n, sizeof *f->name, by_name);
	return 0;
}

const char *
dump_text(const char *s, size_t most, char *buf)
{
	size_t i = 0;
	for (; i < most && s[i]; i++)
		buf[i] = (unsigned char)s[i] < ' ' || s[i] == 0x7f ? '?'
		    : s[i];
	buf[i] = '\0';
	return buf;
}

/*
 * Read up to n bytes of a file into buf, the rest zero.  Prints its line and
 * what is odd about it.  Returns how many bytes, or a negative errno.
 */
static ssize_t
take(const struct pf_directory *dir, const char *name, void *buf, size_t n,
    bool *held)
{
	struct stat st;
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET,
	    .l_len = 1};
	char safe[NAME_MAX + 1];
	size_t got = 0;
	printf("\n%s", dump_text(name, NAME_MAX, safe));
	const int fd = openat(dir->fd, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		const int e = errno;
		struct stat at;
		const bool is_socket = fstatat(dir->fd, name, &at,
		    AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(at.st_mode);
		printf(": %s\n", is_socket ? "a socket" : e == ELOOP
		    ? "a link, which nobody follows" : strerror(e));
		if (fd >= 0)
			close(fd);
		return -e;
	}
	printf(": %lld bytes, mode %03o, user %u", (long long)st.st_size,
	    (unsigned)(st.st_mode & 0777), (unsigned)st.st_uid);
	if (!S_ISREG(st.st_mode))
		printf(", NO PLAIN FILE");
	else if (st.st_nlink != 1)
		printf(", %u LINKS", (unsigned)st.st_nlink);
	putchar('\n');
	if (held)
		*held = fcntl(fd, F_OFD_GETLK, &lock) == 0 &&
		    lock.l_type != F_UNLCK;
	memset(buf, 0, n);
	while (S_ISREG(st.st_mode) && got < n) {
		const ssize_t m = pread(fd, (char *)buf + got, n - got,
		    (off_t)got);
		if (m <= 0)
			break;
		got += (size_t)m;
	}
	close(fd);
	return (ssize_t)got;
}

void
dump_bytes(const void *bytes, size_t n)
{
	const unsigned char *const b = bytes;
	for (size_t i = 0; i < n; i += 16) {
		printf("  %06zx ", i);
		for (size_t k = i; k < i + 16 && k < n; k++)
			printf(" %02x", b[k]);
		putchar('\n');
	}
}

/* ---- the clock and the bell */

static void
dump_state(const struct pf_clock_state *s, bool in_force)
{
	printf("  %s copy: session time %" PRId64 " ns at CLOCK_MONOTONIC %"
	    PRId64 " ns, speed %.9f\n", in_force ? "in force," : "the other",
	    s->time_ns, s->mono_ns, s->speed);
	printf("    device    %u Hz, period %u, frame %" PRId64 ", %" PRIu64
	    " periods, %" PRIu64 " xruns, %" PRIu64 " frames lost\n",
	    s->rate_hz, s->period_frames, s->frame, s->periods, s->xruns,
	    s->lost_frames);
	printf("    latency   in %u, out %u, master %u frames\n",
	    s->in_latency, s->out_latency, s->master_latency);
	printf("    transport beat %.6f at %" PRId64 " ns, %.6g bpm, %s, "
	    "epoch %u, meter %u/%u, key %u/%u, follow %08x\n", s->beat,
	    s->beat_time_ns, s->bpm, s->playing ? "playing" : "stopped",
	    s->epoch, s->meter_num, s->meter_den, s->key_tonic, s->key_mode,
	    s->follow);
	printf("    engine    pid %u, born %" PRIu64 " ns, OSC port %u\n",
	    s->engine_pid, s->engine_born_ns, s->port);
}

static void
dump_clock(const struct pf_directory *dir)
{
	union {
		struct pf_clock clock;
		char bytes[PF_CLOCK_BYTES];
	} u;
	const ssize_t n = take(dir, "clock", &u, sizeof u, NULL);
	if (n < (ssize_t)sizeof u.clock) {
		if (n >= 0)
			puts("  TOO SHORT for a clock");
		return;
	}
	if (u.clock.magic != PF_CLOCK_MAGIC ||
	    u.clock.version != PF_CLOCK_VERSION) {
		printf("  NO CLOCK of version %d: magic %016" PRIx64
		    ", version %u\n", PF_CLOCK_VERSION, u.clock.magic,
		    u.clock.version);
		dump_bytes(&u, 64);
		return;
	}
	const uint64_t counter = u.clock.counter;
	printf("  version %u, set %" PRIu64 " times\n", u.clock.version,
	    counter);
	for (uint64_t i = 0; i < 2; i++) {
		const uint64_t which = (counter + i) % 2;
		struct pf_clock_state state;
		uint64_t word[PF_CLOCK_WORDS];
		for (int k = 0; k < PF_CLOCK_WORDS; k++)
			word[k] = u.clock.copy[which][k];
		memcpy(&state, word, sizeof state);
		dump_state(&state, i == 0);
	}
}

static void
dump_bell(const struct pf_directory *dir)
{
	static const char *const class[] = {"agents", "ears", "engine",
	    "screens", "4", "5", "6", "7"};
	struct pf_bell bell;
	const ssize_t n = take(dir, "bell", &bell, sizeof bell, NULL);
	if (n < (ssize_t)sizeof bell) {
		if (n >= 0)
			puts("  TOO SHORT for a bell");
		return;
	}
	const uint32_t word = bell.word;
	printf("  %s, roster %u, rung %u times, asleep:",
	    bell.magic == PF_BELL_MAGIC ? "a bell" : "NO BELL",
	    (unsigned)bell.roster, word >> PF_BELL_CLASSES);
	for (int i = 0; i < PF_BELL_CLASSES; i++)
		if (word & 1u << i)
			printf(" %s", class[i]);
	puts(word & 0xff ? "" : " nobody");
}

/* ---- all of it */

static bool
is_wanted(const char *file, char **lanes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(file + strlen("lane."), lanes[i]) == 0)
			return true;
	return n == 0;
}

/* The spellings that stand behind all lanes, and those that need none. */
static void
gather_names(const struct pf_directory *dir, const struct files *f,
    struct pf_names *names, struct lane_copy *copy)
{
	static const char *const known[] = {PF_HISTOGRAM_CALLBACK,
	    PF_HISTOGRAM_WAKE, PF_HISTOGRAM_LANE_LAG, PF_HISTOGRAM_DECISION,
	    PF_HISTOGRAM_COMMAND};
	uint32_t hash;
	for (size_t i = 0; i < PF_COUNT(known); i++)
		(void)!pf_names_add(names, known[i], strlen(known[i]), &hash);
	for (size_t i = 0; i < f->n; i++) {
		uint32_t from = 0;
		if (strncmp(f->name[i], "lane.", 5) != 0)
			continue;
		const int fd = openat(dir->fd, f->name[i],
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		memset(&copy->tail, 0, sizeof copy->tail);
		if (fd >= 0 && pread(fd, &copy->tail, sizeof copy->tail,
		    PF_LANE_BYTES) > 0)
			pf_tail_hear_names(&copy->tail, &from, names);
		if (fd >= 0)
			close(fd);
		/* Who owns a lane is called after it. */
		const size_t len = strlen(f->name[i] + 5);
		if (len)
			(void)!pf_names_add(names, f->name[i] + 5, len, &hash);
	}
}

/* An audio tap, or what nobody knows. */
static void
dump_other(const struct pf_directory *dir, const char *name)
{
	struct pf_tap_header h;
	const ssize_t n = take(dir, name, &h, sizeof h, NULL);
	if (n == (ssize_t)sizeof h && h.magic == PF_TAP_MAGIC)
		printf("  an audio tap, version %u: %u channels at %u Hz, %u "
		    "frames, from frame %" PRId64 " to %" PRId64 "\n",
		    h.version, h.channels, h.rate_hz, h.frames, h.begin,
		    (int64_t)h.position);
	else if (n > 0)
		dump_bytes(&h, (size_t)n);
}

static void
dump_one(const struct pf_directory *dir, const char *name,
    struct lane_copy *copy, const struct pf_names *names, uint64_t last)
{
	bool held = false;
	if (strncmp(name, "lane.", 5) != 0) {
		dump_other(dir, name);
		return;
	}
	const ssize_t n = take(dir, name, copy, sizeof *copy, &held);
	if (n < 0)
		return;
	if (n < (ssize_t)sizeof *copy)
		printf("  TOO SHORT for a lane by %zd bytes\n",
		    (ssize_t)sizeof *copy - n);
	if (n > 0)
		dump_lane(copy, held, names, last);
}

int
tap_dump(const struct wish *w, char **lanes, size_t n, struct pf_err *err)
{
	struct pf_directory dir;
	struct files f = {.n = 0};
	struct pf_names *names = NULL;
	struct lane_copy *const copy = malloc(sizeof *copy);
	const uint64_t last = w->count < 0 ? LAST : (uint64_t)w->count;
	size_t found = 0;
	int r = pf_directory_open(&dir, w->session, false, err);
	if (r != 0)
		goto out;
	if (!copy || pf_names_new(&names) != 0) {
		pf_err_set(err, "not enough memory");
		r = -ENOMEM;
		goto out;
	}
	if ((r = list(&dir, &f)) != 0) {
		pf_err_set(err, "cannot list '%s': %s", dir.path,
		    strerror(-r));
		goto out;
	}
	gather_names(&dir, &f, names, copy);
	printf("session '%s' in %s, %zu files\n", dir.name, dir.path, f.n);
	if (n == 0) {
		dump_clock(&dir);
		dump_bell(&dir);
	}
	for (size_t i = 0; i < f.n; i++) {
		const bool is_lane = strncmp(f.name[i], "lane.", 5) == 0;
		if (strcmp(f.name[i], "clock") == 0 ||
		    strcmp(f.name[i], "bell") == 0 || (n && !is_lane))
			continue;
		if (is_lane && !is_wanted(f.name[i], lanes, n))
			continue;
		dump_one(&dir, f.name[i], copy, names, last);
		found++;
	}
	if (n && !found) {
		pf_err_set(err, "no lane '%s' in session '%s'", lanes[0],
		    dir.name);
		r = -ESRCH;
	}
	if (r == 0 && pf_close_stdout(err) != 0)
		r = -EIO;
out:
	for (size_t i = 0; i < f.n; i++)
		free(f.name[i]);
	pf_names_free(names);
	pf_directory_close(&dir);
	free(copy);
	return r;
}
