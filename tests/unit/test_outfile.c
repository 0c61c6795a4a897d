/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/outfile.h"

#include "tap.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64] = "/tmp/pf-outfile-XXXXXX";

static const char *
in_dir(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static int
files(void)
{
	int n = 0;
	DIR *const d = opendir(dir);
	for (struct dirent *e; d && (e = readdir(d));)
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

/* In a child: open, write something, then end in some way. */
static void
child(void (*end)(void))
{
	const pid_t pid = fork();
	if (pid == 0) {
		struct pf_outfile o;
		if (pf_outfile_open(&o, in_dir("c"), NULL) != 0 ||
		    write(o.fd, "x", 1) != 1)
			_exit(9);
		end();
		_exit(8);
	}
	waitpid(pid, NULL, 0);
}

static void
by_term(void)
{
	raise(SIGTERM);
}

static void
by_exit(void)
{
	exit(1);
}

int
main(void)
{
	struct pf_outfile o;
	struct pf_err err;
	struct stat st;
	if (!mkdtemp(dir))
		return 1;
	ok(pf_outfile_open(&o, in_dir("a"), &err) == 0, "a file begins");
	ok(write(o.fd, "hello", 5) == 5 && stat(in_dir("a"), &st) != 0,
	    "it has no name while it grows");
	ok(pf_outfile_commit(&o, &err) == 0 && stat(in_dir("a"), &st) == 0 &&
	    st.st_size == 5, "it has its name when it is whole");
	ok(pf_outfile_open(&o, in_dir("b"), &err) == 0, "another begins");
	pf_outfile_abort(&o);
	ok(files() == 1, "what is thrown away leaves nothing");
	pf_outfile_abort(&o);
	child(by_term);
	ok(files() == 1, "a signal leaves nothing half-written");
	child(by_exit);
	ok(files() == 1, "an early exit leaves nothing half-written");
	ok(pf_outfile_open(&o, in_dir("no/such/place"), &err) < 0 &&
	    strstr(err.text, "No such file or directory"),
	    "a missing directory is named: %s", err.text);
	ok(pf_outfile_open(&o, dir, &err) < 0 &&
	    strstr(err.text, "Is a directory"), "a directory is no file");
	ok(pf_outfile_open(&o, "/dev/null", &err) == 0 &&
	    pf_outfile_commit(&o, &err) == 0, "a device is written as it is");
	ok(symlink("to/there", in_dir("link")) == 0 &&
	    mkdir(in_dir("to"), 0777) == 0 &&
	    pf_outfile_open(&o, in_dir("link"), &err) == 0 &&
	    write(o.fd, "hi", 2) == 2 && pf_outfile_commit(&o, &err) == 0 &&
	    lstat(in_dir("link"), &st) == 0 && S_ISLNK(st.st_mode) &&
	    stat(in_dir("to/there"), &st) == 0 && st.st_size == 2,
	    "a link stays, and the file it points to is written");
	ok(symlink("loop", in_dir("loop")) == 0 &&
	    pf_outfile_open(&o, in_dir("loop"), &err) < 0 &&
	    strstr(err.text, "loop"), "a link to itself is an error");
	char name[251] = "";
	memset(name, 'x', sizeof name - 1);
	ok(pf_outfile_open(&o, in_dir(name), &err) == 0 &&
	    pf_outfile_commit(&o, &err) == 0 && stat(in_dir(name), &st) == 0,
	    "a name may be as long as names may be");
	unlink(in_dir("a"));
	unlink(in_dir("link"));
	unlink(in_dir("loop"));
	unlink(in_dir("to/there"));
	unlink(in_dir(name));
	rmdir(in_dir("to"));
	rmdir(dir);
	return tap_done();
}
