#!/usr/bin/env bats

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_TMPDIR"
	export PF_SESSION=pf-run-test.$$.$BATS_TEST_NUMBER
	session=/dev/shm/performia-$(id -u)/$PF_SESSION
	# Who says ready and ends on TERM, leaving a word each time.
	cat >player <<-'END'
		#!/bin/sh
		trap 'echo "$1 ends" >>order; exit 0' TERM
		echo "$1 begins" >>order
		echo $$ >"$1.new"
		mv "$1.new" "$1.pid"
		echo >&3
		while :; do sleep 0.02; done
	END
	chmod +x player
}

teardown() {
	if [ -n "${manager:-}" ]; then
		kill -TERM "$manager" 2>/dev/null || true
		kill -TERM "$manager" 2>/dev/null || true
		wait "$manager" || true
	fi
	for f in *.pid; do
		[ -s "$f" ] && kill -9 "$(cat "$f")" 2>/dev/null
	done
	rm -rf "$session"
}

# await COMMAND... : until it succeeds, ten seconds at most.
await() {
	for _ in $(seq 500); do
		if "$@" 2>/dev/null; then return; fi
		sleep 0.02
	done
	echo "waited in vain: $*"
	cat log order 2>/dev/null
	return 1
}

manage() {
	pf-run "$@" >out 2>log 3>&- &
	manager=$!
}

finish() {
	kill -TERM "$manager"
	status=0
	wait "$manager" || status=$?
	manager=
}

# Another process plays as $1 than $2.
another() { [ -s "$1.pid" ] && [ "$(cat "$1.pid")" != "$2" ]; }

rig() { cat >rig.yaml; }

@test "programs start when those before them are ready, and end in reverse" {
	rig <<-END
		programs:
		  bass: {run: ./player bass, ready: says, after: [drums]}
		  drums: {run: ./player drums, ready: says, after: hall}
		  hall: {run: ./player hall, ready: says}
	END
	manage -v rig.yaml
	await grep -q 'bass: ready' log
	finish
	[ "$status" = 0 ]
	printf '%s\n' 'hall begins' 'drums begins' 'bass begins' 'bass ends' 'drums ends' 'hall ends' | diff - order
	[ ! -e "$session/run" ]
}

@test "whoever waits for the rig is told when all are ready" {
	rig <<-END
		programs:
		  a: {run: ./player a, ready: says}
		  b: {run: [sh, -c, 'sleep 0.2; exec ./player b'], ready: says}
	END
	mkfifo ready
	pf-run --ready-fd 5 rig.yaml 2>log 3>&- 5<>ready &
	manager=$!
	read -r -t 10 _ <ready
	[ -s a.pid ] && [ -s b.pid ]
	finish
	[ "$status" = 0 ]
}

@test "who is killed comes back, the others play on" {
	rig <<-END
		programs:
		  a: {run: ./player a, ready: says}
		  b: {run: ./player b, ready: says}
	END
	manage rig.yaml
	await test -s a.pid && await test -s b.pid
	b=$(cat b.pid)
	for _ in 1 2 3 4 5; do
		a=$(cat a.pid)
		kill -9 "$a"
		await another a "$a"
	done
	[ "$(cat b.pid)" = "$b" ]
	grep -q 'a: was killed by signal 9 (Killed); started again' log
	finish
	[ "$status" = 0 ]
}

@test "who ends well stays away, who fails always is given up" {
	rig <<-END
		programs:
		  good: sh -c 'echo hello'
		  bad: {run: sh -c 'echo once >>tries; exit 1', limit: 3}
		  wrong: {run: sh -c 'exit 2'}
	END
	run --separate-stderr -1 pf-run rig.yaml
	[[ $stderr == *'good: hello'* ]]
	[[ $stderr == *'bad: ended with status 1; given up after 3 starts'* ]]
	[[ $stderr == *'wrong: ended with status 2: wrong usage; given up'* ]]
	[ "$(wc -l <tries)" = 3 ]
	[ -z "$output" ]
}

