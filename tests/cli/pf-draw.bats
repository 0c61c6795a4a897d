#!/usr/bin/env bats

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_TMPDIR"
	printf '#performia 1\n0\tscore\ttempo\t-\t-\t-\tbpm=120\n0\tbass\tnote\tA1\t0.8\t1\n1\tdrums\tnote\tkick\t0.9\t0.1\n' >s.pf
}

@test "a stream becomes an SVG on standard output" {
	run -0 pf-draw s.pf
	[[ ${lines[0]} == '<?xml version="1.0"'* ]]
	[[ $output == *'>bass<'*'</svg>' ]]
}

@test "standard input and -o are the same picture, but for the title" {
	pf-draw -t x -o a.svg s.pf
	pf-draw -t x <s.pf >b.svg
	cmp a.svg b.svg
}

@test "only the sources asked for are drawn" {
	run -0 pf-draw -s bass s.pf
	[[ $output != *'>drums<'* ]]
}

@test "told beats give bar lines to a free stream" {
	for i in 0 1 2 3 4 5 6 7 8; do
		printf '%s\tears\tbeat\t-\t-\t-\tindex=%d\tat=%s\n' "$i" $((i % 4 + 1)) "$i"
		printf '%s\tears\ton\t60\t0.5\t-\tat=%s\tid=%d\n' "$i" "$i" $((i + 1))
	done >free.pf
	run -0 pf-draw free.pf
	[[ $output == *'>2</text>'* ]]
}

@test "an empty stream is an error and leaves no file" {
	run -1 pf-draw -o e.svg /dev/null
	[[ $output == *"nothing to draw"* ]]
	[ -z "$(ls e.svg* 2>/dev/null)" ]
}

@test "a malformed line is named with its place and leaves no file" {
	printf '0\tbass\tnote\tH4\t0.8\t1\n' >bad.pf
	run -1 pf-draw -o bad.svg bad.pf
	[[ $output == *"bad.pf:1:"*"H4"* ]]
	[ -z "$(ls bad.svg* 2>/dev/null)" ]
}

@test "lenient reading passes over wrong lines and counts them" {
	{ cat s.pf; echo nonsense; } >bad.pf
	run -0 --separate-stderr pf-draw --lenient bad.pf
	[[ $stderr == *"skipped 1"* ]]
}

@test "a missing file and a missing directory are named" {
	run -1 pf-draw nowhere.pf
	[[ $output == *"nowhere.pf"* ]]
	run -1 pf-draw -o no/such/x.svg s.pf
	[[ $output == *"no/such/x.svg"* ]]
}

@test "a full disk is an error, a closed pipe is quiet" {
	[ -w /dev/full ] || skip "no /dev/full"
	run -1 bash -c 'pf-draw s.pf >/dev/full'
	[[ $output == *"No space left"* ]]
	run -0 bash -c 'pf-draw s.pf | head -c 10 >/dev/null'
	[ -z "$output" ]
}

@test "wrong usage exits 2 and says what is allowed" {
	run -2 pf-draw --width 3 s.pf
	[[ $output == *"400..20000"* ]]
	run -2 pf-draw a b
}

@test "a sound or MIDI file in a stream's place is told, with who reads it" {
	pf-gen -b 1 | pf-smf -o "$BATS_TEST_TMPDIR/a.mid"
	run pf-draw "$BATS_TEST_TMPDIR/a.mid"
	[ "$status" = 1 ]
	[[ $output == *"a.mid:1: this is a MIDI file"*pf-smf* ]]
	(printf 'RIFF'; head -c 300000 /dev/zero) >"$BATS_TEST_TMPDIR/a.wav"
	run pf-draw "$BATS_TEST_TMPDIR/a.wav"
	[ "$status" = 1 ]
	[[ $output == *"a.wav:1: this is a sound file"*pf-analyze* ]]
}
