/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sound card for tests: a plug-in of ALSA that plays into nothing and hears
 * a ramp, at the pace of CLOCK_MONOTONIC, with the xruns of a real one.
 *
 *     pcm_type.pfclock { lib "/.../pfclock.so" }
 *     pcm.card { type pfclock  rate 48000  channels 2  format S16
 *                access mmap  gone "/tmp/pulled-out" }
 *
 *     rate, channels  the only one it does; 0 or none: 8000..192000, 1..32
 *     format          float, S32, S24_3 or S16; none: all of them
 *     access          mmap or rw; none: both
 *     busy            yes: another has it
 *     gone            a path: while it exists the card is pulled out
 *     ppm             its crystal is so much too fast
 *
 * The ramp: frame f of channel c is (f % 16384 + c) / 32768.
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct pfclock {
	snd_pcm_ioplug_t io;
	snd_pcm_uframes_t boundary;
	int64_t start_ns;   /* of CLOCK_MONOTONIC */
	uint64_t heard;     /* frames of the ramp that were read */
	double speed;       /* of the crystal: 1 + ppm / 1e6 */
	char *gone;
};

static int64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
is_gone(const struct pfclock *card)
{
	return card->gone && access(card->gone, F_OK) == 0;
}

static int
clock_start(snd_pcm_ioplug_t *io)
{
	struct pfclock *card = io->private_data;
	/* A ns more, so that it never fires before a period is over. */
	const int64_t ns = (int64_t)((double)io->period_size * 1e9 /
	    (io->rate * card->speed)) + 1;
	const struct itimerspec every = {
		{ns / 1000000000, ns % 1000000000},
		{ns / 1000000000, ns % 1000000000},
	};
	if (is_gone(card))
		return -ENODEV;
	card->start_ns = now_ns();
	return timerfd_settime(io->poll_fd, 0, &every, NULL) ? -errno : 0;
}

static int
clock_stop(snd_pcm_ioplug_t *io)
{
	const struct itimerspec never = {{0, 0}, {0, 0}};
	return timerfd_settime(io->poll_fd, 0, &never, NULL) ? -errno : 0;
}

static snd_pcm_sframes_t
clock_pointer(snd_pcm_ioplug_t *io)
{
	const struct pfclock *card = io->private_data;
	if (is_gone(card)) {
		io->state = SND_PCM_STATE_DISCONNECTED;
		return -ENODEV;
	}
	if (io->state != SND_PCM_STATE_RUNNING)
		return 0;
	const uint64_t gone_by = (uint64_t)((double)(now_ns() -
	    card->start_ns) * 1e-9 * io->rate * card->speed);
	if (io->stream == SND_PCM_STREAM_PLAYBACK) {
		if (gone_by > io->appl_ptr)
			return -EPIPE;
	} else if (gone_by > io->appl_ptr + io->buffer_size)
		return -EPIPE;
	return (snd_pcm_sframes_t)(gone_by % card->boundary);
}

static void
store(snd_pcm_format_t format, unsigned char *at, int32_t s16)
{
	const int32_t s32 = (int32_t)((uint32_t)s16 << 16);
	const float f = (float)s16 / 32768;
	switch (format) {
	case SND_PCM_FORMAT_S16_LE:
		memcpy(at, &s16, 2);
		break;
	case SND_PCM_FORMAT_S24_3LE:
		memcpy(at, (const char *)&s32 + 1, 3);
		break;
	case SND_PCM_FORMAT_S32_LE:
		memcpy(at, &s32, 4);
		break;
	default:
		memcpy(at, &f, 4);
	}
}

static snd_pcm_sframes_t
clock_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
    snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct pfclock *card = io->private_data;
	if (is_gone(card))
		return -ENODEV;
	if (io->stream == SND_PCM_STREAM_PLAYBACK)
		return (snd_pcm_sframes_t)size;
	for (snd_pcm_uframes_t i = 0; i < size; i++, card->heard++)
		for (unsigned c = 0; c < io->channels; c++)
			store(io->format, (unsigned char *)areas[c].addr +
			    (areas[c].first + (offset + i) * areas[c].step) / 8,
			    (int32_t)(card->heard % 16384 + c));
	return (snd_pcm_sframes_t)size;
}

static int
clock_prepare(snd_pcm_ioplug_t *io)
{
	struct pfclock *card = io->private_data;
	card->heard = 0;
	return is_gone(card) ? -ENODEV : 0;
}

static int
clock_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	struct pfclock *card = io->private_data;
	return snd_pcm_sw_params_get_boundary(params, &card->boundary);
}

static int
clock_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned n,
    unsigned short *revents)
{
	uint64_t times;
	(void)fds;
	(void)n;
	*revents = 0;
	if (is_gone(io->private_data)) {
		io->state = SND_PCM_STATE_DISCONNECTED;
		*revents = POLLERR;
	} else if (read(io->poll_fd, &times, sizeof times) > 0)
		*revents = io->stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT :
		    POLLIN;
	return 0;
}