@test "who never gets ready is killed, who ignores TERM too" {
	rig <<-END
		programs:
		  late: {run: [sh, -c, 'exec sleep 60'], ready: says, ready_within_s: 0.2, limit: 2}
		  deaf: {run: [sh, -c, 'trap "" TERM; echo >&3; echo up; while :; do sleep 0.05; done'], ready: says, stop_within_s: 0.2}
	END
	manage rig.yaml
	await grep -q 'late: .*given up after 2 starts' log
	grep -q 'late: not ready after 0.2 s: killed' log
	await grep -q 'deaf: up' log
	finish
	[ "$status" = 1 ]
	grep -q 'deaf: does not end: killed' log
}

@test "the second TERM ends all at once" {
	rig <<-END
		programs:
		  a: {run: ./player a, ready: says}
		  deaf: {run: [sh, -c, 'trap "" TERM; echo >&3; echo up; while :; do sleep 0.05; done'], ready: says, after: a, stop_within_s: 600}
	END
	manage rig.yaml
	await grep -q 'deaf: up' log
	kill -TERM "$manager"
	sleep 0.1
	[ ! -e order ] || ! grep -q 'a ends' order
	finish
	[ "$status" = 0 ]
	grep -q 'a ends' order
}

@test "killed, it is missed by nobody; started again, it adopts all" {
	rig <<-END
		programs:
		  prepare: {run: sh -c 'echo once >>tries', ready: ends}
		  a: {run: [sh, -c, 'trap "echo ends >>order; exit 0" TERM; echo \$\$ >a.new; mv a.new a.pid; echo >&3; while :; do echo tick; sleep 0.05; done'], ready: says, after: prepare}
	END
	manage rig.yaml
	await grep -q 'a: tick' log
	a=$(cat a.pid)
	kill -9 "$manager"
	wait "$manager" || true
	sleep 0.2
	kill -0 "$a"
	manage rig.yaml
	await grep -q "a: runs already (process $a): adopted" log
	await grep -q 'a: tick' log
	[ "$(wc -l <tries)" = 1 ]
	kill -9 "$a"
	await another a "$a"
	grep -q 'a: died; started again' log
	finish
	[ "$status" = 0 ]
	grep -q ends order
}

@test "a session has one stage manager" {
	rig <<<'programs: {a: {run: ./player a, ready: says}}'
	manage rig.yaml
	await test -s a.pid
	run -3 pf-run rig.yaml
	[[ $output == "pf-run: session '$PF_SESSION' has a stage manager already (pf-run, process $manager)" ]]
	finish
	[ "$status" = 0 ]
}

@test "a session that is removed ends the rig" {
	rig <<<'programs: {a: {run: ./player a, ready: says}}'
	manage rig.yaml
	await test -s a.pid
	rm -r "$session"
	wait "$manager"
	manager=
	grep -q 'the session was removed' log
	grep -q 'a ends' order
}

@test "a program has its own descriptors and no more, and its session" {
	rig <<-END
		programs:
		  a: {run: [sh, -c, 'ls /proc/self/fd >fds; env >env; echo >&3'], ready: says}
		  b: {run: [sh, -c, 'ls /proc/self/fd >fds-b'], environment: {TUNE: "Auld Lang Syne"}}
	END
	exec 9<rig.yaml
	NOTIFY_SOCKET=/nowhere run -0 pf-run -s "$PF_SESSION" rig.yaml
	exec 9<&-
	# ls itself opens one more, the directory.
	printf '%s\n' 0 1 2 3 4 | diff - fds
	printf '%s\n' 0 1 2 3 | diff - fds-b
	grep -qx "PF_SESSION=$PF_SESSION" env
	grep -qx PF_READY_FD=3 env
	! grep -q NOTIFY_SOCKET env
}

@test "log files are bounded and put aside" {
	rig <<-END
		logs: {directory: logs, size_kib: 4, keep: 2}
		programs:
		  talker: {run: [sh, -c, 'i=0; while [ \$i -lt 400 ]; do echo line \$i; i=\$((i+1)); done']}
	END
	run -0 pf-run rig.yaml
	[ -z "$output" ]
	[ "$(find logs -name 'talker.log*' | wc -l)" = 3 ]
	[ "$(find logs -size +4k | wc -l)" = 0 ]
	grep -q ' line 399$' logs/talker.log
}

