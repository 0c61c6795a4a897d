#!/usr/bin/env bats
# pf-agent and pf-analyze in a session: joined, heard, killed, ended.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	w=$BATS_TEST_TMPDIR
	export PF_SESSION=agents.$$.$BATS_TEST_NUMBER
	dir=/dev/shm/performia-$(id -u)/$PF_SESSION
	pids=
}

teardown() {
	for p in $pids; do kill -9 "$p" 2>/dev/null || true; done
	rm -rf "$dir"
}

# Start a program and wait until it says that it is ready.
ready() { # NAME COMMAND...
	local name=$1
	shift
	rm -f "$w/$name.fifo"
	mkfifo "$w/$name.fifo"
	"$@" --ready-fd 9 9>"$w/$name.fifo" >"$w/$name.out" 2>"$w/$name.log" 3>&- &
	pids="$pids $!"
	printf '%s' "$!" >"$w/$name.pid"
	read -r _ <"$w/$name.fifo" || { cat "$w/$name.log" && false; }
}

pid() { cat "$w/$1.pid"; }

# Wait, up to 10 s, until a command succeeds.
until_ok() {
	for _ in $(seq 200); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	echo "never: $*"
	return 1
}

engine() { ready engine pf-engine -d null "$@"; }

# Everything the lanes hold.
lanes() { pf-tap --from start --for 0.05 "$@"; }

said() { # SOURCE TYPE
	lanes | awk -F'\t' -v s="$1" -v t="$2" '$2 == s && $3 == t { n++ } END { exit !n }'
}

# When, in seconds, somebody says something, and its pitch.
seconds() { # SOURCE TYPE
	awk -F'\t' -v s="$1" -v t="$2" 'BEGIN { bpm = 60 } /^#/ { next } { now += ($1 - at) * 60 / bpm; at = $1 }
		$3 == "tempo" { split($7, b, "="); bpm = b[2] }
		$2 == s && $3 == t { print now, $4 }'
}

gone() { ! kill -0 "$1" 2>/dev/null; }

@test "without an engine it says so, status 3, and --wait=S waits so long" {
	run pf-agent drums --live
	[ "$status" -eq 3 ]
	[[ $output == *"there is no session"* ]]
	run pf-analyze --live --wait=0.2
	[ "$status" -eq 3 ]
	[ ! -e "$dir" ]
}

@test "an engine that comes later is waited for, a dead one's clock is none" {
	pf-agent bass --live --wait --ready-fd 8 8>"$w/bass.ready" 3>&- &
	pids="$pids $!"
	engine
	until_ok test -s "$w/bass.ready"
	kill -9 "$(pid engine)"
	sleep 0.7
	run pf-agent drums --live
	[ "$status" -eq 3 ]
	[[ $output == *"no engine runs in session"* ]]
}

@test "a name that is taken is refused with the pid, --standby waits for it" {
	engine
	ready drums pf-agent drums --live
	run pf-agent drums --live
	[ "$status" -eq 3 ]
	[[ $output == *"somebody plays as 'drums' already (pid $(pid drums))"* ]]
	mkfifo "$w/second"
	pf-agent drums --live --standby --ready-fd 8 8>"$w/second" 3>&- &
	pids="$pids $!"
	kill -9 "$(pid drums)"
	read -r _ <"$w/second"
}

@test "what needs a session and what needs a pipe exclude each other" {
	run pf-agent drums --standby
	[ "$status" -eq 2 ]
	run pf-agent drums --live some.pf
	[ "$status" -eq 2 ]
	run pf-analyze --tap in
	[ "$status" -eq 2 ]
	run pf-analyze --live take.wav
	[ "$status" -eq 2 ]
	run pf-agent drums --live --ready-fd 77
	[ "$status" -eq 2 ]
	[[ $output == *"'77' is no open descriptor"* ]]
	run pf-agent drums --live --session a/b
	[ "$status" -eq 1 ]
	[[ $output == *"'a/b' is no name for a session"* ]]
}

@test "it is silent until the transport plays, and when it stops" {
	engine --tempo 240
	ready drums pf-agent drums --live --heard "$w/heard" -o "$w/said"
	sleep 0.4
	run ! said drums note
	pf-ctl play
	until_ok said drums note
	pf-ctl stop
	sleep 0.3
	before=$(lanes --source drums --type note | wc -l)
	sleep 0.6
	[ "$(lanes --source drums --type note | wc -l)" -eq "$before" ]
}

@test "what was heard, put through a pipe, gives what was said, byte for byte" {
	engine --tempo 200
	for role in drums bass harmony; do
		ready $role pf-agent $role --live --heard "$w/$role.heard" -o "$w/$role.said"
	done
	pf-ctl play
	until_ok said drums note
	sleep 2
	pf-ctl tempo 230
	pf-ctl agent bass density 0.9
	sleep 1
	pf-ctl seek 32
	sleep 1.5
	for role in drums bass harmony; do kill "$(pid $role)"; done
	for role in drums bass harmony; do
		until_ok gone "$(pid $role)"
		pf-agent $role "$w/$role.heard" >"$w/again"
		cmp "$w/again" "$w/$role.said"
		[ "$(awk -F'\t' -v r=$role '$2 == r && $3 == "note"' "$w/again" | wc -l)" -gt 5 ]
	done
}

