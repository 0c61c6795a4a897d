#!/usr/bin/env bats
# pf-tap: a live session as text, its tape, its insides.
load live

setup() { live_setup; }
teardown() { live_teardown; }

say() { # say SOURCE TYPE COLUMNS...: now
	local line
	line=$(printf -- '-\t%s' "$1"; shift; printf '\t%s' "$@")
	printf '%s\n' "$line" | pf-send
}

lane_is_there() { pf-tap --dump "$1" >/dev/null 2>&1; }

@test "without a session it says so and ends with 3" {
	run pf-tap
	echo "$output"
	[ "$status" -eq 3 ]
	[[ $output == *"there is no session"* ]]
	run pf-tap --wait=0.1
	[ "$status" -eq 3 ]
	run pf-tap --dump
	[ "$status" -eq 3 ]
}

@test "what is said is printed, behind the tempos so far" {
	start_engine --tempo 90
	start pf-tap --type note --count 1 >out
	await grep -q '^#performia 1' out
	say me note D4 0.75 0.01
	await grep -q note out
	cat out
	[ "$(sed -n 1p out)" = "#performia 1" ]
	[ "$(sed -n 2p out)" = $'0\tengine\ttempo\t-\t-\t-\tbpm=90' ]
	grep -qP '^[0-9.]+\tme\tnote\t62\t0.75\t0.01' out
	[ "$(grep -c note out)" -eq 1 ]
}

@test "sources and types choose" {
	start_engine
	for who in drums bass; do
		say $who note 40 0.5 0.01
	done
	say bass set - - - param=cutoff value=0.5
	pf-tap --from start --source bass --type note --for 0.2 >one
	pf-tap --from start --for 0.2 >all
	cat all
	[ "$(grep -cv '^#\|tempo' one)" -eq 1 ]
	grep -qP '\tbass\tnote\t' one
	grep -qP '\tdrums\tnote\t' all
	grep -qP '\tbass\tset\t.*param=cutoff' all
	run pf-tap --type nite
	[ "$status" -eq 2 ]
	[[ $output == *"did you mean 'note'"* ]]
}

@test "its lines are a stream that other programs read" {
	start_engine --tempo 480
	pf-gen --style folk --length 0:04 --seed 1 | pf-send --at 0 --lenient
	pf-tap --from start --for 0.1 | pf-merge >out
	[ "$(grep -c note out)" -gt 5 ]
}

@test "a reader that leaves ends it quietly" {
	start_engine
	(pf-tap 2>err || echo $? >status) | head -1 >out 3>&- &
	await test -s out
	await sh -c 'printf -- "-\tme\tnote\t60\t0.5\t0.01\n" | pf-send; test -s status'
	[ "$(cat out)" = "#performia 1" ]
	[ "$(cat status)" -eq 141 ]
	[ ! -s err ]
}

@test "a full disk is an error" {
	start_engine
	run bash -c 'pf-tap --from start --for 0.1 >/dev/full'
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"No space left on device"* ]]
	run pf-tap --record /dev/full --from start --for 0.1
	[ "$status" -eq 1 ]
}

@test "it ends with the session" {
	start_engine
	start pf-tap -v >out 2>err
	tap=$!
	await test -s out
	rm -r "$session"
	await sh -c "! kill -0 $tap 2>/dev/null"
	wait $tap
	grep -q 'session has ended' err
}

@test "a tape gives the engine's samples, at a buffer of 48 frames" {
	start_engine -p 48 --record rec --tempo 240
	start pf-tap --record tape.pf --from start
	pf-gen --style folk --length 0:08 --seed 3 | pf-send
	kill $engine && wait $engine
	engine=
	rm -r "$session"
	await test -s tape.pf
	cmp tape.pf rec/tape.txt
	pf-render -q tape.pf -b 32f -f raw -o tape.raw
	head=$(($(grep -abom1 data rec/master.wav | cut -d: -f1) + 8))
	frames=$((3 * 48000))
	[ "$(stat -c %s tape.raw)" -gt $((8 * frames)) ]
	[ "$(stat -c %s rec/master.wav)" -gt $((8 * frames)) ]
	cmp -n $((8 * frames)) -i 0:$head tape.raw rec/master.wav
	# And there was something to hear.
	[ "$(head -c $((8 * frames)) tape.raw | tr -d '\0' | wc -c)" -gt 1000000 ]
}

@test "a jam that runs free, ears on a take, gives the same samples from its tape" {
	sox -q "${PF_SHARE:-$BATS_TEST_DIRNAME/../../share}/takes/auld-lang-syne.ogg" -r 48000 -c 2 -b 16 take.wav trim 0 20 pad 0 40
	start_engine -d file:take.wav,out.wav --free -p 48 --input guitar --record rec
	start pf-tap --record tape.pf --from start
	start pf-analyze --live 2>/dev/null
	for role in drums bass harmony melody; do
		start pf-agent $role --live
	done
	pf-gen --style folk --length 0:20 --seed 3 | sed -E 's/^([0-9.]+\t)/\1my-/' >score.pf
	pf-send --replay score.pf || true
	pf-ctl play || true
	pf-ctl strip drums gain -6 || true
	pf-ctl tempo 151 || true
	wait $engine
	engine=
	rm -r "$session"
	await test -s tape.pf
	cmp tape.pf rec/tape.txt
	grep -qP '\tnote\t' tape.pf
	pf-render -q tape.pf -I guitar=rec/guitar.wav --length 59 -b 32f -f raw -o tape.raw
	head=$(($(grep -abom1 data rec/master.wav | cut -d: -f1) + 8))
	cmp -n $((8 * 59 * 48000)) -i 0:$head tape.raw rec/master.wav
}

