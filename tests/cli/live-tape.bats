#!/usr/bin/env bats
# What was played live, rendered again from its tape, is the same to the bit.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export PF_SESSION=tape.$$.$BATS_TEST_NUMBER
	dir=/dev/shm/performia-$(id -u)/$PF_SESSION
	pids=
}

teardown() {
	for p in $pids; do kill -9 "$p" 2>/dev/null || true; done
	rm -rf "$dir"
}

start() { # COMMAND...
	"$@" >/dev/null 2>>log 3>&- &
	pids="$pids $!"
	last=$!
}

# The same floats?  What is shorter by the master's delay ends earlier.
same() { # A.wav B.wav
	local bytes
	bytes=$(($(sox --i -s "$1") * 8))
	tail -c "$bytes" "$1" >a.raw
	tail -c $(($(sox --i -s "$2") * 8)) "$2" | head -c "$bytes" >b.raw
	[ "$(tr -d '\0' <a.raw | wc -c)" -gt 10000 ] || { echo "$1 is silent"; return 1; }
	cmp a.raw b.raw
}

@test "a jam of four agents, moved, killed and stopped, sounds the same from its tape" {
	start pf-engine -d null -p 48 --priority 0 --input guitar --record jam --length 9
	engine=$last
	for role in drums harmony melody bass; do
		start pf-agent $role --live --wait=5
	done
	bass=$last
	for _ in $(seq 200); do
		[ -S "$dir/ctl" ] && break
		sleep 0.05
	done
	pf-ctl play
	sleep 1.5
	pf-ctl strip bass gain -6
	pf-ctl tempo 151
	sleep 1
	kill -9 "$bass"
	sleep 0.5
	start pf-agent bass --live
	pf-ctl strip drums mute 1
	sleep 0.7
	pf-ctl seek 3
	sleep 0.7
	pf-ctl strip drums mute 0
	sleep 0.5
	pf-ctl stop
	pf-ctl play
	wait $engine
	cat log
	for what in tempo seek stop play set off note patch; do
		grep -qP "\t$what\t" jam/tape.txt || { echo "no $what"; false; }
	done
	pf-render -q -b 32f -I guitar=jam/guitar.wav --length 9 --stems stems -o again.wav jam/tape.txt
	same jam/master.wav again.wav
	for stem in drums harmony melody bass; do
		same jam/stems/$stem.wav stems/$stem.wav
	done
}
