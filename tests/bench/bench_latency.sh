#!/bin/bash
# The promises of a live session, measured by pf-latency: idle, and with four
# agents, ears and so many voices that the engine is busy for three quarters
# of each period.  COUNT=N measurements of each kind (1000), DEVICE, PERIOD.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=${BUILD:-$PWD/build}:$PATH
export PF_SHARE=${PF_SHARE:-$PWD/share} PF_SESSION=bench.$$
session=/dev/shm/performia-$(id -u)/$PF_SESSION
tmp=$(mktemp -d)
pids=()
finish() {
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
	wait
	rm -rf "$tmp" "$session"
}
trap finish EXIT
start() { "$@" 2>>"$tmp/log" & pids+=($!); }

sed 's/^voices: .*/voices: 64/; s/^fx:/fx:\n  - chorus: {}\n  - drive: {drive: 2}/' share/instruments/supersaw-lead.yaml >"$tmp/many.yaml"
play=()
for n in 0 1 2 3 4 5 6 7; do
	for k in 0 1 2 3 4 5 6 7; do play+=(-i "load$n$k=$tmp/many.yaml"); done
done
mkfifo "$tmp/ready"
pf-engine -d "${DEVICE:-null}" -p "${PERIOD:-128}" --ready-fd 9 "${play[@]}" 2>"$tmp/log" 9>"$tmp/ready" &
pids+=($!)
read -r _ <"$tmp/ready" || { cat "$tmp/log"; exit 1; }

# load: how busy the engine is, in percent; the least of some looks, for what
# else runs here makes it look busier.
load() {
	for _ in 1 2 3 4; do
		sleep 0.5
		pf-ctl stats --json | grep -oE '"load": [0-9.]+' | head -1
	done | sort -k 2 -g | awk 'NR == 1 { printf "%d", $2 * 100 }'
}

# notes N: 64 for each of eight strips, of 1000 beats
notes() {
	awk -v n="$1" 'BEGIN {
		OFS = "\t"
		print "#performia 1"
		for (k = 0; k < 8; k++)
			for (i = 20; i < 84; i++) print "-", "load" n k, "note", i, 0.03, 1000
	}'
	exec sleep 1000
}

# voices N: eight more strips, each with 64 voices of the dearest instrument
voices() {
	notes "$1" > >(exec pf-send --lenient 2>>"$tmp/log") &
	pids+=($!)
}

measure() {
	echo "## $1, the engine $(load) % busy"
	pf-latency -c "${COUNT:-1000}" --json event scheduled osc >"$tmp/$1" ||
		echo "a promise is broken: $(grep broken "$tmp/$1")"
	awk -F'[:,{}" ]+' '/"n": / {
		for (i = 1; i < NF; i++) v[$i] = $(i + 1)
		printf "%-10s n %5d  p50 %7.1f  p99 %7.1f  p99.9 %7.1f  max %7.1f  sd %6.1f frames; p99.9 %.3f ms\n",
			$2, v["n"], v["p50_frames"], v["p99_frames"], v["p99.9_frames"], v["max_frames"], v["sd_frames"], v["p99.9_ms"]
	}' "$tmp/$1"
	grep -E '"(xruns|beyond|missed|disturbed)"' "$tmp/$1" | tr -d ' ",\n' | sed 's/[a-z]*:/ &/g'
	echo
}

measure idle
for role in drums bass harmony melody; do
	start pf-agent $role --live
done
start pf-analyze --live
pf-ctl play
sleep 2
n=0
while [ "$(load)" -lt 75 ] && [ $n -lt 8 ]; do
	voices $n
	n=$((n + 1))
done
measure busy
awk -F'[:,{}" ]+' '/"n": / { for (i = 1; i < NF; i++) if ($i == "p99.9_frames") at[FILENAME, $2] = $(i + 1); way[$2] }
END {
	for (w in way) {
		more = at[ARGV[2], w] - at[ARGV[1], w]
		printf "%-10s p99.9 under load: %+.1f frames, %s one period\n", w, more, more <= '"${PERIOD:-128}"' ? "within" : "BEYOND"
	}
}' "$tmp/idle" "$tmp/busy"
