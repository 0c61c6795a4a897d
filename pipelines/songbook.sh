#!/bin/sh
# songbook.sh 'CHORDS' [STYLE] : a few chords become a song, as audio, MIDI and
# picture (song.flac, song.mid, song.svg).
#
# You hear a whole band play verses and choruses over your chords.
set -eu
command -v pf-gen >/dev/null || PATH=$(dirname "$0")/../build:$PATH # in a clone
chords=${1:-Am F C G}
style=${2:-folk}
pf-gen --chords "$chords" --style "$style" -o song.pf
pf-render -o song.flac song.pf
pf-smf -o song.mid song.pf
pf-draw -t "$chords" -o song.svg song.pf
