#!/usr/bin/env bats

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_TMPDIR"
	printf '#performia 1\n0\tscore\ttempo\t-\t-\t-\tbpm=97\n0\tscore\tmeter\t-\t-\t-\tmeter=3/4\n0\tscore\tkey\t-\t-\t-\ttonic=A\tmode=minor\n0\tdrums\tnote\tkick\t0.9\t0.25\n0.5\tbass\tnote\tA1\t0.8\t0.5\n0.5\tbass\tset\t-\t-\t-\tparam=pan\tvalue=-1\n3\tscore\tsection\t-\t-\t-\tname=chorus\n3\tbass\tnote\tE2\t0.8\t1\n' >s.pf
}

notes() { awk -F'\t' '$3=="note"{printf "%s %s %s %s\n",$1,$2,$4,$6}' "$@" | sort; }

@test "a stream becomes a MIDI file and comes back" {
	pf-smf -o s.mid s.pf
	[ "$(head -c 4 s.mid)" = MThd ]
	pf-smf s.mid >back.pf
	printf '0 drums 36 0.25\n0.5 bass 33 0.5\n3 bass 40 1\n' | diff - <(notes back.pf)
	grep -q $'^0\tscore\ttempo\t-\t-\t-\tbpm=97$' back.pf
	grep -q $'^0\tscore\tmeter\t-\t-\t-\tmeter=3/4$' back.pf
	grep -q $'^0\tscore\tkey\t-\t-\t-\ttonic=A\tmode=minor$' back.pf
	grep -q $'^3\tscore\tsection\t-\t-\t-\tname=chorus$' back.pf
	grep -q $'^0.5\tbass\tset\t-\t-\t-\tparam=pan\tvalue=-1$' back.pf
}

@test "the second time round nothing changes" {
	pf-smf -o 1.mid s.pf
	pf-smf 1.mid >1.pf
	pf-smf -o 2.mid 1.pf
	pf-smf 2.mid >2.pf
	diff 1.pf 2.pf
}

@test "standard input and output serve both ways" {
	pf-smf <s.pf | pf-smf - | notes | diff - <(pf-smf -o - s.pf | pf-smf | notes)
	pf-smf -o s.mid s.pf
	pf-smf -o out.pf <s.mid
	diff out.pf <(pf-smf s.mid)
}

@test "drums go to channel 10, others round it" {
	for i in 1 2 3 4 5 6 7 8 9 10 11; do printf '0\tp%02d\tnote\t60\t1\t1\n' "$i"; done >many.pf
	printf '0\tdrumkit\tnote\t36\t1\t1\n' >>many.pf
	pf-smf -o many.mid many.pf
	# Note on, key 60: each channel but 10 (0x99) has one.
	[ "$(od -An -v -tx1 many.mid | tr -d ' \n' | grep -o '9[0-9a-f]3c7f' | sort -u | wc -l)" = 11 ]
	od -An -v -tx1 many.mid | tr -d ' \n' | grep -q 99247f
	! od -An -v -tx1 many.mid | tr -d ' \n' | grep -q 993c7f
}

@test "told beats make the bars of a free take" {
	for i in 1 2 3 4 5 6 7 8 9; do
		printf '%s\tears\tbeat\t-\t-\t-\tindex=%d\tmeter=4/4\tat=%s\n' "$i" $(((i - 1) % 4 + 1)) "$i"
		printf '%s\tears\ton\t60\t0.5\t-\tat=%s\tid=%d\n' "$i" "$i" "$i"
		printf '%s.5\tears\toff\t60\t-\t-\tat=%s.5\tid=%d\n' "$i" "$i" "$i"
	done >free.pf
	pf-smf --beats -o free.mid free.pf
	pf-smf free.mid >bars.pf
	grep -q $'^0\tscore\tmeter\t-\t-\t-\tmeter=1/4$' bars.pf
	grep -q $'^1\tscore\tmeter\t-\t-\t-\tmeter=4/4$' bars.pf
	grep -q $'^0\tscore\ttempo\t-\t-\t-\tbpm=60$' bars.pf
	[ "$(notes bars.pf | wc -l)" = 9 ]
	run -1 pf-smf --beats -o none.mid s.pf
	[[ $output == *'fewer than two beats were told' ]]
	[ ! -e none.mid ]
}

