#!/bin/bash
# How many times faster than real time the ears hear, everything on, on one
# core: the best of three runs over the shipped take.  The aim is 20.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=${BUILD:-$PWD/build}:$PATH
take=share/takes/auld-lang-syne.ogg
seconds=$(pf-analyze --profile "$take" | awk '$1 == "duration" { print $2 }')
TIMEFORMAT='%U'
for _ in 1 2 3; do
	{ time pf-analyze "$take" >/dev/null; } 2>&1
done | sort -n | awk -v s="$seconds" 'NR == 1 {
	printf "pf-analyze: %.0f s of audio in %.2f s of CPU, %.0f x real time\n", s, $1, s / $1
}'