@test "a program that floods its log harms nobody" {
	rig <<-END
		programs:
		  flood: [sh, -c, 'while :; do echo 0123456789012345678901234567890123456789; done']
		  a: {run: ./player a, ready: says}
	END
	mkfifo slow
	sleep 60 <slow 3>&- & # who reads standard error, but never does
	reader=$!
	pf-run rig.yaml 2>slow 3>&- &
	manager=$!
	await test -s a.pid
	a=$(cat a.pid)
	kill -9 "$a"
	await another a "$a"
	finish
	kill "$reader"
	[ "$status" = 0 ]
}

@test "all that a program started goes with it" {
	rig <<-END
		programs:
		  a: {run: [sh, -c, 'sh -c "echo \\\$\\\$ >child.pid; exec sleep 60" & echo \$\$ >a.new; mv a.new a.pid; echo >&3; wait'], ready: says}
	END
	manage rig.yaml
	await test -s child.pid
	child=$(cat child.pid)
	a=$(cat a.pid)
	kill -9 "$a"
	await another a "$a"
	await sh -c "! kill -0 $child"
	finish
}

@test "check names the line, and programs that are nowhere" {
	printf 'programs:\n  a: {run: sh, afetr: b}\n' >rig.yaml
	run -1 pf-run --check rig.yaml
	[ "$output" = "pf-run: rig.yaml:2: unknown key 'afetr', did you mean 'after'?" ]
	printf 'programs:\n  e: sh\n  a: pf-agnet drums\n' >rig.yaml
	run -1 pf-run --check rig.yaml
	[ "$output" = "pf-run: rig.yaml:3: program 'pf-agnet' is not found, did you mean 'pf-agent'?" ]
	printf 'programs:\n  a: sh\n' >rig.yaml
	run -0 pf-run --check rig.yaml
	[ -z "$output" ]
	run -1 pf-run --check quartett
	[ "$output" = "pf-run: rig 'quartett' is unknown, did you mean 'quartet'?" ]
	run -1 pf-run missing.yaml
	[ "$output" = "pf-run: cannot open rig 'missing.yaml'" ]
	touch mine
	run pf-run mine
	[ "$status" -eq 1 ]
	[[ $output == *"rig 'mine' is unknown; the file is meant by './mine'"* ]]
}

@test "a dry run tells the order and every option, and starts nothing" {
	rig <<-END
		audio: {engine: "null", hardware_buffer: 64}
		programs:
		  tell: {run: "echo 'two words'", after: engine, environment: {A: b}}
		  engine: pf-engine
	END
	run -0 pf-run --dry-run -d file:in.wav rig.yaml
	[ "${lines[0]}" = "engine: pf-engine --device file:in.wav --period 64 --ready-fd 3" ]
	[ "${lines[1]}" = "tell: (after engine) A=b echo 'two words'" ]
	[ ! -e "$session" ]
}

@test "the rigs that come along are listed and right" {
	run -0 pf-run --list
	for r in quartet quartet-jack quartet-null take; do
		[[ $output == *"$r "* ]]
	done
}

@test "the quartet plays without a sound card; who dies is back" {
	manage -v quartet-null
	await grep -q 'play: ended with status 0' log
	drums=$(cut -d' ' -f1 "$session/run/drums")
	engine=$(cut -d' ' -f1 "$session/run/engine")
	kill -9 "$drums"
	await grep -q 'drums: was killed by signal 9' log
	kill -9 "$engine"
	await grep -q 'engine: was killed by signal 9' log
	await sh -c '[ "$(grep -c "engine: ready" log)" = 2 ]'
	timeout 5 pf-tap --from now -s "$PF_SESSION" 2>/dev/null | grep -m 1 -q "drums.note"
	finish
	[ "$status" = 0 ]
	! grep -q 'does not end' log
}

@test "wrong usage is told" {
	run -2 pf-run
	[[ $output == *'which rig?'* ]]
	run -2 pf-run a b
	run -2 pf-run -s a/b quartet
	run -2 pf-run --ready-fd 777 quartet
}

@test "at a terminal it says when all are there" {
	printf 'programs:\n  a: sleep 0.3\n' >rig.yaml
	run -0 script -qec 'pf-run rig.yaml' /dev/null </dev/null
	[[ $output == *"pf-run: all are there; Ctrl-C ends it"* ]]
	run -0 pf-run rig.yaml
	[ -z "$output" ]
}
