#!/usr/bin/env bats
# pf-agent: plays along, causal, the same every time.

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	take=share/takes/auld-lang-syne.pf
	w=$BATS_TEST_TMPDIR
}

# What the player does, on its axis, to a beat.
player() {
	awk -F'\t' -v to="${1:-999}" '/^#p/ || $1 < to && ($3=="tempo" || $3=="meter" || $2=="guitar" && $3=="note")' $take
}

notes() { awk -F'\t' -v s="$1" '$2==s && $3=="note"' "${2:--}"; }

@test "each role plays to a take, and the take passes byte for byte" {
	player >"$w/in"
	for role in drums bass harmony melody; do
		pf-agent $role <"$w/in" >"$w/out"
		[ "$(notes $role "$w/out" | wc -l)" -gt 15 ]
		awk -F'\t' -v s=$role '$2!=s' "$w/out" | cmp - "$w/in"
	done
}

@test "lines come in the order of time" {
	player | pf-agent drums | pf-agent bass | pf-agent harmony | pf-agent melody |
		awk -F'\t' '!/^#/{if ($1+0 < last) exit 1; last = $1+0}'
}

@test "the same input and seed give the same bytes, another seed others" {
	player >"$w/in"
	for role in drums bass harmony melody; do
		pf-agent $role --seed 3 "$w/in" >"$w/a"
		pf-agent $role --seed 3 "$w/in" >"$w/b"
		pf-agent $role --seed 4 "$w/in" >"$w/c"
		cmp "$w/a" "$w/b"
		! cmp -s "$w/a" "$w/c"
	done
}

@test "what is said up to a moment depends on nothing after it" {
	player >"$w/in"
	for role in drums bass harmony melody listen; do
		pf-agent $role "$w/in" | awk -F'\t' '$1 < 59.5' >"$w/whole"
		player 60 | pf-agent $role | awk -F'\t' '$1 < 59.5' >"$w/part"
		cmp "$w/whole" "$w/part"
	done
}

@test "what was heard, heard again, gives the same playing" {
	player | pf-agent drums >"$w/in"
	pf-agent bass --heard "$w/heard" <"$w/in" | notes bass >"$w/a"
	pf-agent bass "$w/heard" | notes bass >"$w/b"
	[ -s "$w/a" ]
	cmp "$w/a" "$w/b"
}

@test "a band ends together, on one beat, soon after the player" {
	player 65.5 | pf-agent drums | pf-agent bass | pf-agent harmony | pf-agent melody >"$w/out"
	for role in drums bass harmony; do
		notes $role "$w/out" | awk -F'\t' '{t=$1} END {printf "%.0f\n", t}'
	done | sort -u >"$w/ends"
	cat "$w/ends"
	[ "$(wc -l <"$w/ends")" -eq 1 ]
	end=$(cat "$w/ends")
	[ "$end" -ge 65 ] && [ "$end" -le 72 ] && [ $((end % 4)) -eq 0 ]
}

@test "without tempo it finds the beat and plays free of the axis" {
	# The same take in seconds, without a word about time.
	awk -F'\t' -v OFS='\t' 'BEGIN{bpm=60; print "#performia 1"}
		/^#/{next} {now+=($1-at)*60/bpm; at=$1}
		$3=="tempo"{split($7,b,"=");bpm=b[2]}
		$2=="guitar"&&$3=="note"{print now,$2,$3,$4,$5,$6*60/bpm}' $take >"$w/in"
	pf-agent drums "$w/in" >"$w/out"
	[ "$(notes drums "$w/out" | wc -l)" -gt 100 ]
	[ "$(notes drums "$w/out" | grep -vc free=1)" -eq 0 ]
}

@test "nothing is played to nothing" {
	run pf-agent drums </dev/null
	[ "$status" -eq 0 ]
	[ "$(echo "$output" | grep -c note)" -eq 0 ]
	printf '0\tx\ttick\n30\tx\ttick\n' | pf-agent melody >"$w/out"
	[ "$(grep -c note "$w/out")" -eq 0 ]
}

@test "the sound stands at the start" {
	player 8 | pf-agent bass -i fretless >"$w/out"
	grep -qP '^0\tbass\tpatch\t-\t-\t-\tname=fretless$' "$w/out"
}

