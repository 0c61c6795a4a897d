/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pf-engine: makes sound.  It reads the lanes of a session and plays them on
 * the sound card.
 */
#include "host.h"

#include "base/message.h"
#include "base/option.h"
#include "live/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	OPT_BITS = 256, OPT_CPUS, OPT_DESK, OPT_FREE, OPT_GO_ON,
	OPT_INPUT, OPT_LENGTH, OPT_LOG_OSC,
	OPT_MASTER, OPT_OSC_BIND, OPT_OSC_TCP, OPT_OSC_UDP, OPT_PRIORITY,
	OPT_READY_FD, OPT_RECORD, OPT_ROUND_TRIP, OPT_TAP, OPT_TEMPO,
	OPT_UNCONNECTED
};

static const struct pf_option options[] = {
	{'s', "session", "NAME", "the session; $PF_SESSION, else 'default'"},
	{'d', "device", "SPEC", "alsa:NAME jack file:IN,OUT null; 'list'"},
	{'r', "rate", "HZ", "44100..192000; the device's, else 48000"},
	{'p', "period", "FRAMES", "32..2048; 128"},
	{'n', "periods", "N", "of the device's buffer, 2..64; 2"},
	{'j', "threads", "N", "that make sound, 1..16; 1"},
	{'i', "instrument", "SOURCE=NAME", "what a source plays; again for more"},
	{OPT_DESK, "desk", "NAME", "returns, master, who plays what; default"},
	{OPT_MASTER, "master", "MODE", "lookahead, or safe: no delay"},
	{OPT_TEMPO, "tempo", "BPM", "10..1000; 120"},
	{OPT_INPUT, "input", "NAME[=CH]", "hear channel CH (or L,R) as a strip"},
	{OPT_TAP, "tap", "STRIP", "let others hear it; 'master' for all"},
	{OPT_ROUND_TRIP, "round-trip", "FRAMES", "out and in again, as pf-latency measured"},
	{OPT_RECORD, "record", "DIR", "tape, takes, stems, master; or FILE"},
	{OPT_LENGTH, "length", "S", "end by itself after so many seconds"},
	{OPT_FREE, "free", NULL, "file, null: as fast as it goes"},
	{OPT_GO_ON, "go-on", NULL, "file: silence behind its end, not ours"},
	{OPT_BITS, "bits", "N", "file: of OUT, 16, 24 or 32"},
	{OPT_UNCONNECTED, "unconnected", NULL, "jack: connect no ports"},
	{OPT_OSC_UDP, "osc-udp", "PORT", "OSC over UDP too; 0: any port"},
	{OPT_OSC_TCP, "osc-tcp", "PORT", "OSC over TCP too; 0: any port"},
	{OPT_OSC_BIND, "osc-bind", "ADDRESS", "of both; 127.0.0.1"},
	{OPT_LOG_OSC, "log-osc", "FILE", "write every OSC message there"},
	{OPT_CPUS, "cpus", "LIST", "cores: audio, then workers; 2,3"},
	{OPT_PRIORITY, "priority", "N", "SCHED_FIFO, 1..98; 0: none; 70"},
	{OPT_READY_FD, "ready-fd", "N", "write a newline to N when it plays"},
	{'v', "verbose", NULL, "say what it runs on and who comes and goes"},
	{0}
};

static const struct pf_program program = {.name = "pf-engine",
    .summary = "makes sound: plays the lanes of a session on the sound card",
    .operands = "", .options = options,
#ifdef HAVE_jack
    .built = "with jack"
#else
    .built = "without jack"
#endif
};

static int cpus[16];

/* What signals asked for: the end, the device opened anew. */
static const volatile sig_atomic_t *stop, *hangups;

static void
tell_device(void *ctx, const char *spec, const char *text)
{
	(void)ctx;
	printf("%s\t%s\n", spec, text);
}

