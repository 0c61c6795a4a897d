#!/bin/bash
# listen_proof.sh [STYLE] : do the agents listen?
# shellcheck disable=SC2016 # programs of awk stand in single quotes
#
# A take is changed in five ways, and each agent's playing is compared with
# what it plays to the take as it is: a minor third up; 1.3 times faster; bars
# 5-8 silent; another take; its band mates removed.  The numbers say how much
# of its playing changed, 0 none .. 1 all of it (a note is the same that has
# place, pitch and loudness; the silent bars and the beats behind them are
# compared with the same beats, the faster take in seconds).
#
# Then: the share of chord tones of the true take among the agent's notes on
# strong beats, when it hears that take, and when it hears another (the mean
# of four keys).
#
# One line an agent: role third faster silent other alone true false
set -euo pipefail
cd "$(dirname "$0")/../.."
style=${1:-folk}
take=share/takes/auld-lang-syne.pf
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT

# What the player does, on its axis; not what is true of it.
awk -F'\t' '$3=="tempo" || $3=="meter" || $2=="guitar" && $3=="note" || /^#p/' "$take" >"$w/true"
edit() { awk -F'\t' -v OFS='\t' "$@" "$w/true"; }
edit '$3=="note"{$4+=3}1' >"$w/third"
edit '$3=="tempo"{split($7,b,"=");$7="bpm=" 1.3*b[2]}1' >"$w/faster"
edit '!($3=="note" && $1>=16 && $1<32)' >"$w/silent"
# Another take: three voices of a slow waltz in a minor key, by steps.
other() { # other TONIC
	awk -v OFS='\t' -v tonic="$1" 'BEGIN {
		print "#performia 1"
		print 0, "score", "tempo", "-", "-", "-", "bpm=96"
		print 0, "score", "meter", "-", "-", "-", "meter=3/4"
		split("0 8 10 7 0 5 7 0", root, " ")
		split("7 8 7 5 3 5 7 8 10 8 7 5 3 2 0 -1 2 5 3 2 0 2 3 0", tune, " ")
		for (bar = 0; bar < 60; bar++) {
			r = root[bar % 8 + 1]; q = r == 8 || r == 10 || r == 7 ? 4 : 3
			print 3 * bar, "guitar", "note", 43 + (tonic + r) % 12, 0.6, 2.8
			for (k = 0; k < 3; k++) {
				# The tune rests on the last bar of four.
				held = bar % 4 == 3
				if (!held || !k) print 3 * bar + k, "guitar", "note", 67 + tonic + tune[(3 * bar + k) % 24 + 1], 0.8, held ? 2.8 : 0.9
				if (k) print 3 * bar + k, "guitar", "note", 55 + (tonic + r + q) % 12, 0.5, 0.9
			}
		}
	}'
}
other 1 >"$w/other"

agent() { pf-agent "$1" --style "$style"; }
others() { # others ROLE : the rest of the band, in its usual order
	for r in drums bass harmony melody; do [ "$r" = "$1" ] || echo "$r"; done
}
band() { # band ROLE INPUT : the role behind all others
	# shellcheck disable=SC2046
	set -- "$1" "$2" $(others "$1")
	agent "$3" <"$2" | agent "$4" | agent "$5" | agent "$1"
}
notes() { awk -F'\t' -v OFS='\t' -v s="$1" '$2==s && $3=="note"{print $1,$4,$5}' "$2"; }
seconds() { # seconds ROLE FILE : the same, times in seconds
	awk -F'\t' -v OFS='\t' -v s="$1" 'BEGIN{bpm=60}
		{now+=($1-at)*60/bpm; if (substr($0,1,1)!="#") at=$1}
		$3=="tempo"{split($7,b,"=");bpm=b[2]}
		$2==s && $3=="note"{print now,$4,$5}' "$2"
}
# How much differs between two lists of notes, from time LO to HI.
differs() { # differs A B LO HI
	awk -F'\t' -v lo="$3" -v hi="$4" '
		$1 < lo || $1 >= hi {next}
		{key = int($1 * 12 + 0.5) " " $2}
		FNR == NR {a[key] = $3; na++; next}
		{nb++; if (key in a) {d = $3 - a[key]; d = d < 0 ? -d : d; s = 1 - 4 * d; same += s > 0 ? s : 0; delete a[key]}}
		END {printf "%.3f", na + nb ? 1 - 2 * same / (na + nb) : 0}' "$1" "$2"
}
# Share of chord tones of the take among a role's notes on strong beats.
fits() { # fits ROLE FILE
	awk -F'\t' -v s="$1" '
		BEGIN {split("C C# D Eb E F F# G Ab A Bb B", n, " "); for (i in n) pc[n[i]] = i - 1}
		FNR == NR {if ($3 == "chord") {split($7, r, "="); split($8, q, "="); at[++k] = $1; root[k] = pc[r[2]]; third[k] = q[2] ~ /^min|^dim/ ? 3 : 4; seventh[k] = q[2] ~ /7/ ? 10 : 0}; next}
		$2 != s || $3 != "note" {next}
		{on = $1; off = $1 + $6; b = 2 * int((on + 0.1) / 2 + 0.999)}
		{for (b = 2 * int(on / 2); b < off - 0.05; b += 2) if (b > on - 0.1) {
			for (i = 1; i < k && at[i + 1] <= b + 0.01;) i++
			d = ($4 - root[i] + 120) % 12; all++
			hit += d == 0 || d == 7 || d == third[i] || (seventh[i] && d == seventh[i])
		}}
		END {printf "%.3f", all ? hit / all : 0}' "$take" "$2"
}

printf '%-8s %6s %6s %6s %6s %6s   %6s %6s\n' role third faster silent other alone true false
for role in drums bass harmony melody; do
	for v in true third faster silent other; do band $role "$w/$v" >"$w/$v.out"; done
	agent $role <"$w/true" >"$w/alone.out"
	for v in true third silent other alone; do notes $role "$w/$v.out" >"$w/$v.n"; done
	seconds $role "$w/true.out" >"$w/true.s"
	seconds $role "$w/faster.out" >"$w/faster.s"
	printf '%-8s %6s %6s %6s %6s %6s' $role \
		"$(differs "$w/true.n" "$w/third.n" 0 999)" "$(differs "$w/true.s" "$w/faster.s" 0 999)" \
		"$(differs "$w/true.n" "$w/silent.n" 16 36)" "$(differs "$w/true.n" "$w/other.n" 0 999)" \
		"$(differs "$w/true.n" "$w/alone.n" 0 999)"
	if [ $role = drums ]; then echo; continue; fi
	false=0
	for key in 0 3 6 9; do
		other $key >"$w/key"
		band $role "$w/key" >"$w/key.out"
		false="$false + $(fits $role "$w/key.out")"
	done
	printf '   %6s %6.3f\n' "$(fits $role "$w/true.out")" "$(awk "BEGIN {print ($false) / 4}")"
done