@test "a broken file names the byte" {
	pf-smf -o s.mid s.pf
	head -c 40 s.mid >cut.mid
	run -1 pf-smf cut.mid
	[[ $output == 'pf-smf: cut.mid: byte 18: a chunk of '* ]]
	head -c 9 s.mid >head.mid
	run -1 pf-smf head.mid
	[[ $output == *'byte 0: this is not the head of a MIDI file' ]]
}

@test "every cut of a file is an error, never a crash" {
	pf-smf -o s.mid s.pf
	size=$(stat -c %s s.mid)
	for n in $(seq 4 7 $((size - 5))); do
		head -c "$n" s.mid >cut.mid
		run -1 pf-smf cut.mid
	done
}

@test "bad streams name the line and leave nothing behind" {
	printf '0\ta\tnote\tH4\t1\t1\n' >bad.pf
	run -1 pf-smf -o bad.mid bad.pf
	[[ $output == "pf-smf: bad.pf:1: pitch: 'H4' is not a note" ]]
	[ ! -e bad.mid ]
	cat bad.pf s.pf >half.pf
	pf-smf --lenient -o half.mid half.pf 2>err
	grep -q 'skipped 1 malformed lines' err
	diff <(pf-smf half.mid) <(pf-smf -o - s.pf | pf-smf)
}

@test "empty input, text called .mid and a missing file are told" {
	: >empty
	run -1 pf-smf empty
	[[ $output == "pf-smf: 'empty' is empty" ]]
	cp s.pf text.mid
	run -1 pf-smf text.mid
	[[ $output == "pf-smf: 'text.mid' is no MIDI file" ]]
	run -1 pf-smf none
	[[ $output == *"cannot read 'none': No such file or directory" ]]
}

@test "a full disk is an error, a closed pipe is none" {
	pf-smf -o s.mid s.pf
	run -1 bash -c 'pf-smf s.mid >/dev/full'
	[[ $output == *'No space left on device' ]]
	run -1 bash -c 'pf-smf s.pf >/dev/full'
	[[ $output == *'No space left on device' ]]
	run -0 bash -c 'pf-smf s.mid | true'
	[ -z "$output" ]
}

@test "wrong usage exits 2" {
	run -2 pf-smf a b
	pf-smf -o s.mid s.pf
	run -2 pf-smf -o t.mid s.mid
	run -2 pf-smf --bars
}

@test "more parts than a score can have are refused, not worked on for hours" {
	awk 'BEGIN { for (i = 0; i < 30000; i++) printf "%g\ts%d\tnote\t60\t0.5\t1\n", i / 1000, i }' >many.pf
	run -1 timeout 20 pf-smf -o many.mid many.pf
	[ "$output" = "pf-smf: more than 1024 sources play: too many for a MIDI file" ]
	[ ! -e many.mid ]
	{
		printf 'MThd\0\0\0\6\0\1\x75\x30\3\xc0'
		for i in 1 2 3 4 5 6 7 8 9 10; do
			printf 'MTrk\0\0\0\x11\0\xff\3\1x\0\x90\x3c\x40\x60\x80\x3c\x40\0\xff\x2f\0%.0s' {1..3000}
		done
	} >many.mid
	run -1 timeout 20 pf-smf many.mid
	[ "$output" = "pf-smf: many.mid: more than 1024 channels of tracks have notes" ]
}

@test "a file whose notes never end is read in bounded time and memory" {
	{
		# One track: 18001 notes of one key without an end, then the
		# wheel 4206 times.
		printf 'MThd\0\0\0\6\0\0\0\1\3\xc0MTrk\0\1\x14\xb3'
		printf '\0\xff\1\0\0\x90\x3c\x40'
		printf '\0\x3c\x41%.0s' {1..18000}
		printf '\1\xe0\0\x41%.0s' {1..4205}
		printf '\0\0\x41\0\xff\x2f\0'
	} >held.mid
	(
		ulimit -v 1000000
		timeout 60 pf-smf held.mid >held.pf
	)
	[ "$(awk -F'\t' '$3 == "note"' held.pf | wc -l)" -eq 18001 ]
	[ "$(awk -F'\t' '$3 == "bend"' held.pf | wc -l)" -eq $((128 * 4206)) ]
}
