/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/device_private.h"

#include "base/message.h"
#include "base/nearest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pf_device_driver *const drivers[] = {
	&pf_device_alsa, &pf_device_jack, &pf_device_file, &pf_device_null
};

const uint32_t pf_device_rates[] = {
	44100, 48000, 88200, 96000, 176400, 192000, 0
};

void
pf_device_say(const struct pf_device *d, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (d->wanted.say)
		d->wanted.say(d->ctx, text);
	else
		pf_msg("%s", text);
}

void
pf_device_prefault(void *memory, size_t bytes)
{
	volatile char *at = memory;
	for (size_t i = 0; i < bytes; i += 4096)
		at[i] = 0;
	if (bytes > 0)
		at[bytes - 1] = 0;
}

/* The kind of device a spec begins with; *name is what follows it. */
static const struct pf_device_driver *
find_driver(const char *spec, const char **name, struct pf_err *err)
{
	const char *words[PF_COUNT(drivers)];
	const size_t len = strcspn(spec, ":");
	char kind[64];
	for (size_t i = 0; i < PF_COUNT(drivers); i++) {
		words[i] = drivers[i]->name;
		if (strlen(words[i]) == len && !strncmp(words[i], spec, len)) {
			*name = spec + len + (spec[len] == ':');
			return drivers[i];
		}
	}
	snprintf(kind, sizeof kind, "%.*s", (int)len, spec);
	if (pf_nearest(kind, words, PF_COUNT(words)))
		pf_nearest_fail(err, "device", kind, words, PF_COUNT(words));
	else
		pf_err_set(err, "device '%s' is unknown, it is one of alsa:NAME, "
		    "jack, file:IN,OUT, null", spec);
	return NULL;
}

static int
check_range(const char *what, uint32_t value, uint32_t least, uint32_t most,
    struct pf_err *err)
{
	if (value >= least && value <= most)
		return 0;
	return pf_err_set(err, "%s: '%u' is out of %u..%u", what, value,
	    least, most);
}

static int
check_config(const struct pf_device_config *c, struct pf_err *err)
{
	if ((c->rate_hz && check_range("rate", c->rate_hz,
	    PF_DEVICE_RATE_LEAST, PF_DEVICE_RATE_MOST, err)) ||
	    (c->period_frames && check_range("period", c->period_frames,
	    PF_DEVICE_PERIOD_LEAST, PF_DEVICE_PERIOD_MOST, err)) ||
	    (c->periods && check_range("periods", c->periods, 2,
	    PF_DEVICE_PERIODS_MOST, err)) ||
	    check_range("inputs", c->ins, 0, PF_DEVICE_CHANNELS_MOST, err) ||
	    check_range("outputs", c->outs, 1, PF_DEVICE_CHANNELS_MOST, err) ||
	    (c->priority && check_range("priority", (uint32_t)c->priority, 1,
	    98, err)))
		return -EINVAL;
	return 0;
}

/* Buffers of one period, each on its own cache lines. */
static int
make_buffers(struct pf_device *d)
{
	const size_t each = (d->wanted.period_frames + 15) & ~(size_t)15;
	const size_t all = each * (d->wanted.ins + d->wanted.outs) *
	    sizeof(float);
	d->memory = aligned_alloc(64, all);
	if (!d->memory)
		return -ENOMEM;
	memset(d->memory, 0, all);
	float *at = d->memory;
	for (unsigned c = 0; c < d->wanted.ins; c++, at += each)
		d->in_buf[c] = at;
	for (unsigned c = 0; c < d->wanted.outs; c++, at += each)
		d->out_buf[c] = at;
	pf_device_own_buffers(d);
	return 0;
}

static void
free_all(struct pf_device *d)
{
	pthread_mutex_destroy(&d->lock);
	free(d->memory);
	free(d->spec);
	free(d->client);
	free(d);
}

static struct pf_device *
make(const struct pf_device_config *config, const char *spec)
{
	struct pf_device *d = calloc(1, sizeof *d);
	if (!d)
		return NULL;
	d->wanted = *config;
	d->spec = strdup(spec);
	d->client = strdup(config->client ? config->client : "performia");
	if (!d->spec || !d->client) {
		free(d->spec);
		free(d->client);
		free(d);
		return NULL;
	}
	d->wanted.spec = d->spec;
	d->wanted.client = d->client;
	pthread_mutex_init(&d->lock, NULL);
	return d;
}

