/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/message.h"

#include "capture.h"
#include "tap.h"

static void
tell(void *ctx)
{
	(void)ctx;
	pf_msg("cannot open '%s': %d", "x", 7);
}

static void
die(void *ctx)
{
	(void)ctx;
	pf_die(3, "no session");
}

static void
tell_much(void *ctx)
{
	pf_msg("%s", (const char *)ctx);
}

int
main(void)
{
	struct capture c = capture(2, tell, NULL);
	ok(c.status == 99 && strcmp(c.text, "test_message: cannot open 'x': "
	    "7\n") == 0, "a message is a line with the program's name");
	c = capture(2, die, NULL);
	ok(c.status == 3 && strcmp(c.text, "test_message: no session\n") == 0,
	    "dying says why and exits with the status");
	static char much[3000];
	memset(much, 'x', sizeof much - 1);
	c = capture(2, tell_much, much);
	ok(c.status == 99 && strlen(c.text) == 1024 &&
	    c.text[1023] == '\n', "an endless message is cut to a line");
	return tap_done();
}
