#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How much faster than it sounds a three-minute song is composed.
for style in house jazz drum-and-bass; do
	begin=$(date +%s%N)
	for seed in 1 2 3 4 5; do
		pf-gen -s $style -l 3:00 -S $seed >/dev/null || exit 1
	done
	ms=$((($(date +%s%N) - begin) / 5000000))
	echo "pf-gen $style: 3:00 in $ms ms, $((180000 / (ms ? ms : 1))) times real time"
done