/* What was agreed becomes what is wanted, should it have to be reopened. */
static void
agree(struct pf_device *d, const struct pf_device_terms *terms)
{
	d->wanted.rate_hz = terms->rate_hz;
	d->wanted.period_frames = terms->period_frames < PF_DEVICE_PERIOD_MOST
	    ? terms->period_frames : PF_DEVICE_PERIOD_MOST;
	d->wanted.periods = terms->periods;
	d->wanted.ins = terms->ins;
	d->info.rate_hz = terms->rate_hz;
	d->info.period_frames = d->wanted.period_frames;
	d->info.periods = terms->periods;
	d->info.ins = terms->ins;
	d->info.outs = d->wanted.outs;
	d->info.paced = terms->paced;
	d->info.realtime = terms->realtime;
	memcpy(d->info.text, terms->text, sizeof d->info.text);
	pf_device_set_latency(d, terms->in_latency, terms->out_latency);
}

int
pf_device_open(struct pf_device **device,
    const struct pf_device_config *config, struct pf_err *err)
{
	const char *spec = config->spec ? config->spec : "null", *name;
	const struct pf_device_driver *driver = find_driver(spec, &name, err);
	struct pf_device_terms terms = {0};
	int result = driver ? check_config(config, err) : -EINVAL;
	if (result)
		return result;
	struct pf_device *d = make(config, spec);
	if (!d) {
		pf_err_set(err, "cannot open '%s': out of memory", spec);
		return -ENOMEM;
	}
	d->driver = driver;
	d->name = d->spec + (name - spec);
	result = driver->open(d, &terms, &d->handle, err);
	if (result) {
		free_all(d);
		return result;
	}
	agree(d, &terms);
	if (make_buffers(d) != 0) {
		driver->close(d->handle, false, NULL);
		free_all(d);
		pf_err_set(err, "cannot open '%s': out of memory", spec);
		return -ENOMEM;
	}
	*device = d;
	return 0;
}

void
pf_device_info(const struct pf_device *device, struct pf_device_info *info)
{
	struct pf_device *d = (struct pf_device *)device; /* its lock only */
	const uint64_t latency = atomic_load(&d->latency);
	pthread_mutex_lock(&d->lock);
	*info = d->info;
	pthread_mutex_unlock(&d->lock);
	info->in_latency = (uint32_t)(latency >> 32);
	info->out_latency = (uint32_t)latency;
	info->lost = atomic_load(&d->turn) != PF_TURN_DEVICE;
}

int
pf_device_start(struct pf_device *device, pf_device_process process,
    void *ctx, struct pf_err *err)
{
	struct pf_device *d = device;
	if (d->started)
		return pf_err_set(err, "'%s' was started before", d->spec);
	d->process = process;
	d->ctx = ctx;
	const int result = pf_device_threads_start(d, err);
	d->started = result == 0;
	return result;
}

int
pf_device_wait(struct pf_device *device, int timeout_ms, struct pf_err *err)
{
	struct pf_device *d = device;
	/* acquire: pairs with the end of the audio thread: the failure. */
	uint32_t state = atomic_load_explicit(&d->state,
	    memory_order_acquire);
	if (state == PF_DEVICE_RUNS && timeout_ms != 0) {
		pf_device_futex_wait(&d->state, PF_DEVICE_RUNS,
		    timeout_ms < 0 ? -1 : (int64_t)timeout_ms * 1000000);
		state = atomic_load_explicit(&d->state, memory_order_acquire);
	}
	if (state != PF_DEVICE_FAILED)
		return state == PF_DEVICE_ENDED;
	if (err)
		*err = d->failure;
	return -EIO;
}

int
pf_device_stop(struct pf_device *device, struct pf_err *err)
{
	struct pf_device *d = device;
	if (d->stopped)
		return 0;
	d->stopped = true;
	if (d->started)
		pf_device_threads_stop(d);
	const bool failed = atomic_load(&d->state) == PF_DEVICE_FAILED;
	const int result = d->handle ?
	    d->driver->close(d->handle, d->started && !failed, err) : 0;
	d->handle = NULL;
	if (failed && err)
		*err = d->failure;
	return failed ? -EIO : result;
}

void
pf_device_close(struct pf_device *device)
{
	struct pf_device *d = device;
	if (!d)
		return;
	if (!d->stopped) {
		if (d->started)
			pf_device_threads_stop(d);
		if (d->handle)
			d->driver->close(d->handle, false, NULL);
	}
	free_all(d);
}

unsigned
pf_device_list(void (*say)(void *ctx, const char *spec, const char *text),
    void *ctx)
{
	unsigned n = 0;
	for (size_t i = 0; i < PF_COUNT(drivers); i++)
		n += drivers[i]->list(say, ctx);
	return n;
}
