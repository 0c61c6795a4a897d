/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rig: the programs of a live session, as a YAML file tells them.
 *
 * performia-rig(5) describes the file.  Reading one checks everything that
 * can be known before anything is started: keys, ranges, names, programs
 * that depend on each other in a circle, and runtime keys against what the
 * design fixes.  Every error names its line.  Setup only.
 */
#ifndef PF_RIG_RIG_H
#define PF_RIG_RIG_H

#include "base/attr.h"
#include "base/err.h"
#include "rig/runtime.h"

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Programs; bytes of the name of one. */
enum { PF_RIG_PROGRAMS = 64, PF_RIG_NAME_MOST = 64 };

/* When is a program ready, so that what stands after it may start? */
enum pf_rig_ready {
	PF_RIG_SAYS, /* it writes a newline to a descriptor */
	PF_RIG_RUNS, /* as soon as it runs */
	PF_RIG_ENDS  /* when it has ended with status 0 */
};

/* Shall a program that has ended be started again? */
enum pf_rig_restart {
	PF_RIG_FAILURE, /* if it failed or was killed */
	PF_RIG_ALWAYS,
	PF_RIG_NEVER
};

struct pf_rig_program {
	const char *name; /* at most PF_RIG_NAME_MOST bytes */
	char **argv;     /* NULL-terminated, runtime options included */
	size_t argc;
	size_t device_at; /* the word that says the device; 0: none */
	size_t n_choices; /* devices to choose from, 1 if there is no choice */
	char **env;      /* "NAME=value", NULL-terminated; NULL: none */
	long line;       /* where it stands in the file */
	size_t after[PF_RIG_PROGRAMS]; /* who must be ready before it */
	size_t n_after;
	enum pf_rig_ready ready;
	enum pf_rig_restart restart;
	bool vital;      /* the rig ends when it does */
	bool engine;     /* the session's clock is its doing */
	const char *lane; /* the lane it owns; NULL: none */
	cpu_set_t cores; /* where it may run; none: anywhere */
	int nice;        /* -20..19 */
	int realtime;    /* priority of SCHED_FIFO, 1..95; 0: none */
	int64_t ready_within_ns;
	int64_t stop_within_ns;
	int64_t stall_ns; /* dead if it does not advance for so long; 0: ever */
	unsigned limit;  /* failed starts in a row before we give up */
};

struct pf_rig {
	const char *path;
	const char *title;      /* "" if it has none */
	const char *session;    /* NULL: the user's */
	struct pf_rig_runtime runtime;
	const char *log_directory; /* NULL: standard error */
	uint64_t log_bytes;     /* of one log file */
	unsigned log_keep;      /* old ones that are kept */
	struct pf_rig_program *program;
	size_t n;
	size_t order[PF_RIG_PROGRAMS]; /* dependencies first */
	struct pf_yaml *yaml;   /* owns the strings */
};

/* What the command line says over the file; zeros say nothing. */
struct pf_rig_wish {
	const char *device; /* instead of audio.engine */
};

/*
 * Read a rig: a path, or the name of a rig in the share directories.
 *
 * Returns 0 and *rig, to be freed; or a negative errno with *err worded and
 * placed ("x.yaml:7: unknown key 'reday', did you mean 'ready'?").
 */
PF_MUST_CHECK int pf_rig_load(struct pf_rig **rig, const char *name,
    const struct pf_rig_wish *wish, struct pf_err *err);

/* The same from text[len]; `file` stands for it in messages. */
PF_MUST_CHECK int pf_rig_parse(struct pf_rig **rig, const char *text,
    size_t len, const char *file, const struct pf_rig_wish *wish,
    struct pf_err *err);

/*
 * Let a program's command name the device of this number, modulo its
 * choices.  Returns the device, or NULL if the program takes none.
 */
const char *pf_rig_choose(struct pf_rig *rig, size_t program, size_t choice);

void pf_rig_free(struct pf_rig *rig);

#endif
