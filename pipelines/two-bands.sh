#!/bin/bash
# two-bands.sh TAKE : the same player with two bands, to hear what personality
# does: calm.wav has a sparse, laid-back band, wild.wav a bold and busy one.
set -euo pipefail
command -v pf-agent >/dev/null || PATH=$(dirname "$0")/../build:$PATH # in a clone
[ $# -eq 1 ] || { echo "two-bands: usage: two-bands.sh TAKE" >&2; exit 2; }
take=$1
pf-analyze "$take" >heard.pf
pf-agent drums -p laid-back <heard.pf | pf-agent bass -p sparse |
	pf-agent harmony -p laid-back | pf-render --mix "$take" -o calm.wav
pf-agent drums -p busy <heard.pf | pf-agent bass -p bold |
	pf-agent harmony -p busy | pf-agent melody -p bold | pf-render --mix "$take" -o wild.wav