@test "killed and started again it plays what it would have played" {
	engine --tempo 240
	ready harmony pf-agent harmony --live
	ready drums pf-agent drums --live
	pf-ctl play
	until_ok said drums note
	sleep 3
	kill -9 "$(pid drums)"
	ready drums pf-agent drums --live --heard "$w/heard" -o "$w/said"
	sleep 2.5
	kill "$(pid drums)"
	until_ok gone "$(pid drums)"
	# Whoever had heard the same without dying says the same.
	pf-agent drums "$w/heard" | seconds drums note >"$w/would"
	lanes | seconds drums note >"$w/lane"
	# None may miss a note of the other, but for what fell into the moment
	# of death, and nothing may be said twice.
	# Two of one pitch are the same note within 30 ms: a busy machine says
	# one late.
	awk '{ side = FNR == NR; at[side, $2, ++n[side, $2]] = $1; pitch[$2]; all += side }
		END { for (p in pitch) {
			i = j = 1
			while (i <= n[1, p] || j <= n[0, p]) {
				if (j > n[0, p]) d = -1
				else if (i > n[1, p]) d = 1
				else d = at[1, p, i] - at[0, p, j]
				if (d < -0.03) { lost++; i++ }
				else if (d > 0.03) { made++; j++ }
				else { i++; j++ } } }
			print all, lost + 0, made + 0
			exit all < 20 || lost > 8 || made > 2 }' "$w/would" "$w/lane"
}

@test "asked to end it finishes the phrase and goes; asked twice it goes at once" {
	engine --tempo 60
	ready bass pf-agent bass --live -v
	ready drums pf-agent drums --live
	pf-ctl play
	until_ok said drums note
	kill "$(pid bass)"
	until_ok gone "$(pid bass)"
	said bass decision
	kill "$(pid drums)"
	sleep 0.3
	kill "$(pid drums)"
	sleep 0.3
	gone "$(pid drums)"
}

@test "an engine killed and started again finds its agents, the song goes on" {
	engine --tempo 240
	ready drums pf-agent drums --live -v
	pf-ctl play
	until_ok said drums note
	kill -9 "$(pid engine)"
	sleep 0.8
	ready again pf-engine -d null
	before=$(lanes --source drums --type note | wc -l)
	more() { [ "$(lanes --source drums --type note | wc -l)" -gt $((before + 4)) ]; }
	until_ok more
	kill -0 "$(pid drums)"
	grep -q "the engine is gone, waiting for another" "$w/drums.log"
	grep -q "an engine is back" "$w/drums.log"
}

@test "when the session is removed it says so and ends with status 0" {
	engine
	ready drums pf-agent drums --live
	ready ears pf-analyze --live
	kill -9 "$(pid engine)"
	rm -rf "$dir"
	wait "$(pid drums)"
	wait "$(pid ears)"
	grep -q "the session '$PF_SESSION' has ended" "$w/drums.log"
	grep -q "the session has ended" "$w/ears.log"
}

@test "style, personality and traits are changed while it plays" {
	engine --tempo 240
	ready drums pf-agent drums --live
	pf-ctl play
	until_ok said drums note
	pf-ctl agent drums style house
	changed() { lanes --source drums --type patch,decision | grep -q "subject=change"; }
	until_ok changed
	pf-ctl agent drums personality jazzer
	run -1 pf-ctl agent drums style no-such-style
}

@test "ears hear the input as they hear a file, on the session's time" {
	sox -n -r 48000 -c 1 "$w/one.wav" synth 0.5 pluck 220
	sox "$w/one.wav" "$w/one.wav" "$w/one.wav" "$w/one.wav" "$w/in.wav" pad 1.5 4
	ready engine pf-engine -d "file:$w/in.wav"
	ready ears pf-analyze --live --only onset,level
	until_ok said ears onset
	sleep 2.5
	lanes --source ears | seconds ears onset >"$w/live"
	pf-analyze --only onset "$w/in.wav" | seconds ears onset >"$w/file"
	cat "$w/live" "$w/file"
	# The same strokes, whatever the ears missed before they were there.
	[ "$(wc -l <"$w/live")" -eq 4 ]
	awk 'NR == FNR { n++; at[n] = $1; next } { m++; d = $1 - at[m]
		if (d > 0.012 || d < -0.012) far = 1 } END { exit far || n != m }' "$w/file" "$w/live"
	# Measures are no flood: 20 a second at most.
	lanes --source ears | seconds ears level |
		awk '{ if (NR > 1 && $1 - last < 0.0499) exit 1; last = $1 }'
}

@test "ears find the tap of the next engine" {
	engine
	ready ears pf-analyze --live --only level
	until_ok said ears level
	kill -9 "$(pid engine)"
	sleep 0.7
	ready again pf-engine -d null
	before=$(lanes --source ears | wc -l)
	more() { [ "$(lanes --source ears | wc -l)" -gt $((before + 10)) ]; }
	until_ok more
}

@test "a tap that is not there is told, status 3" {
	engine
	run pf-analyze --live --tap flute
	[ "$status" -eq 3 ]
	[[ $output == *"the engine has no tap 'flute'"* ]]
}
