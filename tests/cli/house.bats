#!/usr/bin/env bats
# The house: includes point down, libraries stay at their edges, every
# program's --help, manual page and completions tell the same.

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	bin=${BUILD:-build}
}

# The level of a room in design order; higher may include lower.
level() {
	case $1 in
	base | event) echo 0 ;;
	session | stream | device | osc | audiofile | config) echo 1 ;;
	engine | music) echo 2 ;;
	*) echo 3 ;;
	esac
}

programs() {
	for d in cmd/pf*/; do basename "$d"; done
}

# The long options of a program, by its --help.
long_options() {
	"$bin/$1" --help | sed -nE 's/^ .{5}--([a-z0-9-]+).*/\1/p' | sort -u
}

@test "includes point down" {
	bad=
	for f in lib/*/*.[ch]; do
		room=${f#lib/} room=${room%%/*}
		for inc in $(grep -hoE '^#include "[a-z_]+/' "$f" | grep -oE '[a-z_]+/' | tr -d /); do
			if [ ! -d "lib/$inc" ]; then
				bad="$bad $f:no-room-$inc"
			elif [ "$(level "$inc")" -gt "$(level "$room")" ]; then
				bad="$bad $f:$inc"
			elif [ "$room" = base ] && [ "$inc" = event ]; then
				bad="$bad $f:$inc"
			fi
		done
	done
	echo "$bad"
	[ -z "$bad" ]
}

@test "rooms that decide know no carrier and no device" {
	run grep -lE '#include "(session|stream|device|osc|audiofile)/' lib/music/*.[ch] lib/agent/*.[ch]
	echo "$output"
	[ "$status" -eq 1 ]
	run grep -lE '#include "(device|session|stream)/' lib/engine/*.[ch]
	echo "$output"
	[ "$status" -eq 1 ]
}

@test "a program includes no other program's files, and no room a program's" {
	run grep -nE '#include "(\.\./|pf)' -r lib cmd --include=*.[ch]
	echo "$output"
	[ "$status" -eq 1 ]
}

@test "outside libraries stay at their edges" {
	edge() { # edge HEADER-REGEX ALLOWED-PATH-REGEX
		found=$(grep -lE "#include <($1)" -r lib cmd --include=*.[ch] | grep -vE "$2" || true)
		echo "$found"
		[ -z "$found" ]
	}
	edge 'aubio/' '^lib/analysis/'
	edge 'sndfile' '^lib/audiofile/'
	edge 'alsa/|jack/' '^lib/device/'
	edge 'lo/' '^lib/osc/'
	edge 'yaml|cyaml' '^lib/config/'
	edge 'fluidsynth' '^lib/engine/'
}

@test "headers stand alone, say their licence and are guarded" {
	for h in lib/*/*.h; do
		head -1 "$h" | grep -q SPDX-License-Identifier || { echo "$h"; false; }
		case $h in *_kernel.h | *_kernels.h | *.inc.h) continue ;; esac
		grep -q '^#ifndef PF_' "$h" || { echo "$h has no guard"; false; }
		echo "#include \"${h#lib/}\"" | ${CC:-cc} -std=c11 -D_GNU_SOURCE -Ilib -DPF_W=4 -fsyntax-only -x c - || { echo "$h"; false; }
	done
}

@test "real-time files name no allocator, lock, file or sleep" {
	run grep -nE '\b(malloc|calloc|realloc|free|pthread_mutex_[a-z]+|fopen|printf|fprintf|open|read|write|usleep|nanosleep|sleep)\(' lib/*/*_rt.c
	echo "$output"
	[ "$status" -ne 0 ]
}

@test "sources use no function that cannot be used safely" {
	run grep -nE '\b(atoi|atof|strcpy|strcat|sprintf|gets|strtok|rand|srand)\(' -r lib cmd --include=*.[ch]
	echo "$output"
	[ "$status" -eq 1 ]
}

@test "every program answers --help and --version on stdout with status 0" {
	for p in $(programs); do
		"$bin/$p" --help 2>/dev/null | grep -q "^usage: $p" || { echo "$p --help"; false; }
		"$bin/$p" --version 2>/dev/null | grep -q "^$p (Performia)" || { echo "$p --version"; false; }
		! "$bin/$p" --no-such-option >/dev/null 2>"$BATS_TEST_TMPDIR/err" || { echo "$p takes anything"; false; }
		grep -q "^usage: $p" "$BATS_TEST_TMPDIR/err" || { echo "$p says no usage"; false; }
	done
}

@test "every option of --help stands in the manual page and the completions" {
	for p in $(programs); do
		for o in $(long_options "$p"); do
			grep -qE "Fl -$o( |$)" "man/$p.1" || { echo "man/$p.1: --$o"; false; }
			[ "$o" = help ] || [ "$o" = version ] && continue
			grep -qe "--$o\b" "completions/bash/$p" || { echo "completions/bash/$p: --$o"; false; }
			grep -qe "--$o\b" "completions/zsh/_$p" || { echo "completions/zsh/_$p: --$o"; false; }
			grep -qE -- "-l $o\b" "completions/fish/$p.fish" || { echo "completions/fish/$p.fish: --$o"; false; }
		done
	done
}

@test "manual pages name no option that --help does not know" {
	for p in $(programs); do
		for o in $(grep -oE '^\.It .*Fl -[a-z][a-z0-9-]+' "man/$p.1" | grep -oE '\-[a-z][a-z0-9-]+' | sed 's/^-//' | sort -u); do
			long_options "$p" | grep -qx -e "$o" || { echo "man/$p.1: --$o is not in --help"; false; }
		done
	done
}

@test "manual pages are clean mdoc" {
	run mandoc -Tlint -Wwarning man/*.[1-9]
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "pf, README and performia(7) name every program with its own line" {
	for p in $(programs); do
		[ "$p" = pf ] && continue
		line=$("$bin/$p" --help | sed -n "s/^$p: //p")
		grep -qxF "$p	$line" share/programs.txt || { echo "share/programs.txt lacks: $p	$line"; false; }
		grep -q "$p" README.md || { echo "README.md lacks $p"; false; }
		grep -q "Xr $p 1" man/performia.7 || { echo "performia.7 lacks $p"; false; }
	done
}

@test "installing and uninstalling leaves nothing behind" {
	unset MAKEFLAGS MFLAGS # the outer make's jobs are not ours
	make -s install DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr BUILD="$bin"
	[ -x "$BATS_TEST_TMPDIR/root/usr/bin/pf" ]
	[ -f "$BATS_TEST_TMPDIR/root/usr/share/man/man1/pf.1" ]
	unset PF_SHARE
	"$BATS_TEST_TMPDIR/root/usr/bin/pf" | grep -q 'pf render'
	make -s uninstall DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
	[ -z "$(find "$BATS_TEST_TMPDIR/root" -type f)" ]
}
