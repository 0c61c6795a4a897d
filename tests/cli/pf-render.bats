#!/usr/bin/env bats

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_TMPDIR"
	printf '0\tscore\ttempo\t-\t-\t-\tbpm=120\n' >song.pf
	printf '0\tscore\tsection\t-\t-\t-\tname=verse\n' >>song.pf
	for bar in 0 1; do
		for i in 0 1 2 3; do
			b=$((bar * 4 + i))
			printf '%s\tdrums\tnote\t36\t0.9\t0.25\n' $b
			printf '%s\tbass\tnote\t%s\t0.8\t0.9\n' $b $((33 + i * 2))
			printf '%s.5\tdrums\tnote\t42\t0.5\t0.25\n' $b
		done
		printf '%s\tpad\tnote\t57\t0.6\t3.5\n' $((bar * 4 + 4))
		printf '%s\tpad\tnote\t64\t0.6\t3.5\n' $((bar * 4 + 4))
		printf '%s.25\tmelody\tnote\t69\t0.7\t1\n' $((bar * 4 + 4))
	done | sort -n -s >>song.pf
	printf '#performia 1\n' >empty.pf
}

# The floats of a raw file, a frame a line.
frames() {
	od -An -v -tf4 -w8 "$1"
}

# The largest absolute sample of a file.
peak() {
	sox "$1" -n stat 2>&1 | awk '/^(Max|Min)imum amplitude/ { x = $3 < 0 ? -$3 : $3; if (x > m) m = x } END { printf "%.7f\n", m }'
}

sine_take() { # sine_take FILE GAIN-DB [SECONDS]
	sox -n -r 44100 -c 1 -b 24 "$1" synth "${3:-4}" sine 440 gain "$2"
}

@test "a stream becomes a file that others read" {
	run -0 pf-render -q -o song.wav song.pf
	[ -z "$output" ]
	run -0 soxi song.wav
	[[ $output == *"Channels       : 2"* ]]
	[[ $output == *"Sample Rate    : 48000"* ]]
	[[ $output == *"24-bit"* ]]
	[ "$(peak song.wav | cut -c1-4)" != 0.00 ]
}

@test "a stream comes from a pipe and sound goes into one" {
	pf-render -q -o song.au -b 32f song.pf
	pf-render -q <song.pf >piped.au
	[ "$(head -c 4 piped.au)" = .snd ]
	# The same samples; only the length in the header is told or not.
	cmp <(tail -c +33 song.au) <(tail -c +33 piped.au)
	pf-render -q song.pf | sox -t au - -n stat 2>stat
	pf-render -q --format wav song.pf | sox -t wav - -n stat 2>>stat
	[ "$(grep -c 'Samples read' stat)" = 2 ]
	[ "$(sort -u <(grep 'Samples read' stat) | wc -l)" = 1 ]
}

@test "a file for each format keeps the sound" {
	pf-render -q --length 2 -o ref.wav song.pf
	for f in rf64 flac aiff ogg opus au; do
		pf-render -q --length 2 -o "x.$f" song.pf
		pf-render -q --mix "x.$f" --balance off --no-master --length 2 -o back.wav empty.pf
		sox -m -v 1 ref.wav -v -1 back.wav -b 32 diff.wav 2>/dev/null
		[ "$(awk -v p="$(peak diff.wav)" 'BEGIN { print p < 0.2 }')" = 1 ] || { echo "$f differs by $(peak diff.wav)"; false; }
	done
}

@test "the same stream gives the same bytes, with any number of threads" {
	for f in wav flac ogg; do
		pf-render -q -j 1 -o "1.$f" song.pf
		for j in 1 2 8; do
			pf-render -q -j $j -o "j.$f" song.pf
			cmp "1.$f" "j.$f"
		done
	done
}

