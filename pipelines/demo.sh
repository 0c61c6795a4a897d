#!/bin/sh
# demo.sh : what `make demo` runs.  Three takes, a band with each, in demo/.
#
# A drum loop and a guitar phrase from the Debian package sonic-pi-samples
# (CC0), played round a few times as a person would, and the longer take that
# comes with Performia.
set -eu
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
PATH=$BUILD:$PATH
export PATH
samples=/usr/share/sonic-pi/samples
mkdir -p demo/takes

# round NAME SAMPLE TIMES [SECONDS] : play (the first SECONDS of) a sample so
# many times in a row
round() {
	if [ ! -f "$samples/$2.flac" ]; then
		echo "demo: $samples/$2.flac is not installed; leaving '$1' out"
	elif [ $# -gt 3 ]; then
		sox -q "$samples/$2.flac" "demo/takes/$1.wav" trim 0 "$4" fade t 0 "$4" 0.03 repeat $(($3 - 1))
	else
		sox -q "$samples/$2.flac" "demo/takes/$1.wav" repeat $(($3 - 1))
	fi
}
# Four bars of 140 bpm; two bars of 120 bpm over E minor.
round amen-break loop_amen_full 5
round guitar-phrase guit_em9 8 4
[ -f demo/takes/auld-lang-syne.ogg ] || cp share/takes/auld-lang-syne.ogg demo/takes/

# What was heard, and what each agent did, from the stream.
report() {
	awk -F '\t' '
	function val(k,   i) { for (i = 7; i <= NF; i++) if (index($i, k "=") == 1) return substr($i, length(k) + 2); return "" }
	/^#/ { next }
	$3 == "beat" && $2 == "ears" { if (val("bpm") != "") bpm[++n] = val("bpm") }
	$3 == "key" && $2 == "ears" { key = val("tonic") " " val("mode") }
	$3 == "chord" && $2 == "ears" { q = val("quality"); c = val("root") (q == "maj" ? "" : q == "min" ? "m" : q); if (val("root") != "N" && c != last && shown < 12) { chords = chords " " c; last = c; shown++ } }
	$3 == "note" { if (!($2 in notes)) order[++k] = $2; notes[$2]++; if (!($2 in lo) || $4 + 0 < lo[$2]) lo[$2] = $4 + 0; if ($4 + 0 > hi[$2]) hi[$2] = $4 + 0; vel[$2] += $5 }
	END {
		printf "  heard   %s, key %s, chords%s ...\n", n ? sprintf("%.0f bpm", bpm[int(n / 2) + 1]) : "no beat", key == "" ? "unknown" : key, chords == "" ? " none" : chords
		for (i = 1; i <= k; i++) { s = order[i]; printf "  %-8s%5d notes, pitches %d to %d, mean velocity %.2f\n", s, notes[s], lo[s], hi[s], vel[s] / notes[s] }
	}' "$1"
}

for take in demo/takes/amen-break.wav demo/takes/guitar-phrase.wav demo/takes/auld-lang-syne.ogg; do
	[ -f "$take" ] || continue
	name=$(basename "${take%.*}")
	case $name in
	amen-break) style=drum-and-bass ;;
	guitar-phrase) style=pop ;;
	*) style=folk ;;
	esac
	echo "$name ($style)"
	PF_STYLE=$style PF_RENDER=-q pipelines/jam-along.sh "$take" demo
	report "demo/$name.pf"
	echo "  files   demo/$name.wav demo/$name-stems/ demo/$name.pf demo/$name.mid demo/$name.svg"
done
