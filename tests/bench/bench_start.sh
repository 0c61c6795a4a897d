#!/bin/bash
# How long each program takes to start: the best and the median of 21 runs of
# --version, in ms.  The aim is under 20 ms.
set -u
cd "$(dirname "$0")/../.." || exit
bin=${BUILD:-build}
printf '%-12s %8s %8s\n' program best median
for d in cmd/pf*/; do
	p=$(basename "$d")
	[ -x "$bin/$p" ] || continue
	for _ in $(seq 21); do
		a=$(date +%s%N)
		"$bin/$p" --version >/dev/null
		b=$(date +%s%N)
		echo $((b - a))
	done | sort -n | awk -v p="$p" '{ t[NR] = $1 / 1e6 }
		END { printf "%-12s %8.1f %8.1f\n", p, t[1], t[int((NR + 1) / 2)] }'
done