static _Noreturn void
list_devices(void)
{
	struct pf_err err;
	pf_device_list(tell_device, NULL);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		pf_err_set(&err, "cannot write to standard output: %s",
		    strerror(errno));
		pf_die(1, "%s", err.text);
	}
	exit(0);
}

static void
read_cpus(struct wish *w, const char *arg)
{
	w->cpus = 0;
	for (const char *at = arg;; at++) {
		char *end;
		const long n = strtol(at, &end, 10);
		if (end == at || n < 0 || n > 1023 || w->cpus == 16 ||
		    (*end && *end != ','))
			pf_option_fail(&program, "--cpus: '%s' is no list of "
			    "cores like 2,3", arg);
		cpus[w->cpus++] = (int)n;
		if (!*end)
			break;
		at = end;
	}
	w->cpu = cpus;
}

static void
add_word(const char **list, unsigned *n, unsigned most, const char *name,
    const char *arg)
{
	if (*n == most)
		pf_option_fail(&program, "--%s: %u at most", name, most);
	list[(*n)++] = arg;
}

static void
set_master(struct wish *w, const char *arg)
{
	static const char *const modes[] = {"lookahead", "safe"};
	w->safe_master = pf_option_word(&program, "--master", arg, modes,
	    PF_COUNT(modes)) == 1;
}

/* Options of the device. */
static void
set_device(struct pf_device_config *d, int key, const char *arg)
{
	static const char *const words[] = {"16", "24", "32"};
	static const unsigned bits[] = {16, 24, 32};
	switch (key) {
	case 'd':
		if (strcmp(arg, "list") == 0)
			list_devices();
		d->spec = arg;
		break;
	case 'r':
		d->rate_hz = (uint32_t)pf_option_int(&program, "rate", arg,
		    PF_DEVICE_RATE_LEAST, PF_DEVICE_RATE_MOST);
		break;
	case 'p':
		d->period_frames = (uint32_t)pf_option_int(&program, "period",
		    arg, PF_DEVICE_PERIOD_LEAST, PF_DEVICE_PERIOD_MOST);
		break;
	case 'n':
		d->periods = (uint32_t)pf_option_int(&program, "periods", arg,
		    2, PF_DEVICE_PERIODS_MOST);
		break;
	case OPT_FREE:
		d->free_running = true;
		break;
	case OPT_GO_ON:
		d->go_on = true;
		break;
	case OPT_UNCONNECTED:
		d->unconnected = true;
		break;
	case OPT_BITS:
		d->bits = bits[pf_option_word(&program, "--bits", arg, words,
		    PF_COUNT(words))];
		break;
	case OPT_PRIORITY:
		d->priority = (int)pf_option_int(&program, "priority", arg, 0,
		    98);
		break;
	}
}

/* Options of control. */
static void
set_control(struct pf_control_config *c, int key, const char *arg)
{
	switch (key) {
	case OPT_OSC_UDP:
		c->udp_port = (int)pf_option_int(&program, "osc-udp", arg, 0,
		    65535);
		break;
	case OPT_OSC_TCP:
		c->tcp_port = (int)pf_option_int(&program, "osc-tcp", arg, 0,
		    65535);
		break;
	case OPT_OSC_BIND:
		c->bind = arg;
		break;
	case OPT_LOG_OSC:
		c->log = arg;
		break;
	}
}

/* arg NULL: as the environment says. */
static int
ready_fd(const char *arg)
{
	struct pf_err err;
	const int fd = pf_live_ready_fd(arg, &err);
	if (fd < -1)
		pf_option_fail(&program, "--ready-fd: %s", err.text);
	return fd;
}

