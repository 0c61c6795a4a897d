#!/bin/bash
# live-quartet.sh [TAKE [DIRECTORY]] : a band plays with you, live.
#
# The take (by default the one that comes along, a guitar that plays Auld Lang
# Syne) goes into a session as if it were played on stage now: ears listen,
# four musicians find its beat and its chords and join in; nobody hears a note
# before it sounds.  It takes as long as the take.  Left in DIRECTORY:
#
#     master.wav     what the audience heard
#     take.wav       what came in
#     stems/         every musician alone
#     tape.txt       every event that was played: pf-render plays it again
#     band.svg       a picture of it
#
# PF_STYLE (pop, rock, folk ...) and PF_SEED shape the band.  With a person
# instead of a take, on a machine with a sound card:  pf-run quartet
set -euo pipefail
here=$(dirname "$0")
command -v pf-run >/dev/null || PATH=$(cd "$here/../build" && pwd):$PATH # in a clone
take=$here/../share/takes/auld-lang-syne.ogg # in a clone, else installed
[ -e "$take" ] || take=$here/../takes/auld-lang-syne.ogg
export PF_TAKE=${1:-$take}
export PF_JAM=${2:-live}
[ -r "$PF_TAKE" ] || { echo "live-quartet: cannot read '$PF_TAKE'" >&2; exit 1; }

export PF_SESSION=live-quartet.$$
trap 'rm -rf "/dev/shm/performia-$(id -u)/$PF_SESSION"' EXIT
pf-run ${PF_RUN:--v} take & # PF_RUN is an option more
run=$!
trap 'kill -TERM $run' INT TERM # the band ends its phrase
until wait $run; do # a signal interrupts it
	status=$?
	kill -0 $run 2>/dev/null || exit $status
done

pf-draw -t "$(basename "${PF_TAKE%.*}"), live" -o "$PF_JAM/band.svg" "$PF_JAM/tape.txt"