static int
clock_close(snd_pcm_ioplug_t *io)
{
	struct pfclock *card = io->private_data;
	close(io->poll_fd);
	free(card->gone);
	free(card);
	return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.start = clock_start,
	.stop = clock_stop,
	.pointer = clock_pointer,
	.transfer = clock_transfer,
	.prepare = clock_prepare,
	.sw_params = clock_sw_params,
	.poll_revents = clock_revents,
	.close = clock_close,
};

struct options {
	long rate, channels, ppm;
	const char *format, *access, *gone;
	int busy;
};

static void
read_options(snd_config_t *conf, struct options *o)
{
	snd_config_iterator_t i, next;
	snd_config_for_each(i, next, conf) {
		snd_config_t *n = snd_config_iterator_entry(i);
		const char *id;
		if (snd_config_get_id(n, &id) < 0)
			continue;
		if (!strcmp(id, "rate"))
			snd_config_get_integer(n, &o->rate);
		else if (!strcmp(id, "channels"))
			snd_config_get_integer(n, &o->channels);
		else if (!strcmp(id, "ppm"))
			snd_config_get_integer(n, &o->ppm);
		else if (!strcmp(id, "format"))
			snd_config_get_string(n, &o->format);
		else if (!strcmp(id, "access"))
			snd_config_get_string(n, &o->access);
		else if (!strcmp(id, "gone"))
			snd_config_get_string(n, &o->gone);
		else if (!strcmp(id, "busy"))
			o->busy = snd_config_get_bool(n) > 0;
	}
}

static int
set_limits(snd_pcm_ioplug_t *io, const struct options *o)
{
	static const struct {
		const char *name;
		unsigned format;
	} formats[] = {
		{"float", SND_PCM_FORMAT_FLOAT_LE}, {"S32",
		SND_PCM_FORMAT_S32_LE}, {"S24_3", SND_PCM_FORMAT_S24_3LE},
		{"S16", SND_PCM_FORMAT_S16_LE},
	};
	unsigned format[4], access[2], n = 0, m = 0;
	for (int i = 0; i < 4; i++)
		if (!o->format || !strcmp(o->format, formats[i].name))
			format[n++] = formats[i].format;
	if (!o->access || strcmp(o->access, "mmap"))
		access[m++] = SND_PCM_ACCESS_RW_INTERLEAVED;
	if (!o->access || !strcmp(o->access, "mmap"))
		access[m++] = SND_PCM_ACCESS_MMAP_INTERLEAVED;
	const unsigned rate = (unsigned)o->rate;
	const unsigned channels = (unsigned)o->channels;
	int r;
	(void)((r = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS,
	    m, access)) < 0 ||
	    (r = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT,
	    n, format)) < 0 ||
	    (r = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE,
	    rate ? rate : 8000, rate ? rate : 192000)) < 0 ||
	    (r = snd_pcm_ioplug_set_param_minmax(io,
	    SND_PCM_IOPLUG_HW_CHANNELS, channels ? channels : 1,
	    channels ? channels : 32)) < 0 ||
	    (r = snd_pcm_ioplug_set_param_minmax(io,
	    SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, 1 << 20)) < 0 ||
	    (r = snd_pcm_ioplug_set_param_minmax(io,
	    SND_PCM_IOPLUG_HW_PERIODS, 2, 64)));
	return r;
}

SND_PCM_PLUGIN_DEFINE_FUNC(pfclock)
{
	struct options o = {0};
	(void)root;
	read_options(conf, &o);
	if (o.busy)
		return -EBUSY;
	struct pfclock *card = calloc(1, sizeof *card);
	if (!card)
		return -ENOMEM;
	if (o.gone && o.gone[0])
		card->gone = strdup(o.gone);
	if (is_gone(card)) {
		free(card->gone);
		free(card);
		return -ENODEV;
	}
	card->speed = 1 + (double)o.ppm * 1e-6;
	card->io.version = SND_PCM_IOPLUG_VERSION;
	card->io.name = "a clock that looks like a card";
	card->io.callback = &callbacks;
	card->io.private_data = card;
	card->io.mmap_rw = 0;
	card->io.flags = SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
	card->io.poll_fd = timerfd_create(CLOCK_MONOTONIC,
	    TFD_NONBLOCK | TFD_CLOEXEC);
	card->io.poll_events = POLLIN;
	int r = snd_pcm_ioplug_create(&card->io, name, stream, mode);
	if (r < 0) {
		close(card->io.poll_fd);
		free(card->gone);
		free(card);
		return r;
	}
	r = set_limits(&card->io, &o);
	if (r < 0) {
		snd_pcm_ioplug_delete(&card->io);
		return r;
	}
	*pcmp = card->io.pcm;
	return 0;
}

SND_PCM_PLUGIN_SYMBOL(pfclock);
