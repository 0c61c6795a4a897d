#!/usr/bin/env bats
# pf-engine on devices that pace it: ALSA, through a card that is made of a
# clock (tests/pfclock), and JACK's dummy server.
load live

setup() {
	local top
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	PFCLOCK=${BUILD:-$top/build}/tests/pfclock.so
	[ -e "$PFCLOCK" ] || skip "no card for tests was built"
	export PFCLOCK
	export ALSA_CONFIG_PATH=/usr/share/alsa/alsa.conf:$top/tests/pfclock/asound.conf
	live_setup
	export PFCLOCK_GONE=$PWD/gone
	jackd=
}

teardown() {
	live_teardown
	if [ -n "$jackd" ]; then
		kill "$jackd" 2>/dev/null # in order: it forgets no other
		wait "$jackd" 2>/dev/null || true
	fi
}

stop() {
	kill "$engine"
	local status=0
	wait "$engine" || status=$?
	engine=
	return "$status"
}

melody() {
	awk 'BEGIN { OFS = "\t"; for (i = 0; i < 8; i++) print i / 4, "me", "note", 60 + i, 0.8, 0.2 }' | pf-send
}

stat() { pf-ctl stats --json | grep -oP "\"$1\": \K[0-9.]+" | head -1; }
more_than() { awk -v a="$(stat "$1")" -v b="$2" 'BEGIN { exit !(a > b) }'; }
# The transport's time goes on, by a second or so.
goes_on() {
	local now
	now=$(stat time_s)
	await more_than time_s "$(awk -v t="$now" 'BEGIN { print t + 1 }')"
}
loud() { [ "$(sox "$1" -n stat 2>&1 | awk '/Maximum amp/ { print ($3 > 0.02) }')" = 1 ]; }

@test "what is played comes out of a card of ALSA" {
	export PFCLOCK_OUT=$PWD/out.wav
	start_engine -d alsa:clk_file
	melody
	goes_on
	stop
	sox --ignore-length -t wav out.wav -n stat 2>&1 | awk '/Maximum amp/ { exit !($3 > 0.02) }'
}

@test "a card's capture is a strip, a take, and heard by ears" {
	sox -q -n -r 48000 -c 1 -b 16 -e signed one.wav synth 0.5 pluck 220 gain -6
	sox -q one.wav -t raw in.raw repeat 30
	export PFCLOCK_IN=$PWD/in.raw
	start_engine -d alsa:clk_file --input guitar --record jam
	start pf-analyze --live 2>/dev/null
	heard() { pf-tap --from start --source ears --type onset --for 0.05 | grep -q onset; }
	await heard
	pf-ctl strip guitar gain -3
	goes_on
	stop
	loud jam/guitar.wav
	loud jam/stems/guitar.wav
	loud jam/master.wav
}

@test "an engine that was kept from playing in time counts it and plays on" {
	start_engine -d alsa:clk --record jam
	[ "$(stat xruns)" -eq 0 ] || skip "this machine is too busy for it"
	kill -STOP $engine
	sleep 0.5
	kill -CONT $engine
	await more_than xruns 0
	await more_than lost_frames 0
	melody
	goes_on
	stop
	loud jam/master.wav
}

@test "a card that is pulled out: time goes on, and it comes back with its sound" {
	start_engine -d alsa:clk --record jam
	touch gone
	await grep -q "lost 'alsa:clk'" engine.log
	goes_on
	melody
	rm gone
	await grep -q "'alsa:clk' is back" engine.log
	goes_on
	melody
	goes_on
	stop
	loud jam/master.wav
}

@test "the same with a server of JACK that ends and comes again" {
	command -v jackd >/dev/null || skip "no jackd here"
	pf-engine --version | grep -q "with jack" || skip "built without jack"
	export JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1 JACK_DEFAULT_SERVER=pfcli-$$
	serve() {
		jackd -r -n "$JACK_DEFAULT_SERVER" -d dummy -r 48000 -p 256 -C 2 -P 2 >jackd.log 2>&1 3>&- &
		jackd=$!
		jack_wait -s "$JACK_DEFAULT_SERVER" -w -t 10 >/dev/null 2>&1 || sleep 1
	}
	serve
	start_engine -d jack --record jam
	melody
	goes_on
	kill $jackd
	wait $jackd || true
	await grep -q "lost 'jack'" engine.log
	goes_on
	serve
	await grep -q "'jack' is back" engine.log
	goes_on
	stop
	loud jam/master.wav
}
