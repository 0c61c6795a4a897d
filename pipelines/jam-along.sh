#!/bin/bash
# jam-along.sh TAKE [DIRECTORY] : a recording goes in, a band comes out.
#
# You hear the take in front, and behind it a drummer, a bass player, a pianist
# or guitarist and a soloist who answers in the pauses.  Left in DIRECTORY:
#
#     NAME.wav       the take and the band, mixed
#     NAME-stems/    every musician alone
#     NAME.pf        all that was heard and played, as text
#     NAME.mid       the same for a DAW, with bar lines where the beats are
#     NAME.svg       a picture
#
# PF_STYLE (folk, rock, house ...), PF_SEED and PF_RENDER (more options for
# pf-render) shape the band.
set -euo pipefail
command -v pf-agent >/dev/null || PATH=$(dirname "$0")/../build:$PATH # in a clone
die() { echo "jam-along: $*" >&2; exit "${status:-1}"; }
[ $# -ge 1 ] || status=2 die "usage: jam-along.sh TAKE [DIRECTORY]"
take=$1
out=${2:-.}
name=$(basename "$take")
name=${name%.*}
seed=${PF_SEED:-1}
style=${PF_STYLE:-pop}
mkdir -p "$out"
whole=$out/.$name.pf.part
trap 'rm -f "$whole"' EXIT

agent() { pf-agent "$@" --style "$style" --seed "$seed"; }
pf-analyze "$take" | agent drums | agent bass | agent harmony | agent melody >"$whole"
mv "$whole" "$out/$name.pf"

# shellcheck disable=SC2086 # PF_RENDER is a list of words
pf-render --mix "$take" -o "$out/$name.wav" --stems "$out/$name-stems" ${PF_RENDER:-} "$out/$name.pf"
pf-smf --beats -o "$out/$name.mid" "$out/$name.pf"
pf-draw -t "$name" -o "$out/$name.svg" "$out/$name.pf"
