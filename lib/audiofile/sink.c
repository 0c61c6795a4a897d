/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audiofile/sink.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void
pf_audio_sink_flush(struct pf_audio_sink *sink)
{
	for (size_t done = 0; done < sink->used && !sink->error;) {
		const ssize_t n = write(sink->fd, sink->buf + done,
		    sink->used - done);
		if (n < 0 && errno != EINTR)
			sink->error = errno;
		else if (n > 0)
			done += (size_t)n;
	}
	sink->used = 0;
}

void
pf_audio_sink_write(struct pf_audio_sink *sink, const void *bytes, size_t len)
{
	const unsigned char *b = bytes;
	while (len && !sink->error) {
		const size_t room = sizeof sink->buf - sink->used;
		const size_t n = len < room ? len : room;
		memcpy(sink->buf + sink->used, b, n);
		sink->used += n;
		sink->at += (int64_t)n;
		b += n;
		len -= n;
		if (sink->used == sizeof sink->buf)
			pf_audio_sink_flush(sink);
	}
	if (sink->at > sink->end)
		sink->end = sink->at;
}

int64_t
pf_audio_sink_seek(struct pf_audio_sink *sink, int64_t to)
{
	if (to == sink->at)
		return to;
	if (!sink->seekable || to < 0)
		return -1;
	pf_audio_sink_flush(sink);
	if (lseek(sink->fd, to, SEEK_SET) != to)
		return -1;
	return sink->at = to;
}