@test "another seed is other dither, and nothing else" {
	pf-render -q -b 16 -S 1 -o 1.wav song.pf
	pf-render -q -b 16 -S 2 -o 2.wav song.pf
	! cmp -s 1.wav 2.wav
	sox -m -v 1 1.wav -v -1 2.wav -b 32 diff.wav 2>/dev/null
	[ "$(awk -v p="$(peak diff.wav)" 'BEGIN { print p < 0.0002 }')" = 1 ]
}

@test "a note begins on its own frame" {
	# Beat 0.7 of 1 s: frame 33600; beat 0.50001 is frame 24000.48.
	for at in 0.7:33600 0.50001:24000; do
		printf '%s\tx\tnote\t38\t1\t0.1\n' "${at%:*}" >one.pf
		pf-render -q -i x=kit-909 --length 1 -o one.raw one.pf
		first=$(frames one.raw | awk '$1 != 0 || $2 != 0 { print NR - 1; exit }')
		[ "$first" -ge "${at#*:}" ]
		[ "$first" -le $((${at#*:} + 4)) ]
	done
}

@test "stems sum to the mix in front of the master" {
	# Softly, or sox would clip at full scale what it reads.
	{ printf '0\tdesk\tset\t-\t-\t-\tparam=drums.gain\tvalue=-20\n'; cat song.pf; } >soft.pf
	pf-render -q --no-master -b 32f --stems stems -o mix.wav soft.pf
	[ -f stems/drums.wav ] && [ -f stems/bass.wav ] && [ -f stems/melody.wav ]
	args=
	for s in stems/*.wav; do args="$args -v 1 $s"; done
	# shellcheck disable=SC2086
	sox -m $args -v -1 mix.wav -b 32 -e float diff.wav
	[ "$(awk -v p="$(peak diff.wav)" 'BEGIN { print (p <= 1e-6) }')" = 1 ]
	[ "$(awk -v p="$(peak mix.wav)" 'BEGIN { print (p > 0.01) }')" = 1 ]
}

@test "stems stay in their directory, and each source has its own" {
	printf '0\t%s\tnote\t60\t0.8\t0.2\n' ../../x ../x .. a/b a_b >odd.pf
	mkdir -p in/side
	pf-render -q --tail 1 --stems in/side/stems -o in/odd.wav odd.pf
	[ "$(find in -type f ! -path 'in/side/stems/*')" = in/odd.wav ]
	[ "$(find in/side/stems -name '*.wav' ! -name reverb.wav ! -name delay.wav | wc -l)" -eq 5 ]
	[ -f in/side/stems/a_b.wav ] && [ -f in/side/stems/a_b-2.wav ]
}

@test "stems are the same with a master, and with a loudness" {
	pf-render -q --no-master --stems a -o a.wav song.pf
	pf-render -q --stems b -o b.wav song.pf
	pf-render -q --lufs -20 --stems c -o c.wav song.pf
	for s in a/*.wav; do
		cmp "$s" "b/${s#a/}"
		cmp "$s" "c/${s#a/}"
	done
}

@test "a loudness is hit, and the true peak stays below -1 dBTP" {
	pf-render --version | grep -q 'with libebur128' || skip "without libebur128"
	for l in -14 -23; do
		run -0 pf-render -v --lufs $l -o loud.wav song.pf
		echo "$output"
		lufs=$(sed -n 's/.* \(-[0-9.]*\) LUFS.*/\1/p' <<<"$output")
		tp=$(sed -n 's/.*true peak \(-*[0-9.]*\) dBTP.*/\1/p' <<<"$output")
		[ "$(awk -v a="$lufs" -v b=$l 'BEGIN { print (a - b < 0.15 && b - a < 0.15) }')" = 1 ]
		[ "$(awk -v a="$tp" 'BEGIN { print a <= -0.95 }')" = 1 ]
	done
}

@test "a loudness beyond the limiter is told, and the peak stays" {
	pf-render --version | grep -q 'with libebur128' || skip "without libebur128"
	run -0 pf-render -v --lufs -5 -o loud.wav song.pf
	echo "$output"
	[[ $output == *"LUFS is all that the limiter allows"* ]]
	tp=$(sed -n 's/.*true peak \(-*[0-9.]*\) dBTP.*/\1/p' <<<"$output")
	[ "$(awk -v a="$tp" 'BEGIN { print (a <= -0.95) }')" = 1 ]
}

@test "the master holds a band that is far too loud" {
	for i in 0 1 2 3 4 5 6 7 8 9; do
		printf '0\tbass%s\tnote\t36\t1\t2\n0.5\tkit%s\tnote\t38\t1\t1\n' $i $i
	done | sort -n -s >loud.pf
	run -0 pf-render -v -o loud.wav loud.pf
	echo "$output"
	tp=$(sed -n 's/.*true peak \(-*[0-9.]*\) dBTP.*/\1/p' <<<"$output")
	[ "$(awk -v a="${tp:--2}" 'BEGIN { print a <= -0.95 }')" = 1 ]
	[[ $output != *clipped* ]]
}

@test "sound begins and ends without a click and has no offset" {
	pf-render -q --only pad,melody -o song.raw song.pf
	frames song.raw | awk '
		function abs(x) { return x < 0 ? -x : x }
		{ n++; sum += $1; if (n <= 4 && abs($1) > first) first = abs($1); last = abs($1) }
		END { print first, last, sum / n; exit !(first < 0.01 && last < 1e-4 && abs(sum / n) < 1e-4) }'
}

@test "what ears report is not played, notes are" {
	printf '0\tears\ton\t60\t0.9\t-\tat=0 id=1\n' | tr ' ' '\t' >heard.pf
	run -1 pf-render -q -o x.wav heard.pf
	[[ $output == *"there is nothing to play in 'heard.pf'"* ]]
	[ ! -e x.wav ]
}

@test "a held note without an off ends with the stream" {
	printf '0\tx\ton\t60\t0.9\t-\tid=1\n1\tx\tnote\t64\t0.9\t1\n' >held.pf
	pf-render -q -i x=organ -o held.wav held.pf
	len=$(soxi -D held.wav)
	[ "$(awk -v l="$len" 'BEGIN { print (l > 2 && l < 9) }')" = 1 ]
}

@test "a stream or a file says which instrument, the user has the last word" {
	run -0 pf-render -v -o x.wav song.pf
	[[ $output == *"bass       bass-guitar"* ]]
	{ printf '0\tbass\tpatch\t-\t-\t-\tname=warm-bass\n'; cat song.pf; } >patched.pf
	run -0 pf-render -v -o x.wav patched.pf
	[[ $output == *"bass       warm-bass"* ]]
	run -0 pf-render -v -i bass=organ -o x.wav patched.pf
	[[ $output == *"bass       organ"* ]]
}

@test "a General MIDI program becomes an instrument" {
	printf '0\tx\tpatch\t-\t-\t-\tbank=0\tprogram=19\n0\tx\tnote\t60\t0.9\t1\n' >gm.pf
	run -0 pf-render -v -o x.wav gm.pf
	[[ $output == *"x          organ"* ]]
}

@test "sources can be left out or played alone" {
	pf-render -q --no-master --stems all -o x.wav song.pf
	pf-render -q --no-master --only bass,pad --stems some -o x.wav song.pf
	[ -f some/bass.wav ] && [ -f some/pad.wav ] && [ ! -f some/drums.wav ]
	pf-render -q --no-master --mute drums --stems rest -o x.wav song.pf
	[ -f rest/bass.wav ] && [ ! -f rest/drums.wav ]
}

@test "a set that comes before its strip waits for it" {
	# A knob turned after the last note changes nothing; before, it does.
	{ printf '0\tdesk\tset\t-\t-\t-\tparam=bass.gain\tvalue=-60\n'; cat song.pf; } >set.pf
	pf-render -q --no-master --stems a -o a.wav song.pf
	pf-render -q --no-master --stems b -o b.wav set.pf
	[ "$(awk -v a="$(peak a/bass.wav)" -v b="$(peak b/bass.wav)" 'BEGIN { print b < a / 10 }')" = 1 ]
	printf '99\tdesk\tset\t-\t-\t-\tparam=no.such.knob\tvalue=1\n' >>song.pf
	run -0 pf-render -o x.wav song.pf
	[[ $output == *'1 `set` of parameters that no strip has'* ]]
}

@test "--start and --length cut out just that piece" {
	pf-render -q -o whole.raw song.pf
	pf-render -q --start 1.5 --length 1 -o piece.raw song.pf
	[ "$(stat -c %s piece.raw)" = $((48000 * 8)) ]
	# All but the fade of 50 ms.
	cmp <(tail -c +$((72000 * 8 + 1)) whole.raw | head -c $((45600 * 8))) <(head -c $((45600 * 8)) piece.raw)
	pf-render -q --length 0:20 -o long.raw song.pf
	[ "$(stat -c %s long.raw)" = $((20 * 48000 * 8)) ]
}

@test "--tail 0 ends with the last note" {
	pf-render -q --tail 0 -o x.raw song.pf
	# The last note ends at beat 11.5 of 120 bpm.
	n=$(($(stat -c %s x.raw) / 8))
	echo "$n frames"
	[ $n -ge $((276000)) ] && [ $n -le $((276000 + 128)) ]
}

@test "a take is heard from frame 0 at its own speed" {
	sine_take take.wav -6
	pf-render -q --mix take.wav --balance off --no-master --length 4.1 -o x.wav empty.pf
	sox take.wav -r 48000 -c 2 -b 32 want.wav
	sox -m -v 1 x.wav -v -1 want.wav -b 32 diff.wav 2>/dev/null
	[ "$(awk -v p="$(peak diff.wav)" 'BEGIN { print p < 0.01 }')" = 1 ]
}

@test "takes of any loudness are brought to the same, knobs move them" {
	pf-render --version | grep -q 'with libebur128' || skip "without libebur128"
	lufs() { pf-render -v --no-master --length 4 -o x.wav "$@" empty.pf 2>&1 | sed -n 's/.* \(-[0-9.]*\) LUFS.*/\1/p'; }
	sine_take quiet.wav -40
	sine_take loud.wav -1
	q=$(lufs --mix quiet.wav) l=$(lufs --mix loud.wav)
	echo "$q $l"
	[ "$(awk -v a="$l" 'BEGIN { print (a > -17.3 && a < -16.7) }')" = 1 ]
	[ "$(awk -v a="$q" 'BEGIN { print (a > -20) }')" = 1 ]
	[ "$(awk -v a="$l" -v b="$(lufs --mix loud.wav --mix-gain -6)" 'BEGIN { print (a - b > 5.8 && a - b < 6.2) }')" = 1 ]
	[ "$(awk -v a="$l" -v b="$(lufs --mix loud.wav --balance 4)" 'BEGIN { print (a - b > 3.8 && a - b < 4.2) }')" = 1 ]
}

@test "an input of a tape plays as it is, on its strip, and its knobs turn" {
	sine_take in.wav -40
	printf '0\tengine\treset\n0\tdesk\tset\t-\t-\t-\tparam=guitar.gain\tvalue=-6\n' >tape.pf
	pf-render -q -I guitar=in.wav --no-master --length 1 --stems stems -o x.wav tape.pf
	[ -f stems/guitar.wav ]
	[ "$(awk -v a="$(peak x.wav)" -v b="$(peak in.wav)" 'BEGIN { print (a / b > 0.49 && a / b < 0.51) }')" = 1 ]
	run -2 pf-render -I in.wav -o x.wav tape.pf
	[[ $output == *"'in.wav' is not NAME=FILE"* ]]
	run -1 pf-render -I guitar=in.wav -I guitar=in.wav -o x.wav tape.pf
	[[ $output == *guitar* ]]
}

@test "two takes play on two strips" {
	sine_take a.wav -20 1
	sine_take b.wav -20 2
	pf-render -q --mix a.wav --mix b.wav --stems stems -o x.wav song.pf
	[ -f stems/take.wav ] && [ -f stems/take-2.wav ]
}

@test "a take that is longer than the band plays to its end" {
	sine_take long.wav -20 12
	pf-render -q --mix long.wav -o x.wav song.pf
	[ "$(soxi -D x.wav | cut -d. -f1)" -ge 12 ]
}

@test "takes that are no good are told by name" {
	run -1 pf-render -o x.wav --mix none.wav song.pf
	[[ $output == "pf-render: cannot read 'none.wav': No such file"* ]]
	: >void.wav
	run -1 pf-render -o x.wav --mix void.wav song.pf
	[[ $output == *"'void.wav' is empty"* ]]
	run -1 pf-render -o x.wav --mix song.pf song.pf
	[[ $output == *"'song.pf': it is no sound file"* ]]
	sine_take take.wav -6
	head -c 100000 take.wav >cut.wav
	run -1 pf-render -o x.wav --mix cut.wav song.pf
	[[ $output == *"'cut.wav' is cut short: 0.755 s of 4 s"* ]]
	sox take.wav take.flac
	head -c 10000 take.flac >cut.flac
	run -1 pf-render -o x.wav --mix cut.flac song.pf
	[[ $output == *"'cut.flac' is broken or cut short"* ]]
	[ ! -e x.wav ]
}

@test "what is no number in a take stays silent and is told" {
	{
		printf 'RIFF\0\0\0\0WAVEfmt \20\0\0\0\3\0\1\0\200\273\0\0\0\356\2\0\4\0\40\0data\240\17\0\0'
		for _ in $(seq 500); do printf '\0\0\300\177\0\0\200\77'; done
	} >nan.wav
	pf-render --version | grep -q 'with libebur128' || skip "without libebur128"
	run -0 pf-render -o x.raw --mix nan.wav --length 1 empty.pf
	[[ $output == *"samples are no numbers and stay silent"* ]]
	[ "$(frames x.raw | awk '$1 != $1 || $1 > 1 { n++ } END { print n + 0 }')" = 0 ]
}

@test "a clipped take is held by the master" {
	sox -n -r 48000 -e float -b 32 -c 2 hot.wav synth 1 sine 200 gain 20
	run -0 pf-render -v --mix hot.wav --mix-gain 24 -o x.wav empty.pf
	echo "$output"
	tp=$(sed -n 's/.*true peak \(-*[0-9.]*\) dBTP.*/\1/p' <<<"$output")
	[ "$(awk -v a="${tp:--2}" 'BEGIN { print a <= -0.95 }')" = 1 ]
}

@test "wrong streams are told with file and line, and nothing is left" {
	for bad in 'x\tnote' '1\tbass\tnote\tH4\t0.5\t1' '1\tscore\ttempo\t-\t-\t-\tbpm=1000000000' '-\tbass\tnote\t60\t1\t1'; do
		{ cat song.pf; printf '99\tbass\tnote\t60\t1\t1\n'; printf -- "$bad\n"; } >bad.pf
		run -1 pf-render -o x.wav bad.pf
		[[ $output == "pf-render: bad.pf:"*": "* ]] || { echo "$output"; false; }
		[ -z "$(ls x.wav* 2>/dev/null)" ]
	done
	{ cat song.pf; printf '0\tbass\tnote\t60\t1\t1\n'; } >bad.pf
	run -1 pf-render -o x.wav bad.pf
	[[ $output == "pf-render: bad.pf:"* ]]
	run -0 pf-render --lenient -o x.wav bad.pf
	[[ $output == *"1 wrong lines skipped"* ]]
}

@test "an unknown instrument names the nearest" {
	run -1 pf-render -o x.wav -i bass=wram-bass song.pf
	[[ $output == *"'wram-bass'"*"'warm-bass'"* ]]
	{ printf '0\tbass\tpatch\t-\t-\t-\tname=wram-bass\n'; cat song.pf; } >bad.pf
	run -1 pf-render -o x.wav bad.pf
	[[ $output == *"'wram-bass'"*"'warm-bass'"* ]]
	[ ! -e x.wav ]
	run -0 pf-render --lenient -o x.wav bad.pf
	[[ $output == *"'wram-bass'"* ]]
}

@test "wrong usage is told before any work" {
	run -2 pf-render --rate 12 -o x.wav song.pf
	[[ $output == *"--rate: '12' is out of 44100..192000"* ]]
	run -2 pf-render --bits 20 -o x.wav song.pf
	run -2 pf-render --format falc -o x.wav song.pf
	[[ $output == *"did you mean 'flac'"* ]]
	run -2 pf-render --length 1:75 -o x.wav song.pf
	run -2 pf-render --mix-gain 3 -o x.wav song.pf
	run -2 pf-render --mix - -o x.wav -
	run -2 pf-render --lufs -16 --no-master -o x.wav song.pf
	run -2 pf-render -i bass -o x.wav song.pf
	run -2 pf-render a.pf b.pf
	run -1 pf-render -o x.xyz song.pf
	[[ $output == *"'x.xyz': what format?"* ]]
	run -1 pf-render -b 32f -o x.flac song.pf
	[[ $output == *"flac does not hold 32 bits"* ]]
	run -1 pf-render -r 44100 -o x.opus song.pf
	[[ $output == *"opus does not hold sound at 44100 Hz"* ]]
	[ -z "$(ls x.* 2>/dev/null)" ]
}

@test "outputs that can not be are told by name" {
	run -1 pf-render -o none/x.wav song.pf
	[[ $output == *"cannot write 'none/x.wav': No such file or directory"* ]]
	mkdir d.wav
	run -1 pf-render -o d.wav song.pf
	[[ $output == *"cannot write 'd.wav': Is a directory"* ]]
	run -1 pf-render -o x.wav --stems song.pf song.pf
	[[ $output == *"cannot make the directory 'song.pf'"* ]]
	[ ! -e x.wav ]
}

@test "a full disk is an error and leaves nothing" {
	[ -w /dev/full ] || skip "no /dev/full"
	run -1 pf-render --format wav -o /dev/full song.pf
	[[ $output == *"No space left on device"* ]]
	run -1 bash -c 'pf-render song.pf >/dev/full'
	[[ $output == *"cannot write standard output: No space left on device"* ]]
	mkdir small
	mount -t tmpfs -o size=64k tmpfs small 2>/dev/null || skip "no tmpfs to fill"
	for f in wav flac ogg; do
		run pf-render -o small/x.$f --length 20 song.pf
		left=$(ls -A small)
		[ "$status" = 1 ] && [[ $output == *"small/x.$f"*"No space left"* ]] && [ -z "$left" ] || { umount small; echo "$output"; false; }
	done
	run env TMPDIR="$PWD/small" pf-render --lufs -16 -o x.wav song.pf
	umount small
	[ "$status" = 1 ]
	[[ $output == *"No space left"* ]]
	[ ! -e x.wav ]
}

@test "a closed pipe ends it quietly" {
	run bash -c 'set -o pipefail; pf-render -q --length 600 song.pf | head -c 100 | wc -c'
	[ "$output" = 100 ]
	[ "$status" = 141 ]
}

@test "an interrupt leaves nothing behind" {
	run timeout -s INT 0.5 pf-render -q -o x.wav --stems stems --length 36000 song.pf
	[ "$status" = 124 ]
	[ -z "$(ls x.wav* stems/* 2>/dev/null)" ]
}

@test "a name in --only that nobody has is answered with the nearest" {
	run -1 pf-render -q -o x.wav --only bas song.pf
	run -0 pf-render -o x.wav --mute dums song.pf
	[[ $output == *"--mute: source 'dums' is unknown, did you mean 'drums'?"* ]]
}

@test "a failure leaves no empty directory of stems" {
	run -1 pf-render -q -o x.wav --stems made none.pf
	printf 'junk\n' >junk.pf
	run -1 pf-render -q -o x.wav --stems made junk.pf
	[ ! -e made ]
	mkdir kept
	run -1 pf-render -q -o x.wav --stems kept junk.pf
	[ -d kept ]
}

@test "a limit on file sizes is an error, and nothing is left" {
	run bash -c 'ulimit -f 50; exec pf-render -q -o x.wav song.pf'
	[ "$status" = 1 ]
	[[ $output == *"File too large"* ]]
	[ -z "$(ls x.wav* 2>/dev/null)" ]
}

@test "a limit on open files is an error that names the file" {
	run bash -c 'exec 3>&- 4>&- 5>&-; ulimit -n 5; exec pf-render -q -o x.wav song.pf'
	[ "$status" = 1 ]
	[[ $output == *"Too many open files"* ]]
}

@test "a stream with a byte order mark is told how to be saved" {
	{ printf '\xef\xbb\xbf'; cat song.pf; } >bom.pf
	run -1 pf-render -q -o x.wav bom.pf
	[[ $output == *"bom.pf:1: it begins with a byte order mark"* ]]
}

@test "what was there before survives a failure" {
	echo precious >x.wav
	run -1 pf-render -o x.wav --mix none.wav song.pf
	[ "$(cat x.wav)" = precious ]
}

@test "title, seed and sections stand in the file" {
	pf-render -q -t 'My song' -S 5 -o x.wav song.pf
	strings x.wav >words
	grep -q 'My song' words && grep -q -- '--seed 5' words && grep -q verse words
	pf-render -q -t 'My song' -o x.flac song.pf
	strings x.flac | grep -q 'My song'
}

@test "the list of instruments is what share has" {
	pf-render --list | grep -q '^warm-bass  *[A-Z]'
	[ "$(pf-render --list | wc -l)" = "$(ls "$PF_SHARE"/instruments/*.yaml | wc -l)" ]
}

@test "memory does not grow with the music" {
	[ -z "$SANITIZE" ] || skip "sanitizers take address space without end"
	# Five minutes, in the long check ten hours: a note every half minute.
	length=300
	[ "$PF_CHECK" = long ] && length=36000
	awk -v l=$length 'BEGIN {
		OFS = "\t"
		for (t = 0; t < l; t += 30) {
			print t, "score", "tempo", "-", "-", "-", "bpm=60"
			print t, t % 60 ? "bass" : "drums", "note", 36, 0.9, 1
		}
	}' >long.pf
	# Five minutes of floats would be 110 MiB.
	(ulimit -v 98304; pf-render -q -j 1 -f raw long.pf) | tail -c 8 >last
	[ "$(stat -c %s last)" = 8 ]
}

@test "nothing a stream says lifts the master above its ceiling" {
	{
		printf '0\tscore\tset\t-\t-\t-\tparam=master.gain\tvalue=24\n'
		printf '0\tscore\tset\t-\t-\t-\tparam=master.pan\tvalue=1\n'
		printf '0\tbass\tset\t-\t-\t-\tparam=gain\tvalue=24\n'
		printf '0\tbass\tnote\t40\t1\t2\n'
		printf '0\tdrums\tnote\t36\t1\t1\n'
	} >loud.pf
	pf-render -q -b 32f -o loud.wav loud.pf
	peak=$(sox loud.wav -n stat 2>&1 | awk '/^Maximum amplitude/ { print $3 }')
	awk -v p="$peak" 'BEGIN { exit !(p > 0.5 && p <= 0.892) }'
}
