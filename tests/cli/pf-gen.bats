#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later

setup() {
	cd "$BATS_TEST_TMPDIR" || exit 1
}

# Check a stream: sorted, in range, no key struck while it is down, nothing
# beyond the last section.  Prints what is wrong.
sound_stream() {
	awk -F'\t' '
		/^#/ { next }
		$1 + 0 < last - 1e-9 { print "unsorted at line " NR; exit }
		{ last = $1 + 0 }
		$3 == "section" { if ($1 + $6 > end) end = $1 + $6 }
		$3 != "note" { next }
		{
			k = $2 " " $4
			if ($4 < 0 || $4 > 127 || $5 <= 0 || $5 > 1 || $6 <= 0)
				print "out of range at line " NR
			if (down[k] > $1 + 1e-6)
				print "struck twice at line " NR
			down[k] = $1 + $6
			if ($1 + $6 > most)
				most = $1 + $6
			n++
		}
		END {
			if (n < 20) print "only " n " notes"
			if (most > end + 0.01) print "plays beyond the end"
		}'
}

@test "every style gives a sound stream for several seeds" {
	for style in $(pf-gen --list | sed 's/ .*//'); do
		for seed in 0 1 2; do
			run sound_stream < <(pf-gen -s "$style" -S $seed -b 40)
			[ -z "$output" ] || { echo "$style $seed: $output"; false; }
		done
	done
}

@test "any meter gives a sound stream" {
	for meter in 3/4 6/8 5/4 7/8 12/8 2/2 9/8 1/4; do
		run sound_stream < <(pf-gen -s pop -m $meter -b 24)
		[ -z "$output" ] || { echo "$meter: $output"; false; }
	done
}

@test "the same options and seed give the same bytes, another seed others" {
	pf-gen -s jazz -S 5 >a
	pf-gen -s jazz -S 5 >b
	pf-gen -s jazz -S 6 >c
	cmp a b
	! cmp -s a c
}

@test "a small folk song stays as it is" {
	pf-gen -s folk -k D -t 112 -b 8 -p melody,bass -S 3 |
		cut -f 1-6 >is
	diff "$BATS_TEST_DIRNAME/../golden/folk.txt" is
}

@test "--bars is exact and --length within a bar" {
	for bars in 1 7 32 100; do
		pf-gen -s techno -b $bars -p drums >s
		[ "$(awk -F'\t' '$3 == "section" { n += $6 } END { print n }' s)" = $((4 * bars)) ]
	done
	pf-gen -s house -t 120 -l 3:00 >s
	[ "$(awk -F'\t' '$3 == "section" { n += $6 } END { print n }' s)" = 360 ]
}

@test "--parts chooses who plays" {
	pf-gen -s house -b 16 -p drums,bass >s
	[ "$(awk -F'\t' '$3 == "note" { print $2 }' s | sort -u | tr '\n' ' ')" = "bass drums " ]
	pf-gen -s house -b 64 -p -melody,-drums >s
	! grep -qP '\t(melody|drums)\t' s
}

@test "--chords are played in order, a chord a bar" {
	pf-gen --chords 'Am F C G' --style folk -b 8 >s
	[ "$(awk -F'\t' '$3 == "chord" { printf "%s ", $7 $8 }' s | cut -d' ' -f1-4)" = \
		"root=Aquality=min root=Fquality=maj root=Cquality=maj root=Gquality=maj" ]
	grep -q 'tonic=A	mode=minor' s
}

@test "--form takes letters and names" {
	pf-gen -s jazz -f AABA -p bass >s
	[ "$(awk -F'\t' '$3 == "section" { sub(/.*name=/, ""); sub(/\t.*/, ""); printf "%s", $0 }' s)" = AABA ]
	pf-gen -s house -f 'intro verse chorus outro' -p bass >s
	[ "$(grep -c '	section	' s)" = 4 ]
}

@test "-o writes a whole file or none" {
	pf-gen -b 4 -o song.pf
	pf-gen -b 4 | cmp - song.pf
	run pf-gen -b 4 -o nowhere/song.pf
	[ "$status" -eq 1 ]
	[ ! -e nowhere ]
}

@test "a full disk is an error" {
	[ -w /dev/full ] || skip "no /dev/full"
	run sh -c 'pf-gen -b 64 >/dev/full'
	[ "$status" -eq 1 ]
	[[ "$output" == *"No space left on device"* ]]
}

