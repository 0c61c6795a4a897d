#!/usr/bin/env bats
# pf-analyze as a user meets it.

bats_require_minimum_version 1.5.0

setup() {
	dir=$BATS_TEST_TMPDIR
	cd "$dir"
	take=$BATS_TEST_DIRNAME/../../share/takes/auld-lang-syne.ogg
}

# wav FILE SECONDS SOX-EFFECTS... : a file of 44.1 kHz; sox is needed
wav() {
	command -v sox >/dev/null || skip "sox is not here"
	sox -R -n -r 44100 -c 1 "$1" synth "$2" "${@:3}"
}

# rows TYPE FILE : the lines of a type
rows() {
	awk -F'\t' -v t="$1" '$3 == t' "$2"
}

@test "a note is told with its pitch, when it began and when it ended" {
	wav a.wav 1 pluck A3
	sox -n -r 44100 -c 1 gap.wav trim 0 0.5
	sox gap.wav a.wav gap.wav take.wav
	pf-analyze take.wav >out
	run -0 rows on out
	[ "${#lines[@]}" -eq 1 ]
	awk -F'\t' '$3 == "on" { split($0, x, "at="); at = x[2] + 0
		exit !($4 > 56.9 && $4 < 57.1 && at > 0.49 && at < 0.52 && $1 < at + 0.06) }' out
	run -0 rows off out
	[ "${#lines[@]}" -eq 1 ]
}

@test "lines are sorted by the time at which they were known" {
	pf-analyze "$take" >out
	head -1 out | grep -qx '#performia 1'
	awk -F'\t' '!/^#/ { if ($1 + 0 < t) { print; exit 1 } t = $1 + 0 }' out
}

@test "the shipped take is heard in G, with beats a bar of four, near 100 bpm" {
	pf-analyze "$take" >out
	rows key out | tail -1 | grep -q 'tonic=G	mode=major'
	[ "$(rows beat out | grep -c 'meter=4/4')" -gt 100 ]
}

@test "what was said does not depend on what comes later" {
	command -v sox >/dev/null || skip "sox is not here"
	sox "$take" whole.wav trim 0 20
	sox whole.wav part.wav trim 0 11.3
	pf-analyze whole.wav >whole
	pf-analyze part.wav >part
	awk -F'\t' '/^#/ || $1 < 11.25' whole >a
	awk -F'\t' '/^#/ || $1 < 11.25' part >b
	[ "$(wc -l <a)" -gt 300 ]
	cmp a b
}

@test "a file at another rate is known later, but causally too" {
	command -v sox >/dev/null || skip "sox is not here"
	sox "$take" -r 8000 -c 3 whole.wav trim 0 8
	sox whole.wav part.wav trim 0 5.3
	pf-analyze whole.wav | awk -F'\t' '/^#/ || $1 < 5.25' >a
	pf-analyze part.wav | awk -F'\t' '/^#/ || $1 < 5.25' >b
	cmp a b
	grep -q '	on	' a
}

@test "standard input says the same as the file" {
	wav a.wav 1 pluck E2
	pf-analyze a.wav >a
	pf-analyze - <a.wav >b
	cat a.wav | pf-analyze >c
	cmp a b
	cmp a c
}

@test "no tempo and no meter are said, and every line is by ears" {
	pf-analyze "$take" >out
	run -1 grep -E '	(tempo|meter)	' out
	[ "$(grep -v '^#' out | cut -f 2 | sort -u)" = ears ]
}

@test "--name speaks as somebody else" {
	wav a.wav 1 pluck A3
	pf-analyze -n guitar a.wav | grep -v '^#' | cut -f 2 | sort -u >out
	[ "$(cat out)" = guitar ]
	run -2 pf-analyze -n 'a	b' a.wav
}

@test "--only says only these types" {
	pf-analyze --only chord,key "$take" | grep -v '^#' | cut -f 3 | sort -u >out
	[ "$(cat out)" = "$(printf 'chord\nkey')" ]
	wav a.wav 1 pluck A3
	pf-analyze --only note a.wav | grep -v '^#' | cut -f 3 | sort -u >out
	[ "$(cat out)" = "$(printf 'off\non')" ]
}

