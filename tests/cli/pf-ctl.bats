#!/usr/bin/env bats
# The remote control, against an engine on the null device and a drummer.

setup_file() {
	export PF_SESSION=pf-ctl-test.$$
	export SESSION_DIR=/dev/shm/performia-$(id -u)/$PF_SESSION
	# One engine for all: some of these stop it for a moment.
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true
	cd "$BATS_FILE_TMPDIR"
	pf-engine -d null --osc-udp 0 --osc-tcp 0 --log-osc osc.log >engine.out 2>&1 3>&- &
	export ENGINE=$!
	pf-agent drums --live --wait=20 >agent.out 2>&1 3>&- &
	export AGENT=$!
	for _ in $(seq 400); do
		pf-ctl get /strip/drums/gain >/dev/null 2>&1 &&
			pf-ctl get /agent/drums/style >/dev/null 2>&1 && return
		sleep 0.05
	done
	cat engine.out agent.out >&2
	return 1
}

teardown_file() {
	kill "$AGENT" "$ENGINE" 2>/dev/null || true
	wait
	rm -rf "$SESSION_DIR"
}

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_TMPDIR"
}

# Two loaded cores: answers may take longer than on a stage.
ctl() {
	pf-ctl --timeout 5000 "$@"
}

@test "what is set can be read back" {
	ctl strip drums gain -6
	[ "$(ctl get /strip/drums/gain)" = -6 ]
	ctl strip drums gain -4.5 --ramp 0.01
	[ "$(ctl get strip drums gain)" = -4.5 ]
	ctl master gain -1
	[ "$(ctl get master gain)" = -1 ]
	ctl tempo 124.5
	[ "$(ctl get /transport/tempo)" = 124.5 ]
	ctl key D dorian
	[ "$(ctl get /transport/key)" = "D dorian" ]
	ctl meter 6/8
	[ "$(ctl get /transport/meter)" = 6/8 ]
	ctl meter 4/4
}

@test "play, seek and stop move the transport" {
	ctl play
	[ "$(ctl get /transport/playing)" = on ]
	ctl seek 32
	ctl stop
	[ "$(ctl get /transport/playing)" = off ]
	ctl get /transport/beat | awk '{ exit !($1 >= 32) }'
}

@test "a tempo goes over beats to its goal" {
	ctl tempo 200
	ctl tempo 240 --ramp 1
	for _ in $(seq 100); do
		[ "$(ctl get /transport/tempo)" = 240 ] && break
		sleep 0.05
	done
	[ "$(ctl get /transport/tempo)" = 240 ]
}

@test "an agent is told its traits, its style, its pattern" {
	ctl agent drums density 0.75
	[ "$(ctl get agent drums density)" = 0.75 ]
	ctl agent drums style house
	[ "$(ctl get agent drums style)" = house ]
	ctl agent drums personality steady
	run -1 ctl agent drums style huose
	[[ $output == *"did you mean 'house'?"* ]]
}

@test "another instrument is in place when it is answered" {
	ctl strip drums instrument kit-808
	[ "$(ctl get strip drums instrument)" = kit-808 ]
	run -1 ctl strip drums instrument kit-807
	[[ $output == *"did you mean 'kit-80"* ]]
}

@test "what is refused has status 1 and a reason" {
	run -1 ctl tempo 5000
	[[ $output == *"out of 10..1000 bpm"* ]]
	run -1 ctl strip drums gain loud
	[[ $output == *"wants a number"* ]]
	run -1 ctl meter 6/7
	run -1 ctl strip drmus gian 0
	[[ $output == *"did you mean '/strip/drums/gain'?"* ]]
	run -1 ctl set /transport/beat 3
	[[ $output == *"cannot be set"* ]]
	run -1 ctl get /nothing
}

@test "wrong usage has status 2" {
	run -2 ctl
	run -2 ctl stpo
	[[ $output == *"did you mean 'stop'?"* ]]
	run -2 ctl get
	run -2 ctl --timeout 0 play
	[[ $output == "pf-ctl: --timeout: '0' is out of 1..3600000"* ]]
	run -2 ctl -a pigeon play
	run -2 ctl --json --prometheus stats
}

@test "where nobody answers the status is 3" {
	run -3 pf-ctl -s pf-ctl-nobody.$$ play
	[[ $output == *"no session"* ]]
	run -3 pf-ctl -s pf-ctl-nobody.$$ stats
	run -3 pf-ctl -a udp:127.0.0.1:1 play
	run -3 pf-ctl -a tcp:127.0.0.1:1 play
	kill -STOP "$ENGINE"
	run pf-ctl play
	kill -CONT "$ENGINE"
	[ "$status" -eq 3 ]
	[[ $output == *"did not answer in 200 ms"* ]]
	ctl ping
}

