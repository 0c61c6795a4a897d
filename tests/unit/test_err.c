/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include "tap.h"

#include <errno.h>
#include <string.h>

int
main(void)
{
	struct pf_err err = {.text = ""};
	ok(pf_err_set(&err, "'%s' is not a note", "H4") == -EINVAL &&
	    strcmp(err.text, "'H4' is not a note") == 0,
	    "a sentence is written and is an error");
	ok(pf_err_at(&err, "take.pf", 12, "pitch: %d", 7) == -EINVAL &&
	    strcmp(err.text, "take.pf:12: pitch: 7") == 0,
	    "a place stands before it");
	pf_err_at(&err, "take.pf", 0, "is empty");
	ok(strcmp(err.text, "take.pf: is empty") == 0,
	    "a place may have no line");
	ok(pf_err_set(NULL, "x") == -EINVAL &&
	    pf_err_at(NULL, "f", 1, "x") == -EINVAL,
	    "who does not want to know need not");
	char name[1000];
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	pf_err_at(&err, name, 1, "too much");
	ok(strlen(err.text) == sizeof err.text - 1,
	    "what is too long is cut");
	return tap_done();
}
