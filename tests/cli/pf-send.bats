#!/usr/bin/env bats
# pf-send: text into a live session.
load live

setup() { live_setup; }
teardown() { live_teardown; }

# What was said on all lanes so far, without the axis.
said() { pf-tap --from start --for 0.3 "$@" | grep -v '^#\|	tempo	\|	meter	' || true; }

# The engine's tape so far, in ns: TIME SOURCE TYPE REST.
tape_ns() {
	pf-tap --record - --from start --for 0.05 | awk -F'\t' '
		/^#/ { next }
		{ ns = at + ($1 - beat) * 60e9 / (bpm ? bpm : 60) }
		$3 == "tempo" { at = ns; beat = $1; sub("bpm=", "", $7); bpm = $7 }
		{ printf "%.0f %s %s %s %s\n", ns, $2, $3, $4, $5 }'
}

@test "- in the beat column is now, and it stays until the note has ended" {
	start_engine
	printf -- '-\tme\tnote\tC4\t0.8\t0.5\n' | pf-send
	tape_ns | grep -q ' me note 60 0.8'
	# A quarter second at 120, which has gone by.
	pf-tap --dump me | grep -q 'pid [0-9]*, gone, not alive'
}

@test "every source plays on a lane of its own" {
	start_engine
	printf '0\tdrums\tnote\tkick\t0.8\t0.1\n0\tbass\tnote\tA1\t0.8\t0.1\n' | pf-send -v 2>err
	grep -q 'sent 2 events of 2 sources' err
	[ -e "$session/lane.drums" ]
	[ -e "$session/lane.bass" ]
	said >out
	cat out
	grep -qP '\tdrums\tnote\t36\t' out
	grep -qP '\tbass\tnote\t33\t' out
}

@test "a name that is taken is told with its owner, status 3" {
	start_engine
	hold_open
	start pf-send <in
	printf -- '-\tbass\tnote\t60\t0.5\t100\n' >&7
	first=${started##* }
	await test -e "$session/lane.bass"
	run pf-send < <(printf -- '-\tbass\tnote\t60\t0.5\t1\n')
	echo "$output"
	[ "$status" -eq 3 ]
	[[ $output == *"stdin:1: somebody plays as 'bass' already (pid $first)"* ]]
}

@test "without an engine it ends with 3, or waits" {
	run pf-send < <(printf -- '-\tme\tnote\t60\t0.5\t1\n')
	[ "$status" -eq 3 ]
	start pf-send --wait < <(printf -- '-\tme\tnote\t60\t0.5\t0.1\n')
	waiting=${started##* }
	start_engine
	wait "$waiting"
	tape_ns | grep -q ' me note 60'
}

@test "a wrong line is told by its place, or skipped" {
	start_engine
	printf '0\tme\tnote\t60\t0.5\t0.1\n0.1\tme\tnote\tH4\t0.5\t1\n0.2\tme\tnote\t62\t0.5\t0.1\n' >x.pf
	run pf-send x.pf
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"pf-send: x.pf:2: pitch: 'H4' is not a note"* ]]
	run pf-send --lenient x.pf
	[ "$status" -eq 0 ]
	[[ $output == *"skipped 1 malformed line"* ]]
	tape_ns | grep -q ' me note 62'
	run pf-send nowhere.pf
	[ "$status" -eq 1 ]
	run pf-send < <(printf -- '-\tme\tonset\t-\t0.5\t-\tat=3\n')
	[ "$status" -eq 1 ]
}

@test "a score is never said more than 200 ms ahead" {
	start_engine --tempo 60
	start pf-send < <(for i in $(seq 0 99); do printf '%s\tme\tnote\t60\t0.5\t0.1\n' "$i"; done)
	await sh -c 'pf-tap --dump me 2>/dev/null | grep -q "said [12] slots"'
	run pf-tap --dump me -c 100
	echo "$output"
	# A hundred seconds are not said in the first few.
	n=$(grep -c $'\tme\tnote' <<<"$output")
	[ "$n" -ge 1 ] && [ "$n" -lt 30 ]
}

