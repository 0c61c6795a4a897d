/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pf-gen: a composer.  A style and a few wishes become a whole song, as a
 * stream of events.
 */
#include "wish.h"

#include "base/message.h"
#include "base/outfile.h"
#include "base/share.h"
#include "generate/song.h"
#include "stream/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Print every style with its line; returns the exit status. */
static int
list_styles(void)
{
	size_t n;
	char **const names = pf_share_list("styles", ".yaml", &n);
	int status = 0;
	for (size_t i = 0; i < n; i++) {
		struct pf_style *style;
		struct pf_err err;
		if (pf_style_load(&style, names[i], &err) != 0) {
			pf_msg("%s", err.text);
			status = 1;
			continue;
		}
		printf("%-14s %3.0f-%-3.0f  %s\n", style->name,
		    style->bpm_low, style->bpm_high, style->title);
		pf_style_free(style);
	}
	free(names);
	if (n == 0)
		pf_die(1, "no styles are installed (PF_SHARE says where)");
	struct pf_err err;
	if (pf_close_stdout(&err) != 0)
		pf_die(1, "%s", err.text);
	return status;
}

/* Say what was chosen, for -v. */
static void
tell(const struct pf_song *song, const struct pf_song_wish *wish)
{
	const double s = pf_song_length_s(song);
	pf_msg("%s in %s %s, %g quarters a minute, %d/%d, %d bars, %d:%02d, "
	    "seed %llu", wish->style->name,
	    pf_pitch_class_name(song->key.tonic), pf_mode[song->key.mode].name,
	    song->bpm, song->meter.num, song->meter.den, song->bars,
	    (int)(s + 0.5) / 60, (int)(s + 0.5) % 60,
	    (unsigned long long)wish->seed);
	for (size_t i = 0; i < song->n_sections; i++)
		pf_msg("%4d  %-10s %d bars, energy %.2f",
		    song->section[i].bar + 1, song->section[i].name,
		    song->section[i].bars, song->section[i].energy);
}

static int
write_events(int fd, const char *what, const struct pf_names *names,
    const struct pf_event *event, size_t n, struct pf_err *err)
{
	struct pf_writer *writer;
	if (pf_writer_new(&writer, fd, what, names) != 0)
		return pf_err_set(err, "out of memory");
	pf_writer_header(writer);
	for (size_t i = 0; i < n; i++)
		pf_writer_event(writer, &event[i], NULL);
	const int r = pf_writer_flush(writer, err);
	pf_writer_free(writer);
	return r;
}

/* Write the song to a file (NULL or "-": standard output). */
static void
write_song(const struct pf_song *song, const char *path)
{
	struct pf_err err;
	struct pf_names *names;
	struct pf_event *event;
	size_t n;
	if (pf_names_new(&names) != 0)
		pf_die(1, "out of memory");
	if (pf_song_events(song, names, &event, &n) != 0)
		pf_die(1, "out of memory, or two names with one hash");
	const bool file = path && !(path[0] == '-' && path[1] == '\0');
	struct pf_outfile out;
	int fd = STDOUT_FILENO;
	if (file && pf_outfile_open(&out, path, &err) != 0)
		pf_die(1, "%s", err.text);
	if (file)
		fd = out.fd;
	int r = write_events(fd, file ? path : "standard output", names,
	    event, n, &err);
	if (r && file)
		pf_outfile_abort(&out);
	else if (file)
		r = pf_outfile_commit(&out, &err);
	if (r)
		pf_die(1, "%s", err.text);
	free(event);
	pf_names_free(names);
}

int
main(int argc, char **argv)
{
	struct wish wish;
	wish_read(&wish, argc, argv);
	if (wish.list)
		return list_styles();
	struct pf_err err;
	struct pf_song *song;
	if (pf_song_new(&song, &wish.song, &err) != 0)
		pf_die(2, "%s", err.text);
	if (wish.verbose)
		tell(song, &wish.song);
	write_song(song, wish.output);
	pf_song_free(song);
	wish_free(&wish);
	return 0;
}
