#!/bin/bash
# How many times faster than real time pf-render plays, on one core, by CPU
# time: a band of four in every style, a track of many strips, a jam with a
# take, what each step adds, and a peer where
# there is one (fluidsynth -F with the same notes as a MIDI file).  The aim is
# 100 for the band.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=${BUILD:-$PWD/build}:$PATH
PF_SHARE=${PF_SHARE:-$PWD/share}
export PATH PF_SHARE
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
TIMEFORMAT='%U %S'

# ratio NAME SECONDS COMMAND... : the best of three, as a ratio
ratio() {
	local name=$1 length=$2
	shift 2
	for _ in 1 2 3; do
		{ time "$@" >/dev/null 2>&1; } 2>&1
	done | awk -v n="$name" -v l="$length" '{ t = $1 + $2; if (NR == 1 || t < best) best = t }
		END { printf "%-44s %7.0f x real time\n", n, l / (best + 1e-9) }'
}

length=120
for file in share/styles/*.yaml; do
	style=$(basename "$file" .yaml)
	pf-gen --style "$style" --parts drums,bass,harmony,melody --length 2:00 --seed 7 -o "$out/$style.pf"
	ratio "four parts, $style, WAV" $length pf-render -q --length $length -o "$out/x.wav" "$out/$style.pf"
done
pf-gen --style house --key Am --tempo 124 --length 3:00 --seed 7 -o "$out/track.pf"
ratio "house, three minutes, all parts" 180 pf-render -q --length 180 -o "$out/x.wav" "$out/track.pf"
for take in share/takes/*.ogg; do
	[ -f "$take" ] || continue
	pf-analyze "$take" | pf-agent drums | pf-agent bass | pf-agent harmony | pf-agent melody >"$out/jam.pf"
	ratio "a jam with $(basename "$take")" 30 pf-render -q --length 30 --mix "$take" -o "$out/x.wav" "$out/jam.pf"
	break
done
song=$out/folk.pf
ratio "the same (folk), raw, no master" $length pf-render -q --no-master --length $length -o "$out/x.raw" "$song"
ratio "the same, FLAC" $length pf-render -q --length $length -o "$out/x.flac" "$song"
ratio "the same, Ogg Vorbis" $length pf-render -q --length $length -o "$out/x.ogg" "$song"
ratio "the same, stems" $length pf-render -q --length $length --stems "$out/stems" -o "$out/x.wav" "$song"
ratio "the same, --lufs -16" $length pf-render -q --lufs -16 --length $length -o "$out/x.wav" "$song"
ratio "the same, 96 kHz" $length pf-render -q --rate 96000 --length $length -o "$out/x.wav" "$song"
ratio "nothing at all" $length pf-render -q --length $length -o "$out/x.wav" /dev/null
if command -v fluidsynth >/dev/null; then
	for font in /usr/share/sounds/sf2/*.sf2; do
		[ -f "$font" ] || continue
		pf-smf -o "$out/folk.mid" "$song"
		ratio "fluidsynth -F, $(basename "$font")" $length fluidsynth -q -ni -r 48000 -F "$out/f.wav" "$font" "$out/folk.mid"
		break
	done
fi