@test "an unknown type names the nearest" {
	run -2 pf-analyze --only onsets /dev/null
	[[ $output == *"did you mean 'onset'?"* ]]
	run -2 pf-analyze --only , /dev/null
}

@test "--notes gives finished notes at their starts" {
	wav a.wav 0.5 pluck A3
	wav b.wav 0.5 pluck C4
	sox a.wav b.wav ab.wav
	pf-analyze --notes --only note ab.wav >out
	[ "$(rows note out | wc -l)" -eq 2 ]
	awk -F'\t' '$3 == "note" { n++; want = n == 1 ? 57 : 60
		if ($4 < want - 0.2 || $4 > want + 0.2 || $6 < 0.3 || $6 > 0.6) exit 1 }' out
	run -1 grep 'at=' out
}

@test "drums stand in --notes under a name of their own" {
	command -v sox >/dev/null || skip "sox is not here"
	sox -R -n -r 44100 -c 1 hit.wav synth 0.05 whitenoise fade l 0 0.05 0.045 pad 0 0.45
	sox hit.wav hits.wav repeat 5
	pf-analyze --notes hits.wav >out
	[ "$(awk -F'\t' '$2 == "ears-drums"' out | wc -l)" -ge 4 ]
}

@test "--profile describes a sound" {
	wav a.wav 2 sine 440 gain -20
	pf-analyze --profile a.wav >out
	grep -q '^duration   2\.00' out
	grep -qE '^dominant   4(39|40)\.[0-9] Hz \(A4' out
	grep -qE '^peak       -20\.' out
	awk '$1 == "loudness" && $2 > -24.5 && $2 < -22 { ok = 1 } END { exit !ok }' out
}

@test "--json is JSON" {
	command -v python3 >/dev/null || skip "python3 is not here"
	wav a.wav 1 pluck A3
	cp a.wav $'we"ird\n.wav'
	pf-analyze --json $'we"ird\n.wav' | python3 -c '
import json, sys
x = json.load(sys.stdin)
assert x["file"] == "we\"ird\n.wav", x
assert abs(x["duration_s"] - 1) < 0.01 and x["tempo_bpm"] is None, x
assert 30 < x["dominant_hz"] < 500 and x["envelope"], x'
}

@test "-v tells tempo, key and chords on standard error" {
	run -0 --separate-stderr pf-analyze -v -o out "$take"
	[ -z "$output" ]
	[[ $stderr == *"tempo "*"bpm"* ]]
	[[ $stderr == *"key G major"* ]]
	[[ $stderr == *"chords G"* ]]
	[ -s out ]
}

@test "--hop makes lines stand at the ends of larger hops" {
	wav a.wav 1 pluck A3
	pf-analyze --hop 4096 --only onset a.wav >out
	awk -F'\t' '!/^#/ { k = $1 * 44100 / 4096; exit !(k - int(k + 0.5) < 0.001 && int(k + 0.5) - k < 0.001) }' out
	run -2 pf-analyze --hop 100 a.wav
	[[ $output == *"no power of two"* ]]
	run -2 pf-analyze --hop 32 a.wav
}

@test "--rate listens at another rate" {
	wav a.wav 1 pluck A3
	pf-analyze --rate 22050 --only note a.wav >out
	rows on out | awk -F'\t' '{ exit !($4 > 56.9 && $4 < 57.1) }'
	run -2 pf-analyze --rate 12 a.wav
	[[ $output == *"--rate: '12' is out of 16000..96000"* ]]
}

@test "silence says nothing but its level" {
	command -v sox >/dev/null || skip "sox is not here"
	sox -n -r 48000 -c 2 a.wav trim 0 3
	pf-analyze a.wav >out
	[ "$(grep -v '^#' out | cut -f 3 | sort -u)" = level ]
	pf-analyze --profile a.wav | grep -q '^tempo      unknown'
	pf-analyze --json a.wav | grep -q '"key": null'
}

@test "noise has no key, no notes and no chord that is sure" {
	wav a.wav 5 whitenoise
	pf-analyze a.wav >out
	run -1 grep -E '	(key|on)	' out
}

