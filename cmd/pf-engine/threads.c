/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "threads.h"

#include "host.h"

int
control_open(struct host *h, struct pf_err *err)
{
	(void)h;
	(void)err;
	return 0;
}

int
control_start(struct host *h, struct pf_err *err)
{
	(void)h;
	(void)err;
	return 0;
}

void
control_stop(struct host *h)
{
	(void)h;
}

void
control_close(struct host *h)
{
	(void)h;
}

void
workers_place(struct host *h)
{
	(void)h;
}
