# What runs on audio threads calls nothing that could make it wait.

@test "code for audio threads uses only what is allowed there" {
	[ -z "${SANITIZE:-}" ] || skip "sanitizers add calls of their own"
	run "$BATS_TEST_DIRNAME/../rt/symbols" "$BUILD"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "a call that is not allowed is found and named" {
	dir=$BATS_TEST_TMPDIR/lib/x
	mkdir -p "$dir"
	cd "$BATS_TEST_TMPDIR"
	echo 'void *malloc(unsigned long); void *f(void); void *f(void) { return malloc(9); }' >lib/x/bad_rt.c
	cc -c -o "$dir/bad_rt.o" lib/x/bad_rt.c
	run "$BATS_TEST_DIRNAME/../rt/symbols" "$BATS_TEST_TMPDIR"
	[ "$status" -eq 1 ]
	[[ $output == *bad_rt.o:*malloc* ]]
}