@test "an unknown role, style, personality or trait is named with the nearest" {
	run pf-agent drumms
	[ "$status" -eq 2 ]
	[[ $output == *"role 'drumms' is unknown, did you mean 'drums'?"* ]]
	run pf-agent drums -s jaz </dev/null
	[ "$status" -eq 2 ]
	[[ $output == *"'jazz'"* ]]
	run pf-agent drums -p stedy </dev/null
	[ "$status" -eq 2 ]
	[[ $output == *"did you mean 'steady'?"* ]]
	run pf-agent drums --set densty=0.3 </dev/null
	[ "$status" -eq 2 ]
	[[ $output == *"did you mean 'density'?"* ]]
	run pf-agent drums --set density=3 </dev/null
	[ "$status" -eq 2 ]
	run pf-agent
	[ "$status" -eq 2 ]
	run pf-agent drums --think-rate 1000 </dev/null
	[ "$status" -eq 2 ]
	[[ $output == *"out of 10..30"* ]]
	run pf-agent drums -n 'a	b' </dev/null
	[ "$status" -eq 2 ]
}

@test "a wrong key in a personality is named with its line and the nearest" {
	printf 'title: x\ndensty: 0.4\n' >"$w/my.yaml"
	run pf-agent drums -p "$w/my.yaml" </dev/null
	[ "$status" -eq 2 ]
	[[ $output == *"my.yaml:2: unknown key 'densty', did you mean 'density'?"* ]]
}

