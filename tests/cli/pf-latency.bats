#!/usr/bin/env bats
# pf-latency: the promises of a running session, proved from outside.  What is
# asserted here are frames and counts; how long things take is a benchmark's.
load live

setup() { live_setup; }

teardown() {
	live_teardown
	[ -z "${jackd:-}" ] || { kill "$jackd" 2>/dev/null; wait "$jackd" 2>/dev/null; } || true
}

# figure KEY FILE: the first number behind "KEY": in JSON
figure() { grep -oE "\"$1\": -?[0-9.]+" "$2" | head -1 | grep -oE -- '-?[0-9.]+$'; }

# way WAY KEY FILE: a figure of one way
way() { grep "^    \"$1\"" "$3" | grep -oE "\"$2\": -?[0-9.]+" | grep -oE -- '-?[0-9.]+$'; }

# start_jack [OPTION...]: a server of our own, on no card
start_jack() {
	command -v jackd >/dev/null || skip "there is no jackd"
	pf-engine --version | grep -q 'with jack' || skip "built without JACK"
	export JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1
	export JACK_DEFAULT_SERVER=$PF_SESSION
	jackd -r "$@" -n "$JACK_DEFAULT_SERVER" -d dummy -r 48000 -p 256 -C 2 -P 2 >jackd.log 2>&1 3>&- &
	jackd=$!
	await sh -c 'jack_lsp >/dev/null 2>&1'
}

@test "without a session it says so and ends with 3" {
	run pf-latency
	echo "$output"
	[ "$status" -eq 3 ]
	[[ $output == *"there is no session"* ]]
	run pf-latency --wait=0.1 event
	[ "$status" -eq 3 ]
}

@test "wrong words are refused, with those that are near" {
	run pf-latency evnt
	[ "$status" -eq 2 ]
	[[ $output == *"did you mean 'event'"* ]]
	run pf-latency --budget asnwer=5
	[ "$status" -eq 2 ]
	[[ $output == *"did you mean 'answer'"* ]]
	run pf-latency --calibrate event
	[ "$status" -eq 2 ]
	run pf-latency --count 0
	[ "$status" -eq 2 ]
}

@test "an event sounds in the next period, a scheduled one on its frame" {
	start_engine -p 96
	pf-latency -c 20 --json event scheduled >out
	cat out
	[ "$(figure beyond out)" -eq 0 ]
	[ "$(figure period_frames out)" -eq 96 ]
	[ "$(way event n out)" -eq 20 ]
	[ "$(way scheduled n out)" -eq 20 ]
	[ "$(way scheduled max_frames out)" = 0.000 ]
	[ "$(way scheduled sd_frames out)" = 0.000 ]
}

@test "scheduled events stand on their frame at any period and rate" {
	for how in "-p 33" "-p 2048" "-p 64 -r 96000" "-p 128 -r 44100"; do
		# shellcheck disable=SC2086
		start_engine $how
		pf-latency -c 8 --json event scheduled >out
		[ "$(figure beyond out)" -eq 0 ]
		[ "$(way scheduled n out)" -eq 8 ]
		[ "$(way scheduled max_frames out)" = 0.000 ]
		kill $engine && wait $engine || true
		rm -rf "$session"
	done
}

@test "a control message is heard and answered, every time" {
	start_engine
	pf-latency -c 20 osc >out
	cat out
	grep -qE '^OSC -> sound +20 ' out
	grep -qE '^OSC -> answer +20 ' out
	grep -q 'missed: 0' out
}

@test "a budget that is broken is named, with status 1" {
	start_engine
	run pf-latency -c 3 --budget osc-ok=0.000001 --budget 100000 osc
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"OSC -> answer: over the budget"* ]]
	run pf-latency -c 3 --budget 100000 osc
	[ "$status" -eq 0 ]
}

@test "what can not be measured is said, with the reason" {
	start_engine
	pf-latency -c 2 answer through >out
	cat out
	grep -q 'not measured: answer: there are no ears' out
	grep -q 'not measured: through: no --through STRIP' out
}

@test "nobody else hears it, and it leaves nothing that sounds" {
	start_engine --record rec
	pf-latency -c 10 event osc >/dev/null
	kill $engine && wait $engine || true
	engine=
	sox rec/master.wav -n trim 1 stat 2>stat
	cat stat
	awk '/Maximum amplitude/ { exit !($3 < 0.005) }' stat
}

@test "one that was killed in the middle does not spoil the next" {
	start_engine
	pf-latency -c 10000 osc >/dev/null 3>&- &
	first=$!
	await sh -c "pf-ctl get /strip/latency/mute | grep -q on"
	kill -9 $first
	wait $first || true
	pf-latency -c 3 event >out
	cat out
	grep -qE '^event, at once -> sound +3 ' out
}

@test "a time of day that jumps by hours changes nothing" {
	command -v "${CC:-cc}" >/dev/null || skip "there is no compiler"
	pf-engine --version >/dev/null
	"${CC:-cc}" -D_GNU_SOURCE -shared -fPIC -o wild.so "$BATS_TEST_DIRNAME/../preload/wild_clock.c"
	LD_PRELOAD=$PWD/wild.so date >one 2>/dev/null || skip "nothing can be preloaded"
	LD_PRELOAD=$PWD/wild.so date >two
	! cmp -s one two
	export LD_PRELOAD=$PWD/wild.so
	[ -z "${SANITIZE:-}" ] || skip "sanitizers want to be loaded first"
	start_engine --tempo 240
	start pf-agent drums --live
	start pf-agent bass --live
	pf-ctl play
	pf-latency -c 20 --json event scheduled osc >out
	pf-tap --from start --for 1 --type note >notes
	unset LD_PRELOAD
	cat out
	[ "$(figure beyond out)" -eq 0 ]
	[ "$(way scheduled max_frames out)" = 0.000 ]
	[ "$(way osc n out)" -eq 20 ]
	grep -qP '\tdrums\tnote' notes
	grep -qP '\tbass\tnote' notes
}

@test "a click at JACK is known, answered, and goes through" {
	start_jack
	start_engine -d jack --input guitar
	start pf-analyze --live --wait
	await test -e "$session/lane.ears"
	pf-latency -c 5 --stimulus jack --through guitar --json answer through >out
	cat out
	[ "$(way onset n out)" -ge 1 ]
	[ "$(way answer n out)" -ge 1 ]
	# Through the engine: a period and the look-ahead, not a frame more.
	[ "$(way through p50_frames out)" = 304.000 ]
}

@test "the way round a cable is measured, and the engine goes by it" {
	start_jack -L 2
	start_engine -d jack
	jack_disconnect system:capture_1 performia:in_1
	jack_connect performia:out_1 loopback:playback_1
	jack_connect loopback:capture_1 performia:in_1
	pf-latency --calibrate -c 5 >out
	cat out
	grep -q '^256 frames, 5.33 ms' out
	grep -q -- '--round-trip 256' out
	await sh -c '[ "$(pf-ctl get /session/round-trip)" = 256 ]'
}

@test "without a cable, calibration says what is missing" {
	start_engine
	run pf-latency --calibrate -c 3
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"connect an output with an input"* ]]
}