@test "a closed pipe ends it quietly" {
	run bash -c 'pf-gen -l 10:00 2>err | head -1; echo "${PIPESTATUS[0]}"; cat err'
	[ "${lines[0]}" = "#performia 1" ]
	[ "${lines[1]}" = 141 ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "unknown names are refused with the nearest" {
	run pf-gen -s housse
	[ "$status" -eq 2 ]
	[ "${lines[0]}" = "pf-gen: style 'housse' is unknown, did you mean 'house'?" ]
	run pf-gen -k 'D dorain'
	[ "$status" -eq 2 ]
	[ "${lines[0]}" = "pf-gen: --key: 'D dorain' is not a key, did you mean 'D dorian'?" ]
	run pf-gen -p drumms
	[ "$status" -eq 2 ]
	[ "${lines[0]}" = "pf-gen: part 'drumms' is unknown, did you mean 'drums'?" ]
	run pf-gen -f 'intro chorsu'
	[ "$status" -eq 2 ]
	[ "${lines[0]}" = "pf-gen: section 'chorsu' is unknown, did you mean 'chorus'?" ]
	run pf-gen -c 'Am Q7'
	[ "$status" -eq 2 ]
	[[ "${lines[0]}" == "pf-gen: chords: 'Q7' is not a chord"* ]]
}

@test "numbers out of range are refused" {
	for wrong in '-t 1000000000' '-t x' '-b 0' '-b 5000' '-l 0' '-l 9:99:99' \
		'-l 99999:00' '-S -1' '-m 4/5' '-b 4 -l 1:00' '-l -1'; do
		# shellcheck disable=SC2086
		run pf-gen $wrong
		[ "$status" -eq 2 ] || { echo "$wrong: $status $output"; false; }
	done
}

@test "a style file of one's own is read, its mistakes are told" {
	cat >mine.yaml <<-'END'
		title: four on the floor and nothing else
		tempo: {low: 120, usual: 126, high: 132}
		key: Am
		sounds: {drums: kit-909, bass: acid-bass}
		drums:
		  - rows:
		      kick:    "X...X...X...X..."
		      openhat: "..7...7...7...7."
		bass:
		  patterns:
		    - {gate: 0.6, steps: ". . 1 1 . . 1 . . 8? 1 . . b7 1 ."}
		progressions:
		  - {mode: minor, chords: "i | i | VI | VII"}
		sections:
		  all: {bars: 16, parts: [drums, bass]}
		forms:
		  - {order: all}
	END
	run sound_stream < <(pf-gen -s ./mine.yaml)
	[ -z "$output" ]
	sed -i 's/gate/gaet/' mine.yaml
	run pf-gen -s ./mine.yaml
	[ "$status" -eq 1 ]
	[ "$output" = "pf-gen: ./mine.yaml:11: unknown key 'gaet', did you mean 'gate'?" ]
	: >empty.yaml
	run pf-gen -s ./empty.yaml
	[ "$status" -ne 0 ]
	[ "$output" = "pf-gen: style 'empty' has no sections" ]
}

@test "a prompt is understood, options go before it, -v tells" {
	run pf-gen -v -P 'dark 170 bpm drum and bass in F minor, rolling bass, zorgle' -b 8 -p bass -t 172 -o s
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == *"170 bpm"*"style drum-and-bass"*"key F minor"*"busy bass"* ]]
	[ "${lines[1]}" = "pf-gen: ignored: zorgle" ]
	grep -q 'bpm=172' s
	grep -q 'tonic=F	mode=minor' s
}

@test "--list has a line for every style" {
	pf-gen --list >list
	[ "$(wc -l <list)" -ge 10 ]
	for style in house techno hardcore drum-and-bass hip-hop rock jazz bossa folk ambient; do
		grep -q "^$style " list
	done
}

@test "help, manual and completions know the same options" {
	top=$BATS_TEST_DIRNAME/../..
	for o in $(pf-gen --help | grep -o -- '--[a-z]*'); do
		word=${o#--}
		grep -q -- "Fl -$word" "$top/man/pf-gen.1"
		grep -q -- "$o" "$top/completions/bash/pf-gen"
		grep -q -- "$o" "$top/completions/zsh/_pf-gen"
		grep -q -- "-l $word" "$top/completions/fish/pf-gen.fish"
	done
}
