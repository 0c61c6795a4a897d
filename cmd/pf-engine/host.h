/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine of a session, put together: its files, the device, the engine
 * library, the stage on the audio thread, the porter and control beside it.
 * Main thread.
 */
#ifndef PF_CMD_ENGINE_HOST_H
#define PF_CMD_ENGINE_HOST_H

#include "base/attr.h"
#include "base/err.h"
#include "device/device.h"
#include "live/control.h"
#include "live/desk.h"
#include "live/porter.h"
#include "live/recorder.h"
#include "live/stage.h"
#include "render/rack.h"
#include "session/directory.h"
#include "session/lane_file.h"
#include "session/page_file.h"
#include "session/tap_file.h"

#include <stdbool.h>

enum { WORDS_MOST = 64 };

/* What the user wants. */
struct wish {
	const char *session;  /* NULL: $PF_SESSION, "default" */
	struct pf_device_config device;
	unsigned threads;
	const char *desk;
	const char *instrument[WORDS_MOST]; /* SOURCE=NAME */
	unsigned instruments;
	const char *input[PF_STAGE_INPUTS]; /* NAME[=CH[,CH]] */
	unsigned inputs;
	const char *tap[PF_STAGE_TAPS];     /* strips, or "master" */
	unsigned taps;
	uint32_t round_trip;  /* frames, as measured; 0: as the device says */
	bool safe_master;
	double bpm;           /* 0: go on as it was, else 120 */
	double length_s;      /* 0: no end */
	const int *cpu;       /* cpu[cpus]: the audio thread, then workers */
	unsigned cpus;
	const char *record;   /* a directory, or a file; NULL */
	struct pf_control_config control;
	int ready_fd;         /* -1: nobody asks */
	bool verbose;
};

struct input {
	char name[PF_NAME_MOST];
	unsigned left, right; /* channels, from 0 */
};

struct host {
	const struct wish *wish;
	struct pf_directory dir;
	struct pf_lane_file said, tape;
	struct pf_page_file clock, bell;
	struct pf_device *device;
	struct pf_device_info info;
	struct input input[PF_STAGE_INPUTS];
	struct pf_rack *rack;
	struct pf_engine *engine;
	struct pf_tap_file in;
	struct pf_desk *desk;
	struct pf_transport transport;
	struct pf_clock_state old; /* of the engine before us */
	bool resumes;
	int wake_fd;
	struct pf_stage *stage;
	struct pf_porter *porter;
	struct control_thread *control;
	struct pf_recorder *recorder;
};

/*
 * Put all together; nothing sounds yet.  Returns 0; -EBUSY: an engine lives
 * in the session already; or another negative errno, with *err worded.
 * host_close() in any case.
 */
PF_MUST_CHECK int host_open(struct host *host, const struct wish *wish,
    struct pf_err *err);

/* Let it sound.  0 or a negative errno with *err worded. */
PF_MUST_CHECK int host_start(struct host *host, struct pf_err *err);

/* Ten times a second or so: what the main thread has to look after. */
void host_tend(struct host *host);

/*
 * Is the session there, and all of it without which nobody finds or hears
 * the engine?  Returns 0; -ENOENT: it was removed; -EIDRM, with *err worded:
 * a file of it was removed or cut, so that only another engine can go on.
 */
PF_MUST_CHECK int host_look(const struct host *host, struct pf_err *err);

/* Stop what runs.  0 or a negative errno with *err worded. */
PF_MUST_CHECK int host_stop(struct host *host, struct pf_err *err);

void host_close(struct host *host);

#endif
