/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/tap_file.h"

#include "session/fault.h"

#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct pf_directory dir;
static struct pf_err err;

/* What stands at a frame of a channel: tells which, exactly. */
static float
sample_of(int64_t frame, unsigned c)
{
	return (float)((frame + 7 * c) % 16000000);
}

static void
write_frames(struct pf_tap *tap, int64_t from, unsigned n)
{
	static float x[2][3 * PF_TAP_STEP];
	const float *const in[2] = {x[0], x[1]};
	for (unsigned c = 0; c < 2; c++)
		for (unsigned i = 0; i < n; i++)
			x[c][i] = sample_of(from + i, c);
	pf_tap_write(tap, in, n);
}

static void
test_ring(void)
{
	struct pf_tap *const tap = calloc(1, pf_tap_bytes(2));
	struct pf_tap_cursor c;
	float out[PF_TAP_STEP];
	int64_t frame;
	pf_tap_init(tap, 2, 48000, 1000);
	pf_tap_begin_now(&c, tap);
	ok(c.next == 1000 && pf_tap_waiting(&c, tap) == 0,
	    "a tap begins at the session frame it was told");
	ok(pf_tap_read(&c, tap, 0, out, 64, true, &frame) == 0,
	    "there is nothing to read before something was written");
	write_frames(tap, 1000, 100);
	ok(pf_tap_read(&c, tap, 1, out, 64, false, &frame) == 64 &&
	    frame == 1000 && out[63] == sample_of(1063, 1),
	    "a channel is read from the cursor on");
	ok(pf_tap_read(&c, tap, 0, out, 64, true, &frame) == 64 &&
	    frame == 1000 && out[0] == sample_of(1000, 0),
	    "the other channel has the same frames");
	ok(pf_tap_read_mono(&c, tap, 2, out, 64, &frame) == 36 &&
	    frame == 1064 && out[0] == (sample_of(1064, 0) +
	    sample_of(1064, 1)) / 2, "all as one are their mean");
	pf_tap_write(tap, NULL, 10);
	ok(pf_tap_read_mono(&c, tap, 2, out, 64, &frame) == 10 &&
	    out[9] == 0, "no samples are silence");
	write_frames(tap, 1110, 3 * PF_TAP_STEP);
	ok(pf_tap_waiting(&c, tap) == 3 * PF_TAP_STEP,
	    "more than a step is written in steps");
	for (int64_t f = 1110 + 3 * PF_TAP_STEP; f < 200000;
	    f += PF_TAP_STEP)
		write_frames(tap, f, PF_TAP_STEP);
	const int64_t end = atomic_load(&tap->header.position);
	const unsigned n = pf_tap_read(&c, tap, 0, out, 64, true, &frame);
	ok(n == 64 && frame == end - PF_TAP_RESUME &&
	    out[0] == sample_of(frame, 0),
	    "a lapped reader goes on half a ring behind the writer");
	ok(c.lost + c.read + (uint64_t)(end - c.next) ==
	    (uint64_t)(end - 1000), "every frame is read, lost or waits");
	atomic_store(&tap->header.position, 5);
	ok(pf_tap_read(&c, tap, 0, out, 64, true, &frame) == 0 && c.suspect,
	    "a position that jumps back makes the tap suspect");
	free(tap);
}

/* ---- a writer that never waits, and a reader */

enum { FRAMES = 3000000 };

static void *
writer(void *ctx)
{
	struct pf_tap *const tap = ctx;
	unsigned n = 1;
	for (int64_t f = 0; f < FRAMES;) {
		n = n * 1103515245 + 12345;
		const unsigned step = 1 + n / 65536 % 700;
		write_frames(tap, f, step);
		f += step;
	}
	return NULL;
}

static void
test_threads(void)
{
	struct pf_tap *const tap = calloc(1, pf_tap_bytes(2));
	struct pf_tap_cursor c;
	static float out[PF_TAP_STEP];
	pthread_t t;
	int64_t frame, wrong = 0, next = 0, gaps = 0;
	pf_tap_init(tap, 2, 48000, 0);
	pf_tap_begin_now(&c, tap);
	pthread_create(&t, NULL, writer, tap);
	while (c.next < FRAMES) {
		const unsigned n = pf_tap_read(&c, tap, 0, out, 512, true,
		    &frame);
		gaps += n && frame != next;
		for (unsigned i = 0; i < n; i++)
			wrong += out[i] != sample_of(frame + i, 0);
		if (n)
			next = frame + n;
	}
	pthread_join(t, NULL);
	ok(wrong == 0, "what is read beside a writer at full speed is whole "
	    "(%lld gaps)", (long long)gaps);
	ok(c.read + c.lost == (uint64_t)c.next,
	    "each frame is counted once, as read or as lost");
	free(tap);
}

static void
test_files(void)
{
	struct pf_tap_file w, again, r;
	struct pf_tap_cursor c;
	float out[64];
	int64_t frame;
	char path[256];
	ok(pf_tap_file_read(&r, &dir, "in", &err) == -ENOENT,
	    "a tap that nobody made is not there");
	ok(pf_tap_file_make(&w, &dir, "../in", 2, 48000, 0, &err) == -EINVAL
	    && pf_tap_file_make(&w, &dir, "in", 65, 48000, 0, &err) ==
	    -EINVAL, "a bad name and too many channels are refused");
	ok(pf_tap_file_make(&w, &dir, "in", 2, 44100, 640, &err) == 0,
	    "a tap is made");
	ok(pf_tap_file_read(&r, &dir, "in", &err) == 0 && r.channels == 2 &&
	    r.rate_hz == 44100, "and read by another");
	pf_tap_begin_now(&c, r.tap);
	write_frames(w.tap, 640, 64);
	ok(pf_tap_read(&c, r.tap, 1, out, 64, true, &frame) == 64 &&
	    out[5] == sample_of(645, 1), "what is written is heard there");
	ok(pf_tap_file_make(&again, &dir, "in", 1, 48000, 999, &err) == 0 &&
	    pf_tap_file_broken(&r), "a new engine's tap replaces the old");
	pf_tap_file_close(&r, &dir);
	pf_tap_file_close(&w, &dir);
	ok(pf_tap_file_read(&r, &dir, "in", &err) == 0 &&
	    r.tap->header.begin == 999,
	    "closing the old one leaves the new one there");
	snprintf(path, sizeof path, "%s/tap.in", dir.path);
	ok(truncate(path, 4096) == 0 && pf_tap_file_broken(&r),
	    "one that was cut is found broken");
	pf_tap_begin_now(&c, r.tap);
	c.next -= 64;
	ok(pf_tap_read(&c, r.tap, 0, out, 64, true, &frame) <= 64 &&
	    pf_fault_seen(r.guard), "and reading it is survived");
	pf_tap_file_close(&r, &dir);
	pf_tap_file_close(&again, &dir);
	ok(access(path, F_OK) != 0, "its owner takes it away when it closes");
	const int fd = open(path, O_CREAT | O_WRONLY, 0600);
	ok(fd >= 0 && write(fd, "x", 1) == 1 &&
	    pf_tap_file_read(&r, &dir, "in", &err) == -EPROTO,
	    "a file that is no tap is refused: %s", err.text);
	close(fd);
	unlink(path);
}

int
main(void)
{
	char name[64];
	snprintf(name, sizeof name, "test-tap.%d", (int)getpid());
	if (pf_directory_open(&dir, name, true, &err) != 0) {
		printf("Bail out! %s\n", err.text);
		return 1;
	}
	test_ring();
	test_threads();
	test_files();
	pf_directory_close(&dir);
	rmdir(dir.path);
	return tap_done();
}