@test "every personality that is shipped can play" {
	player 40 >"$w/in"
	for p in share/personalities/*.yaml; do
		pf-agent drums -p "$(basename "$p" .yaml)" "$w/in" >"$w/out"
		[ "$(notes drums "$w/out" | wc -l)" -gt 10 ]
	done
}

@test "one's own name upstream is an error, unless it is replaced" {
	player | pf-agent drums >"$w/once"
	run pf-agent drums "$w/once"
	[ "$status" -eq 1 ]
	[[ $output == *"$w/once:"*"'drums' already plays upstream"* ]]
	pf-agent drums --replace "$w/once" >"$w/twice"
	[ "$(grep -c patch "$w/twice")" -eq 1 ]
	pf-agent drums -n drums2 "$w/once" >"$w/two"
	[ "$(notes drums2 "$w/two" | wc -l)" -gt 100 ]
}

@test "a malformed line is an error with its place, lenient skips it" {
	printf '0\tx\tnote\tH4\t1\t1\n' >"$w/bad"
	run pf-agent drums "$w/bad"
	[ "$status" -eq 1 ]
	[[ $output == *"bad:1: "* ]]
	run pf-agent drums --lenient "$w/bad"
	[ "$status" -eq 0 ]
	run pf-agent drums "$w/missing"
	[ "$status" -eq 1 ]
	[[ $output == *"missing"* ]]
}

@test "a closed pipe ends it quietly, a full disk is an error" {
	player | pf-agent drums 2>"$w/err" | head -3 >/dev/null
	[ ! -s "$w/err" ]
	player >"$w/in"
	run sh -c 'pf-agent drums "$1" >/dev/full' - "$w/in"
	[ "$status" -eq 1 ]
	[[ $output == *"standard output"* ]]
	run pf-agent drums --heard "$w/no/such/file" "$w/in"
	[ "$status" -eq 1 ]
}

@test "traits are heard: more notes, louder, later, higher, shorter, colour" {
	player >"$w/in"
	count() { pf-agent "$@" "$w/in" | notes "$1" | wc -l; }
	mean() { # mean FIELD ROLE... : of a column, in thousandths
		f=$1
		shift
		pf-agent "$@" "$w/in" | notes "$1" | awk -F'\t' -v f="$f" '{s+=$f;n++} END {printf "%d", 1000*s/n}'
	}
	for role in drums bass harmony; do
		[ "$(count $role --set density=0.9)" -gt $(($(count $role --set density=0.1) * 6 / 5)) ]
		[ "$(mean 5 $role --set loudness=0.9)" -gt $(($(mean 5 $role --set loudness=0.1) * 6 / 5)) ]
	done
	for role in bass harmony melody; do
		[ "$(mean 4 $role --set register=1)" -gt $(($(mean 4 $role --set register=0) + 3000)) ]
		[ "$(mean 6 $role --set length=1)" -gt $(($(mean 6 $role --set length=0) * 6 / 5)) ]
	done
	[ "$(count drums --set fills=1)" -ne "$(count drums --set fills=0)" ]
	late() { # mean distance from the nearest quarter of a beat, in thousandths of a beat
		pf-agent drums --set swing=0 "$@" "$w/in" | notes drums | awk -F'\t' '{d=4*$1-int(4*$1+.5);s+=d;n++} END {printf "%d", 250*s/n}'
	}
	[ "$(late --set timing=0)" -gt $(($(late --set timing=1) + 30)) ]
	voices() { pf-agent harmony "$@" "$w/in" | notes harmony | awk -F'\t' '{n[int($4)%12]++} END {print length(n)}'; }
	[ "$(voices --set colour=1)" -gt "$(voices --set colour=0)" ]
}

@test "agents listen: their playing moves with the take, and fits it" {
	tests/bench/listen_proof.sh >"$w/proof"
	cat "$w/proof"
	awk 'NR > 1 {
		agents++
		for (i = 2; i <= 6; i++) if ($i <= 0) bad++
		if ($3 < 0.5 || $5 < 0.5) bad++
		if (NF == 8 && $7 - $8 < 0.3) bad++
	} END {exit bad > 0 || agents != 4}' "$w/proof"
}

@test "--list tells what there is to choose from, and all of it is taken" {
	pf-agent --list >"$w/list"
	[ "$(awk '$1=="personality"' "$w/list" | wc -l)" = "$(ls share/personalities/*.yaml | wc -l)" ]
	[ "$(awk '$1=="style"' "$w/list" | wc -l)" = "$(ls share/styles/*.yaml | wc -l)" ]
	player 4 >"$w/in"
	for role in $(awk '$1=="role"{print $2}' "$w/list"); do
		pf-agent "$role" "$w/in" >/dev/null
	done
	for trait in $(awk '$1=="trait"{print $2}' "$w/list"); do
		pf-agent drums --set "$trait=0.5" "$w/in" >/dev/null
	done
	run sh -c "pf-agent --list >/dev/full"
	[ "$status" = 1 ]
}

@test "-o writes a file that is whole or not there" {
	player >"$w/in"
	pf-agent bass "$w/in" >"$w/a"
	pf-agent bass -o "$w/b" "$w/in"
	cmp "$w/a" "$w/b"
	printf '#performia 1\nnonsense\n' >"$w/bad"
	run pf-agent bass -o "$w/c" "$w/bad"
	[ "$status" = 1 ]
	! ls "$w"/c* 2>/dev/null
}

@test "the chords of a MIDI file are heard, whatever its tracks are called" {
	pf-gen --chords 'Dm Gm A7 Bb' --style folk -b 24 | tee "$w/song.pf" | pf-smf -o "$w/song.mid"
	pf-smf "$w/song.mid" >"$w/tracks.pf"
	[ "$(grep -c '	chord	' "$w/tracks.pf")" -eq 0 ]
	pf-agent listen "$w/tracks.pf" >"$w/heard.pf"
	# The roots, half way through each chord of the score.
	awk -F'\t' '$3 != "chord" { next }
		FNR == NR { sub("root=", "", $7); at[n] = $1; root[n++] = $7; next }
		{ sub("root=", "", $7); want[$1] = $7 }
		END { for (b in want) { all++; now = ""
			for (i = 0; i < n && at[i] <= b + 2; i++) now = root[i]
			right += now == want[b] }
			print right, all; exit right < 0.8 * all }' "$w/heard.pf" "$w/song.pf"
	# And who takes a track's place plays them.
	pf-agent bass --replace "$w/tracks.pf" | awk -F'\t' '
		$2 == "bass" && $3 == "note" && $1 >= 8 { all++
			root = substr("279:", int($1 / 4) % 4 + 1, 1)
			root = root == ":" ? 10 : root
			right += $4 % 12 == root }
		END { print right, all; exit all < 20 || right < 0.4 * all }'
}