@test "a value that was forgotten is asked for, by its whole address" {
	for words in 'strip drums gain' 'master gain' 'agent drums density' tempo; do
		run -1 --separate-stderr ctl $words
		[[ $stderr == *"/${words##* }' wants a value"* ]]
	done
	run -1 --separate-stderr ctl strip drums
	[[ $stderr == *"'/strip/drums' is a branch"*"list /strip/drums"* ]]
	run -2 --separate-stderr pf-ctl
	[[ $stderr == *"which command?"*play*strip* ]]
	run -2 --separate-stderr ctl hello
	[[ $stderr == *"'hello' is unknown: it is one of play"* ]]
}

@test "who left in order is gone, not dead" {
	printf -- '-\tvisitor\tnote\t60\t0.5\t0.1\n' | pf-send
	for _ in $(seq 100); do
		ctl members >out
		! grep -q '^visitor send dead ' out
		grep -q '^visitor send gone ' out && return
		sleep 0.05
	done
	cat out
	return 1
}

@test "a pattern moves many" {
	ctl set '/strip/*/pan' 0.25
	ctl get '/strip/*/pan' >out
	[ "$(cut -f2 out | sort -u)" = 0.25 ]
	run -1 ctl set '/strip/*/nothing' 0
}

@test "solo mutes the others and comes back" {
	ctl strip drums solo on
	[ "$(ctl get strip drums solo)" = on ]
	[ "$(ctl get strip drums mute)" = off ]
	ctl strip drums solo off
	[ "$(ctl get strip drums solo)" = off ]
}

@test "all addresses are listed with kind, unit, range and help" {
	ctl list >out
	grep -qP '^/transport/tempo\tnumber\trw\t[0-9.]+\tbpm\t10\.\.1000\t-\tramp in beats\t' out
	grep -qP '^/strip/drums/mute\tswitch\trw\toff\t\toff\|on\t0\t' out
	grep -q '^/master/limiter/ceiling' out
	awk -F'\t' 'NF != 9 || $2 !~ /^(trigger|number|switch|choice|text)$/ || $3 !~ /^(r|w|rw)$/ || $9 == "" { print; bad = 1 } END { exit bad }' out
	[ "$(cut -f1 out | sort | uniq -d | wc -l)" = 0 ]
	# And what can be read is read.
	awk -F'\t' '$3 ~ /r/ && $1 !~ /members/ { print "get " $1 }' out >script
	ctl - <script >values
	[ "$(wc -l <values)" = "$(wc -l <script)" ]
}

@test "the words that may follow come from the engine" {
	[[ $(ctl --next strip) == *drums* ]]
	ctl --next strip drums | grep -qx gain
	ctl --next strip drums instrument | grep -qx kit-808
	ctl --next agent drums style | grep -qx house
	ctl --next follow | grep -qx axis
	ctl --next get | grep -qx /transport/tempo
	[ "$(ctl --next strip drums | sort | uniq -d)" = "" ]
}

@test "a script is done line by line, what fails is named" {
	run -1 ctl - <<-'END'
		# a comment
		tempo 97
		tempo 9
		strip drums gain -2 --ramp 0
		bogus
		key "A minor"
		get /transport/tempo
	END
	[[ $output == *"stdin:3: not done"* ]]
	[[ $output == *"stdin:5: command 'bogus' is unknown"* ]]
	[[ $output == *97 ]]
	[ "$(ctl get /transport/key)" = "A minor" ]
}

@test "UDP and TCP do the same as the session's socket" {
	port=$(ctl get /session/port)
	ctl -a "udp:127.0.0.1:$port" tempo 101
	[ "$(ctl -a "udp:localhost:$port" get /transport/tempo)" = 101 ]
	run -1 ctl -a "udp:127.0.0.1:$port" tempo 1
	tcp=$(ctl get /session/tcp-port)
	ctl -a "tcp:127.0.0.1:$tcp" tempo 102
	[ "$(ctl -a "tcp:127.0.0.1:$tcp" get /transport/tempo)" = 102 ]
}

@test "other people's OSC tools are understood" {
	command -v oscsend >/dev/null || skip "liblo-tools are not installed"
	port=$(ctl get /session/port)
	oscsend localhost "$port" /transport/tempo f 103
	for _ in $(seq 100); do
		[ "$(ctl get /transport/tempo)" = 103 ] && break
		sleep 0.05
	done
	oscsend "osc.unix://$SESSION_DIR/ctl" /transport/tempo i 104
	for _ in $(seq 100); do
		[ "$(ctl get /transport/tempo)" = 104 ] && break
		sleep 0.05
	done
	[ "$(ctl get /transport/tempo)" = 104 ]
}