@test "a very short file is heard" {
	wav a.wav 0.05 sine 880
	pf-analyze a.wav >out
	[ "$(rows onset out | wc -l)" -eq 1 ]
	sox -n -r 44100 -c 1 one.wav trim 0 1s
	pf-analyze one.wav >out
}

@test "192 kHz with eight channels and 8 kHz with one are heard" {
	command -v sox >/dev/null || skip "sox is not here"
	sox -R -n -r 192000 -c 8 a.wav synth 1 pluck A3
	sox -R -n -r 8000 -c 1 b.wav synth 1 pluck A3
	for f in a b; do
		pf-analyze --only note $f.wav >out
		rows on out | awk -F'\t' '{ exit !($4 > 56.9 && $4 < 57.1) }'
	done
}

@test "samples that are not numbers count as silence" {
	command -v python3 >/dev/null || skip "python3 is not here"
	python3 - <<-'END'
	import math, struct
	x = [math.sin(i * 440 / 44100 * 6.2832) * 0.5 for i in range(44100)]
	for i in range(2000, 44100, 1000):
	    x[i] = (float("nan"), float("inf"), -1e30)[i // 1000 % 3]
	d = struct.pack("<%df" % len(x), *x)
	open("a.wav", "wb").write(b"RIFF" + struct.pack("<I", 36 + len(d)) + b"WAVEfmt "
	    + struct.pack("<IHHIIHH", 16, 3, 1, 44100, 176400, 4, 32) + b"data" + struct.pack("<I", len(d)) + d)
	END
	pf-analyze -v a.wav >out 2>err
	run -1 grep -iE '[=	-](nan|inf)' out
	rows level out | awk -F'\t' '{ for (i = 7; i <= NF; i++) { split($i, x, "="); if (x[2] > 40) exit 1 } }'
}

@test "a clipped file is heard" {
	wav a.wav 1 pluck A3 gain 40
	pf-analyze --only note a.wav | grep -q '	on	'
}

@test "a file that is not there, a directory, an empty and a foreign file are errors" {
	run -1 --separate-stderr pf-analyze no-such.wav
	[[ $stderr == "pf-analyze: "*"no-such.wav"* ]]
	run -1 pf-analyze .
	: >empty.wav
	run -1 pf-analyze empty.wav
	echo hello >text.wav
	run -1 pf-analyze text.wav
	run -1 pf-analyze - </dev/null
}

@test "a file that is cut short is analysed as far as it goes, and an error" {
	wav a.flac 4 pluck A3
	head -c 60000 a.flac >cut.flac
	run -1 --separate-stderr pf-analyze cut.flac
	[[ $stderr == *"cut short"* ]]
	[[ $output == *"	on	57"* ]]
	run -1 pf-analyze -o out cut.flac
	[ ! -e out ]
}

@test "a reader that goes away ends it quietly" {
	run bash -c 'pf-analyze "$1" 2>err | head -1; echo "${PIPESTATUS[0]}"' - "$take"
	[ "${lines[1]}" = 141 ]
	[ ! -s err ]
}

@test "a full disk is an error" {
	[ -w /dev/full ] || skip "/dev/full is not here"
	wav a.wav 1 pluck A3
	run -1 bash -c 'pf-analyze a.wav >/dev/full'
	[[ $output == *"No space left"* ]]
	run -1 bash -c 'pf-analyze --profile a.wav >/dev/full'
	run -1 pf-analyze -o /no/such/dir/out a.wav
}

@test "two files and --notes with --profile are wrong usage" {
	run -2 pf-analyze a b
	run -2 pf-analyze --notes --profile a
	run -2 pf-analyze --no-such-option
}

@test "a WAV cut in the middle of a hop is an error too" {
	wav a.wav 4 pluck A3
	head -c 200002 a.wav >cut.wav
	run -1 --separate-stderr pf-analyze cut.wav
	[[ $stderr == *"'cut.wav' is cut short"* ]]
	run -1 --separate-stderr pf-analyze - <cut.wav
	[[ $stderr == *"cut short"* ]]
}

@test "at a terminal it asks for a file instead of waiting for sound" {
	run script -qec pf-analyze /dev/null </dev/null
	[ "$status" -eq 2 ]
	[[ $output == *"which file?"* ]]
}