@test "a tape has its name when it is whole, also after INT" {
	start_engine
	say me note 60 0.5 0.05
	start pf-tap --record tape.pf --from start
	tap=$!
	await sh -c 'ls -A | grep -q tape'
	[ ! -e tape.pf ]
	kill -INT $tap
	wait $tap
	grep -qP '\tme\tnote\t60' tape.pf
	grep -qP '^0\tengine\treset' tape.pf
	[ "$(ls -A | grep -c tape)" -eq 1 ]
}

@test "a tape that begins later begins with the state" {
	start_engine
	say me patch - - - name=warm-bass
	say me set - - - param=cutoff value=0.3
	say me note 40 0.5 0.05
	pf-tap --record tape.pf --for 0.3
	cat tape.pf
	grep -qP '^0\tme\tpatch\t.*name=warm-bass' tape.pf
	grep -qP '^0\tme\tset\t.*param=cutoff\tvalue=0.3' tape.pf
	grep -qP '^0\tengine\ttempo' tape.pf
	! grep -q 'note' tape.pf
}

@test "a tape that begins very late asks the engine for the state" {
	[ "${PF_CHECK:-check}" = long ] || skip "it fills lane.tape: in check-long"
	start_engine
	say bass patch - - - name=acid-bass
	say bass set - - - param=cutoff value=0.3
	say bass set - - - param=shape value=2
	pf-ctl bus reverb decay 2.5
	pf-ctl key Dm
	awk 'BEGIN { OFS = "\t"
		for (i = 0; i < 36000; i++)
			print i / 1000 + 1, "x", "set", "-", "-", "-", "param=pan", "value=" i % 7 / 10
	}' | pf-send
	pf-tap --record tape.pf --for 0.3
	cat tape.pf
	grep -qP '^0\tengine\tkey\t.*tonic=D\tmode=minor' tape.pf
	grep -qP '^0\tbass\tpatch\t.*name=acid-bass' tape.pf
	grep -qP '^0\tengine\tset\t.*param=bass.cutoff\tvalue=0.3$' tape.pf
	grep -qP '^0\tengine\tset\t.*param=bass.shape\tvalue=2$' tape.pf
	grep -qP '^0\tengine\tset\t.*param=reverb.decay\tvalue=2.5$' tape.pf
	pf-render -q -o x.wav tape.pf
}

@test "--dump shows the segments of a session" {
	start_engine
	hold_open
	start pf-send <in
	printf -- '-\tme\tnote\t60\t0.5\t40\n' >&7
	await lane_is_there me
	await sh -c "pf-tap --dump engine | grep -q \"reads 'me' to 1: 1 consumed, 0 lost, 0 refused\""
	run pf-tap --dump
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"owner 'me', role 'send', pid "*", playing, alive"* ]]
	[[ $output == *"48000 Hz, period 128"* ]]
	[[ $output == *"histogram callback"* ]]
	[[ $output == *"a bell, roster"* ]]
	[[ $output == *"ctl: a socket"* ]]
	run pf-tap --dump me -c 1
	[[ $output == *$'me\tnote\t60\t0.5\t20'* ]]
	run pf-tap --dump nobody
	[ "$status" -eq 1 ]
}

@test "--dump survives whatever lies there" {
	mkdir -p -m 700 "${session%/*}" && mkdir -m 700 "$session"
	head -c 1114112 /dev/urandom >"$session/lane.noise"
	# A header that is one, and noise behind it.
	start_engine
	cp "$session/lane.engine" "$session/lane.odd"
	head -c 1048000 /dev/urandom |
		dd of="$session/lane.odd" bs=1 seek=32 conv=notrunc status=none iflag=fullblock 2>/dev/null
	head -c 65536 /dev/urandom |
		dd of="$session/lane.odd" bs=65536 seek=16 conv=notrunc status=none
	echo short >"$session/lane.short"
	ln -s /etc/passwd "$session/lane.link"
	mkfifo "$session/lane.pipe"
	mkdir "$session/lane.dir"
	: >"$session/lane."
	run pf-tap --dump
	[ "$status" -eq 0 ]
	[[ $output == *"a link, which nobody follows"* ]]
	[[ $output == *"NO PLAIN FILE"* ]]
	[[ $output == *"TOO SHORT for a lane"* ]]
	[[ $output == *"NO LANE OF THIS VERSION"* ]]
	# Nothing a terminal could take for a command.
	! pf-tap --dump | LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]'
}

@test "wrong usage is told" {
	run pf-tap lane
	[ "$status" -eq 2 ]
	run pf-tap --record x --type note
	[ "$status" -eq 2 ]
	run pf-tap --from yesterday
	[ "$status" -eq 2 ]
}
