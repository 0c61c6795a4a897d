# For tests of live sessions: an engine on the null device, in a session of
# the test's own.
# shellcheck shell=bash

live_setup() {
	export PF_SESSION="test.$$.$BATS_TEST_NUMBER"
	session=/dev/shm/performia-$(id -u)/$PF_SESSION
	engine=
	started=
	cd "$BATS_TEST_TMPDIR" || return
}

# start_engine [OPTION...]: until it plays.  On the null device, or as told.
start_engine() {
	local ready=$BATS_TEST_TMPDIR/ready device="-d null"
	case " $* " in *" -d "*) device= ;; esac
	rm -f "$ready"
	mkfifo "$ready"
	# shellcheck disable=SC2086
	pf-engine $device --priority 0 --ready-fd 9 "$@" 9>"$ready" 2>engine.log 3>&- &
	engine=$!
	read -r _ <"$ready"
}

# start COMMAND...: in the background, ended with the test.
start() {
	"$@" 3>&- 7>&- <&0 &
	started="$started $!"
}

# hold_open: a pipe to `start COMMAND <in`; write to it with >&7.
hold_open() {
	mkfifo in
	exec 7<>in
}

# await COMMAND...: until it succeeds, for 10 s.
await() {
	local i
	for ((i = 0; i < 200; i++)); do
		"$@" && return
		sleep 0.05
	done
	echo "waited in vain for: $*"
	return 1
}

live_teardown() {
	local pid
	for pid in $started $engine; do
		kill "$pid" 2>/dev/null
	done
	for pid in $started $engine; do
		wait "$pid" 2>/dev/null
	done
	exec 7>&-
	rm -rf "$session"
}