@test "what is to be done later holds from its time" {
	now=$(ctl get /session/time)
	run -0 ctl -v --in 3 strip drums pan 0
	later=$(sed -n 's/.*holds from \(.*\) s$/\1/p' <<<"$output")
	awk -v a="$now" -v b="$later" 'BEGIN { exit !(b >= a + 3 && b < a + 30) }'
}

@test "a change of tempo does not move what was asked for at a time" {
	ctl tempo 60
	ctl strip drums pan 0
	run -0 ctl -v --in 6 strip drums pan 0.5
	due=$(sed -n 's/.*holds from \(.*\) s$/\1/p' <<<"$output")
	ctl tempo 600 # six beats are 0.6 s now
	for _ in $(seq 100); do
		t=$(ctl get /session/time)
		awk -v t="$t" -v due="$due" 'BEGIN { exit !(t > due - 4) }' && break
		sleep 0.05
	done
	pan=$(ctl get strip drums pan)
	t=$(ctl get /session/time)
	awk -v t="$t" -v due="$due" 'BEGIN { exit !(t < due) }' || skip "the machine is too busy"
	[ "$pan" = 0 ]
}

@test "a subscription tells values as they change" {
	run -0 ctl -c 2 subscribe '/transport/{meter,tempo}'
	[ "${#lines[@]}" = 2 ]
	[[ $output == */transport/tempo*/transport/meter* ]]
	ctl subscribe /session/time | head -1 | grep -q '^/session/time'
}

@test "stats tells what it costs, in three ways" {
	ctl stats >out
	grep -q 'an engine runs' out
	grep -q '  callback  .*p99.9' out
	grep -q '^drums (drums' out
	ctl --json stats | python3 -c '
import json, sys
s = json.load(sys.stdin)
assert s["engine"] and s["clock"]["rate_hz"] == 48000
lane = {l["name"]: l for l in s["lanes"]}
h = lane["engine"]["histograms"]["callback"]
assert h["count"] > 0 and h["p50_ns"] <= h["p99_ns"] <= h["max_ns"]
assert lane["drums"]["pid"] > 0 and lane["drums"]["threads"]'
	ctl --prometheus stats >prom
	grep -q '^performia_up{session="pf-ctl-test.*"} 1$' prom
	! grep -vE '^(# (HELP|TYPE) performia_[a-z_]+ .+|performia_[a-z_]+\{[^}]*\} [-+0-9.e]+)$' prom
	# Each metric is described once.
	[ "$(grep '^# TYPE' prom | sort | uniq -d | wc -l)" = 0 ]
}

@test "stats works when the engine is stuck" {
	kill -STOP "$ENGINE"
	run ctl stats
	kill -CONT "$ENGINE"
	[ "$status" -eq 0 ]
	[[ $output == *callback* ]]
}

@test "every message is logged as text" {
	ctl tempo 111
	grep -qE '^[0-9.]+ unix:@\S+ < /transport/tempo d 111$' "$BATS_FILE_TMPDIR/osc.log"
	grep -qE '^[0-9.]+ unix:@\S+ > /ok sid /transport/tempo [0-9]+ [0-9.]+$' "$BATS_FILE_TMPDIR/osc.log"
}

@test "the socket is its user's alone, and a second engine is refused" {
	[ "$(stat -c %a "$SESSION_DIR/ctl")" = 600 ]
	run -3 pf-engine -d null --length 0.1
	ctl ping
}

@test "listening to the world is asked for, and warned about" {
	other=pf-ctl-world.$$
	run -0 pf-engine -s "$other" -d null --free --length 0.05 --osc-udp 0 --osc-bind 0.0.0.0
	rm -rf "/dev/shm/performia-$(id -u)/$other"
	[[ $output == *"warning: whoever reaches 0.0.0.0 can control this engine"* ]]
}

@test "garbage by the packet hurts nobody" {
	port=$(ctl get /session/port)
	python3 - "$port" "$SESSION_DIR/ctl" <<-'END'
		import os, random, socket, sys
		random.seed(4)
		u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		x = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		x.setblocking(False)
		for i in range(5000):
		    p = random.randbytes(random.choice([0, 4, 16, 64, 1000, 20000]))
		    u.sendto(p, ("127.0.0.1", int(sys.argv[1])))
		    try:
		        x.sendto(p, sys.argv[2])
		    except BlockingIOError:
		        pass
	END
	ctl ping
	ctl status >/dev/null
}
