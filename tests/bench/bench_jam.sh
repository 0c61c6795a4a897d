#!/bin/bash
# The whole jam pipeline on the take that comes with Performia: how many
# times faster than real time, by the clock and by CPU time.  The aim is 10.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=${BUILD:-$PWD/build}:$PATH
take=share/takes/auld-lang-syne.ogg
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
TIMEFORMAT='%R %U %S'
jam() {
	pf-analyze "$take" | pf-agent drums | pf-agent bass | pf-agent harmony | pf-agent melody |
		pf-render -q --threads 1 --mix "$take" -o "$out/jam.wav"
}
read -r real user sys < <({ time jam 2>/dev/null; } 2>&1)
awk -v r="$real" -v c="$user" -v s="$sys" -v len="$(soxi -D "$out/jam.wav")" 'BEGIN {
	printf "jam of %.0f s: %.1f x real time by the clock, %.1f x by CPU time\n", len, len / r, len / (c + s)
}'
