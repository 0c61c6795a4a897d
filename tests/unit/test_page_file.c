/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/page_file.h"

#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct pf_directory dir;
static struct pf_err err;

static void
test_clock(void)
{
	struct pf_page_file own, reader, again;
	struct pf_clock_state s = {.time_ns = 77, .bpm = 100};
	bool old = true;
	ok(pf_clock_file_read(&reader, &dir, &err) == -ENOENT,
	    "without an engine there is no clock");
	ok(pf_clock_file_own(&own, &dir, &old, &err) == 0 && !old,
	    "the first engine makes it");
	pf_clock_set(own.clock, &s);
	s.time_ns = 0;
	ok(pf_clock_file_read(&reader, &dir, &err) == 0 &&
	    pf_clock_get(reader.clock, &s) && s.time_ns == 77,
	    "others read it");
	pf_page_file_close(&own);
	ok(pf_clock_file_own(&again, &dir, &old, &err) == 0 && old &&
	    pf_clock_get(again.clock, &s) && s.bpm == 100,
	    "the next engine finds it as it was left");
	again.clock->version = 99;
	pf_page_file_close(&again);
	ok(pf_page_file_broken(&reader) == false, "a reader has it still");
	pf_page_file_close(&reader);
	ok(pf_clock_file_read(&reader, &dir, &err) == -EPROTO,
	    "a clock of another version is not read");
	ok(pf_clock_file_own(&own, &dir, &old, &err) == 0 && !old,
	    "but replaced by who may");
	ok(pf_clock_file_read(&reader, &dir, &err) == 0, "and then read");
	unlinkat(dir.fd, "clock", 0);
	ok(pf_page_file_broken(&reader), "a clock that is removed is broken");
	pf_page_file_close(&reader);
	pf_page_file_close(&own);
}

static void
test_bell(void)
{
	struct pf_page_file a, b;
	ok(pf_bell_file_open(&a, &dir, &err) == 0 &&
	    pf_bell_file_open(&b, &dir, &err) == 0, "anybody makes the bell");
	atomic_fetch_add(&a.bell->roster, 1);
	ok(atomic_load(&b.bell->roster) == 1, "all have the same one");
	(void)!ftruncate(a.fd, 0);
	atomic_fetch_add(&b.bell->roster, 1);
	ok(pf_page_file_broken(&b), "one that was cut kills nobody");
	pf_page_file_close(&a);
	pf_page_file_close(&b);
	ok(pf_bell_file_open(&a, &dir, &err) == 0 &&
	    a.bell->magic == PF_BELL_MAGIC, "and is made anew");
	pf_page_file_close(&a);
	unlinkat(dir.fd, "bell", 0);
	(void)!symlinkat("/etc/passwd", dir.fd, "bell");
	ok(pf_bell_file_open(&a, &dir, &err) == -EPERM, "a link is refused");
	unlinkat(dir.fd, "bell", 0);
	const int fd = openat(dir.fd, "bell", O_CREAT | O_RDWR, 0644);
	(void)!fchmod(fd, 0644);
	(void)!ftruncate(fd, 4096);
	close(fd);
	ok(pf_bell_file_open(&a, &dir, &err) == -EPERM,
	    "a bell that is open to others is refused");
	unlinkat(dir.fd, "bell", 0);
}

int
main(void)
{
	char name[64];
	snprintf(name, sizeof name, "test-page.%d", (int)getpid());
	if (pf_directory_open(&dir, name, true, &err) != 0) {
		printf("Bail out! %s\n", err.text);
		return 1;
	}
	test_clock();
	test_bell();
	rmdir(dir.path);
	pf_directory_close(&dir);
	return tap_done();
}
