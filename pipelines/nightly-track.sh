#!/bin/sh
# nightly-track.sh [DIRECTORY [NIGHT]] : a new track every night, for cron.
#
# You hear three minutes in tonight's style.  The date is the seed, so a night
# can be played again: nightly-track.sh ~/tracks 20261120
set -eu
command -v pf-gen >/dev/null || PATH=$(dirname "$0")/../build:$PATH # in a clone
out=${1:-$HOME/tracks}
night=${2:-$(date +%Y%m%d)}
set -- house techno drum-and-bass hip-hop jazz bossa ambient
shift $((night % 7))
mkdir -p "$out"
pf-gen --style "$1" --length 3:00 --seed "$night" -o "$out/$night-$1.pf"
pf-render --lufs -14 -o "$out/$night-$1.flac" "$out/$night-$1.pf"
