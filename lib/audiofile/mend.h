/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A WAV file whose writer was killed: its header does not tell its length. */
#ifndef PF_AUDIOFILE_MEND_H
#define PF_AUDIOFILE_MEND_H

/*
 * Write the lengths into the header, and cut what is no whole frame.  A file
 * that is none of ours, whole, or longer than WAV can tell (readers take it
 * up to its end) is left as it is.
 *
 * fd  open for reading and writing
 *
 * Returns 0 or a negative errno.
 */
int pf_audio_wav_mend(int fd);

#endif