static void
set_option(struct wish *w, int key, const char *arg)
{
	switch (key) {
	case 's':
		w->session = arg;
		break;
	case 'j':
		w->threads = (unsigned)pf_option_int(&program, "threads", arg,
		    1, 16);
		break;
	case 'i':
		add_word(w->instrument, &w->instruments, WORDS_MOST,
		    "instrument", arg);
		break;
	case OPT_INPUT:
		add_word(w->input, &w->inputs, PF_STAGE_INPUTS, "input", arg);
		break;
	case OPT_TAP:
		add_word(w->tap, &w->taps, PF_STAGE_TAPS, "tap", arg);
		break;
	case OPT_ROUND_TRIP:
		w->round_trip = (uint32_t)pf_option_int(&program,
		    "round-trip", arg, 1, PF_STAGE_TRIP_MOST);
		break;
	case OPT_DESK:
		w->desk = arg;
		break;
	case OPT_MASTER:
		set_master(w, arg);
		break;
	case OPT_TEMPO:
		w->bpm = pf_option_num(&program, "tempo", arg, 10, 1000);
		break;
	case OPT_LENGTH:
		w->length_s = pf_option_num(&program, "length", arg, 0.001,
		    1e6);
		break;
	case OPT_CPUS:
		read_cpus(w, arg);
		break;
	case OPT_RECORD:
		w->record = arg;
		break;
	case OPT_READY_FD:
		w->ready_fd = ready_fd(arg);
		break;
	case 'v':
		w->verbose = true;
		break;
	case OPT_OSC_UDP:
	case OPT_OSC_TCP:
	case OPT_OSC_BIND:
	case OPT_LOG_OSC:
		set_control(&w->control, key, arg);
		break;
	default:
		set_device(&w->device, key, arg);
		break;
	}
}

/*
 * End with the session; with status 1 if it is there without us.  Who
 * removes a session removes its files first: looks that found nothing wrong
 * but these are counted.
 */
static int
look(struct host *h, int *odd, struct pf_err *err)
{
	const int r = host_look(h, err);
	if (r == -ENOENT && *odd >= 0) {
		pf_msg("session '%s' was removed", h->dir.name);
		*odd = -1;
	}
	if (r == -EIDRM && *odd >= 0)
		++*odd;
	if (*odd < 0 || *odd > 1)
		pf_stage_end(h->stage);
	return *odd > 1 ? -EIDRM : 0;
}

static int
play(struct host *h, struct pf_err *err)
{
	struct pf_err lost;
	int r = host_start(h, err), hung = 0, odd = 0, alone = 0;
	while (r == 0) {
		r = pf_device_wait(h->device, 100, err);
		if (*stop > 0)
			pf_stage_end(h->stage);
		if (*stop > 1)
			break;
		if (hung != *hangups)
			pf_device_reopen(h->device);
		hung = *hangups;
		host_tend(h);
		alone = look(h, &odd, &lost);
	}
	struct pf_err second;
	const int stopped = host_stop(h, r < 0 ? &second : err);
	if (r >= 0 && stopped == 0 && alone)
		*err = lost;
	return r < 0 ? r : stopped ? stopped : alone;
}

int
main(int argc, char **argv)
{
	static struct host host;
	struct wish w = {.device = PF_DEVICE_CONFIG, .threads = 1,
	    .desk = "default", .ready_fd = ready_fd(NULL)};
	struct pf_err err;
	const char *arg;
	int key, first;
	pf_control_config_init(&w.control);
	w.device.spec = "alsa:default";
	w.device.period_frames = 128;
	w.device.priority = 70;
	while ((key = pf_option_next(&program, argc, argv, &arg, &first)) != -1)
		set_option(&w, key, arg);
	if (first < argc)
		pf_option_fail(&program, "'%s' is one operand too many",
		    argv[first]);
	stop = pf_live_signals();
	hangups = pf_live_hangups();
	/* What a dead reader or a full disk does to a write is its error. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	int r = host_open(&host, &w, &err);
	if (r == 0)
		r = play(&host, &err);
	host_close(&host);
	if (r < 0)
		pf_die(r == -EBUSY ? 3 : 1, "%s", err.text);
	return 0;
}