@test "beats are the session's, wherever they are put" {
	start_engine --tempo 150
	printf '0\tme\tnote\t60\t0.5\t0.1\n1\tme\tnote\t62\t0.5\t0.1\n' | pf-send
	printf '0\tyou\tnote\t64\t0.5\t0.1\n0.25\tyou\tnote\t65\t0.5\t0.1\n' | pf-send --at 6
	tape_ns >out
	cat out
	# A beat is 400 ms; frames are 20833 ns.
	awk '$2 == "me" && $3 == "note" { t[$4] = $1 }
		$2 == "you" && $3 == "note" { u[$4] = $1 }
		END { d = t[62] - t[60] - 400e6; e = u[64] - 2400e6; f = u[65] - 2500e6
			exit !(d*d < 21e3^2 && e*e < 21e3^2 && f*f < 21e3^2) }' out
}

@test "the transport is left to those who may" {
	start_engine
	printf '0\tscore\ttempo\t-\t-\t-\tbpm=77\n0\tscore\tnote\t60\t0.5\t0.1\n' | pf-send -v 2>err
	cat err
	grep -q '1 lines of the transport were left out' err
	tape_ns >out
	grep -q ' score note 60' out
	! pf-tap --record - --from start --for 0.05 | grep -q bpm=77
}

@test "a tape is replayed with its own timing, to the frame" {
	start_engine --tempo 97
	pf-gen --style folk --tempo 143 --length 0:02 --seed 5 | pf-merge -o score.pf
	pf-send --replay score.pf
	tape_ns | awk '$3 == "note" { print $1, $2, $4 }' >out
	awk -F'\t' '/^#/ { next }
		{ ns = at + ($1 - beat) * 60e9 / (bpm ? bpm : 60) }
		$3 == "tempo" { at = ns; beat = $1; sub("bpm=", "", $7); bpm = $7 }
		$3 == "note" { printf "%.0f %s %s\n", ns, $2, $4 }' score.pf >want
	[ "$(wc -l <want)" -gt 10 ]
	sort -n want -k1,1 -k2,2 -k3,3 -s -o want
	paste -d' ' <(sort -k2,2 -k1,1n -k3,3n want) <(sort -k2,2 -k1,1n -k3,3n out) >both
	cat both
	awk '{ d = $4 - $1 } NR == 1 { lo = hi = d }
		{ if (d < lo) lo = d; if (d > hi) hi = d; if ($2 != $5 || $3 != $6) bad = 1 }
		END { exit bad || hi - lo > 21000 }' both
}

@test "a tape that a session left is replayed, but for what its engine said" {
	start_engine
	printf '0\tbass\tpatch\t-\t-\t-\tname=sub-bass\n0\tbass\tnote\t40\t0.5\t0.1\n' | pf-send
	pf-ctl strip bass gain -6
	pf-tap --record tape.pf --from start --for 0.05
	grep -qP '\tengine\tset\t.*bass.gain' tape.pf
	n=$(tape_ns | grep -c ' bass note 40')
	pf-ctl strip bass gain -3
	pf-send -v --replay tape.pf 2>err
	cat err
	grep -q 'lines of an engine were left out' err
	[ "$(tape_ns | grep -c ' bass note 40')" -eq "$((2 * n))" ]
	[ "$(pf-ctl get strip bass gain)" = -3 ]
}

@test "INT ends its notes and leaves" {
	start_engine
	hold_open
	start pf-send <in
	printf -- '-\tme\tnote\t60\t0.5\t1000\n' >&7
	pid=${started##* }
	await sh -c 'pf-tap --dump tape | grep -q "me.note"'
	kill -INT "$pid"
	wait "$pid"
	await sh -c 'pf-tap --dump tape | grep -q "me.off"'
	pf-tap --dump me | grep -q 'gone, not alive'
}

@test "what somebody held ends when he leaves" {
	start_engine
	printf -- '-\tme\ton\t60\t0.5\n' | pf-send
	await sh -c 'pf-tap --dump tape | grep -q "me.off"'
}

@test "a stream from the tap comes back in time" {
	start_engine
	start bash -c 'pf-tap --source bass --type note | sed -u "s/\tbass\t/\techo\t/" | pf-send --at 0'
	await sh -c 'pf-tap --dump | grep -q "asleep:.*screens"'
	printf -- '0\tbass\tnote\t40\t0.5\t0.1\n0.5\tbass\tnote\t41\t0.5\t0.1\n' | pf-send
	await sh -c 'pf-tap --dump tape | grep -q "echo.note.4"'
	tape_ns | grep -q ' echo note 4[01]'
}
