/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What there is to choose from, for --list.
 */
#ifndef PF_AGENT_LIST_H
#define PF_AGENT_LIST_H

/*
 * Print every role, style, personality and trait to standard output, one a
 * line: of what kind it is, its name, and what it is.  Returns the exit
 * status: 1 if a file of these is wrong (and says so) or output failed.
 */
int list_choices(void);

#endif
