#!/usr/bin/env bats

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_TMPDIR"
	printf '#performia 1\n0\tscore\ttempo\t-\t-\t-\tbpm=120\n1\tdrums\tnote\tkick\t0.90\t0.5\n4\tdrums\tnote\tkick\t0.90\t0.5\n' >score.pf
	printf '0.25\thuman\tnote\t60\t0.9\t0.5\n1.5\thuman\tmagic\tx\ty\n' >take.pf
}

@test "streams are merged by time on the axis of the one that says tempo" {
	pf-merge take.pf score.pf >out
	printf '#performia 1\n0\tscore\ttempo\t-\t-\t-\tbpm=120\n0.5\thuman\tnote\t60\t0.9\t1\n1\tdrums\tnote\tkick\t0.90\t0.5\n3\thuman\tmagic\tx\ty\n4\tdrums\tnote\tkick\t0.90\t0.5\n' >want
	diff want out
}

@test "--axis chooses whose beats to print on" {
	pf-merge --axis 2 score.pf take.pf >out
	printf '#performia 1\n0.25\thuman\tnote\t60\t0.9\t0.5\n0.5\tdrums\tnote\t36\t0.9\t0.25\n1.5\thuman\tmagic\tx\ty\n2\tdrums\tnote\t36\t0.9\t0.25\n' >want
	diff want out
}

@test "two different tempos are an error that names the line, unless one is chosen" {
	sed s/120/100/ score.pf >other.pf
	run -1 --separate-stderr pf-merge score.pf other.pf
	[[ $stderr == "pf-merge: other.pf:2: its tempo is not that of 'score.pf': choose with --axis whose shall hold" ]]
	run -0 pf-merge -a 1 score.pf other.pf
}

@test "a tempo that comes to differ later is an error too" {
	printf '8\tscore\ttempo\t-\t-\t-\tbpm=90\n' | cat score.pf - >other.pf
	run -1 --separate-stderr pf-merge score.pf other.pf
	run -0 pf-merge other.pf other.pf
}

@test "the same tempo twice is one axis, and lines pass byte for byte" {
	pf-merge score.pf score.pf | sort -u | diff <(sort score.pf) -
}

@test "one stream of standard input is sorted by rank, its bytes kept" {
	printf '0\tb\tnote\tC4\t0.50\t1.0\n0\ta\toff\t60\n' | pf-merge >out
	printf '#performia 1\n0\ta\toff\t60\n0\tb\tnote\tC4\t0.50\t1.0\n' | diff - out
}

@test "a merge does not depend on the order of the files but for equal lines" {
	diff <(pf-merge score.pf take.pf) <(pf-merge take.pf score.pf)
}

@test "an empty stream adds nothing" {
	diff <(pf-merge score.pf) <(pf-merge score.pf /dev/null)
	[ "$(pf-merge </dev/null)" = '#performia 1' ]
}

@test "malformed lines name their place; --lenient skips and counts them" {
	printf 'rubbish\n' | cat take.pf - >bad.pf
	run -1 --separate-stderr pf-merge score.pf bad.pf
	[[ $stderr == 'pf-merge: bad.pf:3: '* ]]
	run -0 --separate-stderr pf-merge --lenient score.pf bad.pf
	[[ $stderr == *'skipped 1 malformed lines' ]]
	diff <(pf-merge score.pf take.pf) <(pf-merge --lenient score.pf bad.pf 2>/dev/null)
}

@test "what cannot be is refused: time backwards, NaN, a billion bpm" {
	for line in '1\ta\ttick\n0\ta\ttick' '0\ta\tnote\tnan\t1\t1' 'nan\ta\ttick' '0\ta\ttempo\t-\t-\t-\tbpm=1000000000' '1e30\ta\ttick'; do
		printf "$line\n" >bad.pf
		run -1 pf-merge bad.pf
	done
}

@test "a missing file and a directory are told" {
	run -1 pf-merge none.pf
	[[ $output == *"cannot read 'none.pf': No such file or directory" ]]
	run -1 pf-merge .
	[[ $output == *"cannot read '.': Is a directory" ]]
}

@test "a full disk is an error, a closed pipe is none" {
	run -1 bash -c 'pf-merge score.pf >/dev/full'
	[[ $output == *'No space left on device' ]]
	run -0 bash -c 'pf-merge score.pf | true'
	[ -z "$output" ]
	run -0 bash -c 'yes "1	a	tick" | pf-merge --lenient /dev/null score.pf - | head -1 >/dev/null' || true
}

@test "-o leaves nothing behind when the input is wrong" {
	printf 'rubbish\n' >bad.pf
	run -1 pf-merge -o out.pf bad.pf
	[ ! -e out.pf ]
	[ -z "$(ls ./*.part 2>/dev/null)" ]
	pf-merge -o out.pf score.pf
	diff score.pf out.pf
}

@test "wrong usage exits 2" {
	run -2 pf-merge --axis 3 score.pf take.pf
	run -2 pf-merge --axes
}

@test "a live stream is passed on line by line" {
	mkfifo p
	pf-merge p >out &
	exec 9>p
	printf '0\ta\ttick\n0.02\ta\ttick\n0.04\ta\ttick\n' >&9
	for _ in $(seq 50); do
		grep -q '^0.02' out && break
		sleep 0.1
	done
	grep -q '^0.02' out
	exec 9>&-
	wait
}
