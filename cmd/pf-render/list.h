/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The instruments there are, for --list.
 */
#ifndef PF_RENDER_LIST_H
#define PF_RENDER_LIST_H

/*
 * Print every instrument and its title to standard output, one a line.
 * Returns the exit status: 1 if there is none or a file is no YAML (and says
 * so).
 */
int list_instruments(void);

#endif
