#!/usr/bin/env bats

@test "pf alone lists the programs with a line each" {
	run -0 pf
	[[ $output == *"pf render"*"audio"* ]]
	[[ $output == *"pf gen"* ]]
}

@test "pf hands its arguments to the program" {
	run -0 pf merge --version
	[[ $output == "pf-merge (Performia)"* ]]
}

@test "pf passes on the program's status" {
	run -2 pf merge --no-such-option
}

@test "an unknown program names the nearest" {
	run -2 pf rendr
	[[ $output == *"did you mean 'pf-render'?"* ]]
}

@test "a program's name is not a path" {
	run -2 pf ../../bin/true
}

@test "an unknown option is wrong usage" {
	run -2 pf --hlep
	[[ $output == *"did you mean '--help'?"* ]]
}

@test "a full disk is an error" {
	[ -w /dev/full ] || skip "no /dev/full"
	run -1 bash -c 'pf > /dev/full'
	[[ $output == *"No space left"* ]]
}

setup() {
	bats_require_minimum_version 1.5.0
}

@test "what a message quotes neither breaks its line nor commands the terminal" {
	run -2 pf-gen --tempo $'1\n\e[2J'
	[ "${lines[0]}" = "pf-gen: --tempo: '1??[2J' is not a number" ]
	run -1 pf-merge $'no\nsuch\e[31m'
	[ "${#lines[@]}" -eq 1 ]
	[[ $output != *$'\e'* ]]
	printf '0\ta\tnote\t\e[2J\t0.5\t1\n' >"$BATS_TEST_TMPDIR/bad.pf"
	run -1 pf-merge "$BATS_TEST_TMPDIR/bad.pf"
	[[ $output != *$'\e'* ]]
	[[ $output == *bad.pf:1:* ]]
}

@test "help that finds the disk full says so" {
	run -1 sh -c 'pf-gen --help >/dev/full'
	[[ $output == "pf-gen: cannot write to standard output: No space left"* ]]
}
