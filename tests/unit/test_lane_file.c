/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/lane_file.h"

#include "base/hash.h"
#include "event/type.h"

#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct pf_directory dir;
static struct pf_err err;

static void
say(struct pf_lane_segment *lane, uint32_t id)
{
	struct pf_event e = pf_event_make(PF_NOTE, id, pf_hash_str("bass"));
	e.pitch = 40;
	e.velocity = 1;
	e.duration = 1;
	e.id = id;
	(void)!pf_lane_say(lane, &e, NULL, 0);
}

/* In a child: become NAME, say n events, tell the parent, wait for death. */
static pid_t
player(const char *name, uint32_t n)
{
	int ready[2];
	char c;
	if (pipe(ready) != 0)
		exit(1);
	const pid_t pid = fork();
	if (pid == 0) {
		struct pf_lane_file f;
		if (pf_lane_file_own(&f, &dir, name, "bass", NULL) != 0)
			_exit(1);
		for (uint32_t i = 1; i <= n; i++)
			say(f.lane, i);
		(void)!write(ready[1], "x", 1);
		for (;;)
			pause();
	}
	(void)!read(ready[0], &c, 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void
test_life_and_death(void)
{
	struct pf_lane_file mine, theirs;
	struct pf_lane_cursor c;
	struct pf_event e, more[PF_MORE_MOST];
	const pid_t pid = player("bass", 3);
	char text[32];
	ok(pf_lane_file_own(&mine, &dir, "bass", "bass", &err) == -EBUSY,
	    "a name that is taken is refused");
	snprintf(text, sizeof text, "pid %d", (int)pid);
	ok(strstr(err.text, text), "and told by whom: %s", err.text);
	ok(pf_lane_file_read(&theirs, &dir, "bass", &err) == 0,
	    "a lane can be read");
	ok(pf_lane_file_alive(&theirs), "its owner lives");
	pf_lane_begin_oldest(&c, theirs.lane);
	ok(pf_lane_read(&c, theirs.lane, &e, more) == 1 && e.id == 1,
	    "what was said before is there");
	end(pid);
	ok(!pf_lane_file_alive(&theirs), "the kernel tells of its death");
	ok(pf_lane_file_own(&mine, &dir, "bass", "bass", &err) == 0 &&
	    mine.taken_over, "a dead one's lane is taken over");
	ok(mine.lane->header.position == 3, "where it was left");
	say(mine.lane, 4);
	uint32_t last = 0;
	while (pf_lane_read(&c, theirs.lane, &e, more) == 1)
		last = e.id;
	ok(last == 4 && c.consumed == 4,
	    "its readers hear the new owner without opening it again");
	ok(pf_lane_file_alive(&theirs), "and know that it lives");
	pf_lane_file_close(&mine);
	pf_lane_file_close(&theirs);
}

static void
test_hostile_files(void)
{
	struct pf_lane_file mine, theirs;
	ok(pf_lane_file_own(&mine, &dir, "keys", "harmony", &err) == 0,
	    "a lane is made");
	ok(pf_lane_file_read(&theirs, &dir, "keys", &err) == 0, "and read");
	say(mine.lane, 1);
	ok(ftruncate(mine.fd, 4096) == 0, "its file shrinks");
	const uint64_t x = *(volatile uint64_t *)
	    &theirs.lane->slot[20000].word[0];
	ok(x == 0 && pf_lane_file_broken(&theirs),
	    "a reader survives and knows");
	for (uint32_t i = 2; i < 1000; i++)
		say(mine.lane, i);
	ok(pf_lane_file_cut(&mine), "its owner, too");
	pf_lane_file_close(&theirs);
	ok(pf_lane_file_read(&theirs, &dir, "keys", &err) == -EPROTO,
	    "a short file is refused: %s", err.text);
	pf_lane_file_close(&mine);
	ok(pf_lane_file_own(&mine, &dir, "keys", "harmony", &err) == 0 &&
	    !mine.taken_over, "and replaced by one who wants the name");
	mine.lane->header.version = 99;
	ok(pf_lane_file_read(&theirs, &dir, "keys", &err) == -EPROTO &&
	    strstr(err.text, "version 99"),
	    "another version is refused: %s", err.text);
	mine.lane->header.version = PF_LANE_VERSION;
	(void)!fchmod(mine.fd, 0644);
	ok(pf_lane_file_read(&theirs, &dir, "keys", &err) == -EPERM,
	    "a file that others may touch is refused: %s", err.text);
	pf_lane_file_close(&mine);
	(void)!symlinkat("lane.keys", dir.fd, "lane.link");
	ok(pf_lane_file_read(&theirs, &dir, "link", &err) == -EPERM,
	    "a link is refused");
	(void)!linkat(dir.fd, "lane.bass", dir.fd, "lane.twin", 0);
	ok(pf_lane_file_read(&theirs, &dir, "twin", &err) == -EPERM,
	    "a file with two names is refused: %s", err.text);
	(void)!mkfifoat(dir.fd, "lane.pipe", 0600);
	ok(pf_lane_file_read(&theirs, &dir, "pipe", &err) == -EPERM,
	    "a pipe is refused without waiting");
	ok(pf_lane_file_read(&theirs, &dir, "../x", &err) == -EINVAL &&
	    pf_lane_file_own(&mine, &dir, ".hid", "x", &err) == -EINVAL,
	    "a name is not a path");
	ok(pf_lane_file_read(&theirs, &dir, "nobody", &err) == -ENOENT,
	    "who is not there is named: %s", err.text);
}

static void
test_race(void)
{
	enum { MANY = 12 };
	pid_t pid[MANY];
	int winners = 0;
	for (int i = 0; i < MANY; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			struct pf_lane_file f;
			const int r = pf_lane_file_own(&f, &dir, "race",
			    "drums", NULL);
			if (r == 0)
				usleep(300000);
			_exit(r == 0 ? 0 : r == -EBUSY ? 1 : 2);
		}
	}
	int strange = 0;
	for (int i = 0; i < MANY; i++) {
		int status;
		waitpid(pid[i], &status, 0);
		winners += WEXITSTATUS(status) == 0;
		strange += WEXITSTATUS(status) == 2;
	}
	ok(winners == 1 && strange == 0,
	    "of many who want one name at once, one gets it");
}

static void
test_directory(void)
{
	struct pf_directory other;
	ok(pf_directory_open(&other, "no/such", true, &err) == -EINVAL &&
	    pf_directory_open(&other, "..", true, &err) == -EINVAL,
	    "a session's name is not a path");
	ok(pf_directory_open(&other, "never-made", false, &err) == -ENOENT,
	    "a session that is not there is named: %s", err.text);
	(void)!fchmod(dir.fd, 0755);
	ok(pf_directory_open(&other, dir.name, false, &err) == -EPERM,
	    "a directory that others may enter is refused: %s", err.text);
	(void)!fchmod(dir.fd, 0700);
}

int
main(void)
{
	char name[32], command[200];
	snprintf(name, sizeof name, "test-%d", (int)getpid());
	if (pf_directory_open(&dir, name, true, &err) != 0) {
		printf("# %s\n", err.text);
		return 1;
	}
	test_life_and_death();
	test_hostile_files();
	test_race();
	test_directory();
	ok(!pf_directory_gone(&dir), "the session is there");
	snprintf(command, sizeof command, "rm -r '%s'", dir.path);
	(void)!system(command);
	ok(pf_directory_gone(&dir), "removing its directory ends it");
	pf_directory_close(&dir);
	return tap_done();
}
