#!/usr/bin/env bats

setup() {
	bats_require_minimum_version 1.5.0
	cd "$BATS_TEST_TMPDIR"
	export PF_SESSION=pf-engine-test.$$.$BATS_TEST_NUMBER
	session=/dev/shm/performia-$(id -u)/$PF_SESSION
	engine=
}

teardown() {
	if [ -n "$engine" ]; then
		kill -TERM "$engine" 2>/dev/null || true
		kill -TERM "$engine" 2>/dev/null || true
		wait "$engine" || true
	fi
	rm -rf "$session"
}

# start OPTION... : an engine, ready when this returns.
start() {
	rm -f ready
	mkfifo ready
	pf-engine -d null --priority 0 --ready-fd 3 "$@" 3>ready 2>>log &
	engine=$!
	read -r <ready
}

# stop : ask it to end; its status.
stop() {
	kill -TERM "$engine"
	local status=0
	wait "$engine" || status=$?
	engine=
	return "$status"
}

# await COMMAND... : until it succeeds, ten seconds at most.
await() {
	for _ in $(seq 500); do
		if "$@" 2>/dev/null; then return; fi
		sleep 0.02
	done
	echo "waited in vain: $*"
	cat log
	return 1
}

song() {
	printf '#performia 1\n'
	printf '%s\t%s\tnote\t%s\t0.8\t%s\n' 0 bass 40 0.3 0 drums 36 0.1 \
	    0.1 keys 60 0.5 0.1 keys 64 0.5 0.25 drums 42 0.1 0.3 bass 43 0.2 \
	    0.45 drums 38 0.1 0.5 keys 67 0.2 | sort -s -n -k1,1
}

@test "an engine makes a session, says that it is ready, and ends when asked" {
	start
	[ -S "$session/ctl" ]
	[ -f "$session/clock" ]
	[ -f "$session/lane.engine" ]
	stop
}

@test "a session has one engine: another is told its pid, status 3" {
	start
	run -3 --separate-stderr pf-engine -d null
	[ -z "$output" ]
	[[ "$stderr" == *"(pid $engine)"* ]]
	stop
}

@test "an engine that is killed leaves a session that the next goes on with" {
	start --tempo 93
	kill -9 "$engine"
	wait "$engine" || true
	start
	[ "$(pf-ctl get /transport/tempo)" = 93 ]
	stop
}

@test "faders stay where they were when the engine dies" {
	start --input guitar=1
	pf-ctl strip guitar gain -7
	kill -9 "$engine"
	wait "$engine" || true
	start --input guitar=1
	await sh -c '[ "$(pf-ctl get /strip/guitar/gain)" = -7 ]'
	stop
}

@test "what is recorded is what a tape of it renders to, sample for sample" {
	start -p 48 -j 2 --record jam
	song | pf-send
	pf-ctl strip bass gain -6
	song | pf-send
	sleep 0.5
	stop
	grep -q "bass	note" jam/tape.txt
	grep -q "bass.gain\|param=gain" jam/tape.txt
	pf-render -q -b 32f -l 60 --stems stems -o again.wav jam/tape.txt
	[ -s jam/take.wav ]
	for s in master drums bass keys reverb; do
		live=jam/stems/$s.wav off=stems/$s.wav
		[ $s = master ] && live=jam/master.wav off=again.wav
		n=$(soxi -s "$live")
		sox "$live" -t f32 live.raw
		sox "$off" -t f32 off.raw trim 0 "${n}s"
		cmp live.raw off.raw || { echo "$s differs"; false; }
	done
	[ "$(sox jam/master.wav -n stat 2>&1 | awk '/Maximum amp/ { print ($3 > 0.01) }')" = 1 ]
}

@test "so is what the next engine records, with faders as they were" {
	start
	song | pf-send
	pf-ctl strip bass gain -9
	kill -9 "$engine"
	wait "$engine" || true
	start --record next
	song | pf-send
	sleep 0.5
	stop
	pf-render -q -b 32f -l 60 -o again.wav next/tape.txt
	grep -q "param=bass.gain	value=-9" next/tape.txt
	sox next/master.wav -t f32 live.raw
	sox again.wav -t f32 off.raw trim 0 "$(soxi -s next/master.wav)s"
	cmp live.raw off.raw
}

@test "the sound does not depend on the number of threads" {
	start -j 1 --record one
	song | pf-send
	stop
	for j in 1 3; do
		pf-render -q -j "$j" -b 32f -o "$j.wav" one/tape.txt
	done
	cmp 1.wav 3.wav
}

@test "how long words lay in their lanes is told, for each" {
	start
	# The first words of a lane wait for its strip; these come after.
	{ song; sleep 0.5; song | sed 1d | awk -F'\t' -vOFS='\t' '{ $1 += 1 } 1'; } | pf-send
	told() { pf-ctl stats | grep -qP "^ +$1 +[1-9]"; }
	await told lane-lag
	await told lane-lag.bass
	await told lane-lag.keys
	stop
}

@test "an instrument chosen by hand stands until a reset, whatever its musician asks for" {
	plays() { [ "$(pf-ctl get /strip/bass/instrument)" = "$1" ]; }
	ask() { printf -- '-\tbass\tpatch\t-\t-\t-\tname=%s\n-\tbass\tnote\t40\t0.5\t0.01\n' "$1" | pf-send; }
	heard_all() {
		local said
		said=$(pf-tap --dump bass | grep -oP 'said \K[0-9]+')
		pf-tap --dump engine | grep -q "reads 'bass' to $said:"
	}
	start --instrument bass=fm-bass
	ask warm-bass
	await plays fm-bass
	pf-ctl strip bass instrument sub-bass
	plays sub-bass
	ask reese
	await heard_all
	plays sub-bass
	kill -9 "$engine"
	wait "$engine" || true
	start --instrument bass=fm-bass
	ask reese
	await plays sub-bass
	await heard_all
	plays sub-bass
	pf-ctl reset
	ask reese
	await plays fm-bass
}

@test "more than any machine can play: voices go, the sound stays whole, and so does the tape" {
	export XDG_DATA_HOME=$PWD/data
	mkdir -p data/performia/instruments
	cat >data/performia/instruments/wall.yaml <<-'END'
		model: subtractive
		voices: 128
		params: {shape: saw, unison: 7, detune: 28, spread: 0.9, shape2: saw, level2: 0.3, sustain: 1}
		gain: -20
	END
	for i in $(seq 64); do set -- "$@" -i "wall$i=wall"; done
	start -r 192000 -p 32 --record jam "$@"
	awk 'BEGIN { OFS = "\t"; for (i = 1; i <= 64; i++) for (p = 0; p < 128; p++)
		print 0, "wall" i, "note", 20 + p * 0.7, 0.5, 2 }' | pf-send
	overloaded() { pf-ctl stats --json | grep -q '"overload": [1-9]'; }
	await overloaded
	told() { pf-tap --from start --type decision --for 0.1 | grep -qP '\twall[0-9]+\t.*subject=overload\treason=[0-9]+ voices?$'; }
	await told
	stop
	grep -q 'more to play than there is time for: [0-9]* voices let go' log
	grep -qP '\twall[0-9]+\tset\t.*param=shed' jam/tape.txt
	pf-render -q -r 192000 -b 32f -l 60 -o again.wav jam/tape.txt
	sox jam/master.wav -t f32 live.raw
	sox again.wav -t f32 off.raw trim 0 "$(soxi -s jam/master.wav)s"
	cmp live.raw off.raw
	# Heard, finite, and below the ceiling of -1 dB.
	sox jam/master.wav -n stat 2>&1 | awk '/Maximum amp/ { max = $3 } /Minimum amp/ { min = $3 }
		END { exit !(max > 0.1 && max < 0.8914 && min > -0.8914) }'
}

@test "a recording on a full disk says so and keeps what it has" {
	(
		ulimit -f 1200 # of 1024 bytes
		pf-engine -d null --free --length 8 --record full 2>log
	) && false
	grep -q "recording: cannot write 'full/master.wav': File too large" log
	[ "$(soxi -s full/master.wav)" -gt 48000 ]
	[ -s full/tape.txt ]
}

@test "a master alone is recorded into a file" {
	pf-engine -d null --free --length 1 --record master.flac
	[ "$(soxi -s master.flac)" = 47952 ] # less what the master looks ahead
	[ "$(ls)" = master.flac ]
}

@test "takes are never written over, nor is what a killed engine had recorded lost" {
	start --record jam
	song | pf-send
	grown() { [ "$(stat -c %s jam/master.wav."$engine".part)" -gt 700000 ] && grep -q note jam/tape.txt."$engine".part; }
	await grown
	kill -9 "$engine"
	wait "$engine" || true
	start --record jam
	song | pf-send
	sleep 0.3
	stop
	grep -q "had recorded 'jam': [0-9]* files kept" log
	grep -q "the next goes to 'jam-2'" log
	[ "$(find . -name '*.part' | wc -l)" -eq 0 ]
	[ "$(soxi -s jam/master.wav)" -gt 30000 ]
	[ "$(sox jam/master.wav -n stat 2>&1 | awk '/Maximum amp/ { print ($3 > 0.01) }')" = 1 ]
	# The tape ends with a whole line, and renders to the master.
	pf-render -q -b 32f -l 60 -o again.wav jam/tape.txt
	n=$(soxi -s jam/master.wav)
	sox jam/master.wav -t f32 live.raw trim 0 $((n / 3))s
	sox again.wav -t f32 off.raw trim 0 $((n / 3))s
	cmp live.raw off.raw
	grep -q note jam-2/tape.txt
	[ -s jam-2/master.wav ]
	pf-engine -d null --free --length 0.2 --record one.wav
	cp one.wav kept.wav
	pf-engine -d null --free --length 0.3 --record one.wav 2>/dev/null
	cmp one.wav kept.wav
	[ "$(soxi -s one-2.wav)" -gt "$(soxi -s one.wav)" ]
}

@test "a length ends it, free running is fast" {
	timeout 20 pf-engine -d null --free --length 120
}

@test "devices are listed" {
	run -0 --separate-stderr pf-engine -d list
	[[ "$output" == *"null"$'\t'* ]]
}

@test "a device that is not there is an error that names it" {
	run -1 --separate-stderr pf-engine -d nul
	[[ "$stderr" == *"'nul'"* ]]
	run -1 --separate-stderr pf-engine -d file:nothing.wav
	[[ "$stderr" == *nothing.wav* ]]
}

@test "an input that the device has not is an error" {
	run -1 --separate-stderr pf-engine -d null --input guitar=0
	[[ "$stderr" == *"'guitar=0'"* ]]
	printf '' | sox -t raw -r 48000 -e float -b 32 -c 1 - in.wav
	run -1 --separate-stderr pf-engine -d file:in.wav --input guitar=2
	[[ "$stderr" == *"1 input channel"* ]]
}

@test "an input strip is heard, and its take is kept" {
	sox -n -r 48000 -c 1 -b 16 in.wav synth 1 sine 440 gain -12
	pf-engine -d file:in.wav,out.wav --free --input guitar --record jam
	[ "$(sox out.wav -n stat 2>&1 | awk '/Maximum amp/ { print ($3 > 0.1) }')" = 1 ]
	[ -s jam/guitar.wav ]
	[ -s jam/stems/guitar.wav ]
}

@test "a file that is over is the end, or silence, as one likes; OUT has its bits" {
	sox -n -r 48000 -c 1 -b 16 in.wav synth 0.5 sine 440 gain -12
	pf-engine -d file:in.wav,out.wav --free --input guitar --bits 16
	[ "$(soxi -b out.wav)" = 16 ]
	[ "$(soxi -s out.wav)" -lt 48000 ]
	pf-engine -d file:in.wav,on.wav --free --input guitar --go-on --length 2
	[ "$(soxi -s on.wav)" -gt 90000 ]
	run -2 pf-engine -d null --bits 12
}

@test "wrong options are refused with status 2" {
	run -2 pf-engine -d null --tempo 5000
	run -2 pf-engine -d null --master loud
	run -2 pf-engine -d null --cpus 1,x
	run -2 pf-engine -d null --period 7
	run -2 pf-engine -d null more
}

@test "a directory of others is refused" {
	mkdir -p "$session"
	chmod 755 "$session"
	run -1 --separate-stderr pf-engine -d null
	[[ "$stderr" == *"open to other users"* ]]
}

@test "a session of another version is taken over when nobody holds it" {
	mkdir -p -m 700 "$session"
	head -c 1114112 /dev/zero >"$session/lane.engine"
	head -c 4096 /dev/zero >"$session/clock"
	chmod 600 "$session"/*
	start
	stop
}

@test "an engine that nobody can find any more ends, and the next goes on" {
	for file in clock lane.engine; do
		start --tempo 93
		rm "$session/$file"
		status=0
		wait "$engine" || status=$?
		engine=
		[ "$status" = 1 ]
		grep -q "'$file' of session '$PF_SESSION' was removed or cut" log
	done
	start
	truncate -s 100 "$session/lane.engine" "$session/lane.tape" "$session/bell"
	status=0
	wait "$engine" || status=$?
	engine=
	[ "$status" = 1 ]
	start
	pf-ctl status
	stop
}

@test "what is no lane is named once, whatever it is called" {
	start
	: >"$session/lane.$(printf 'x%.0s' $(seq 230))"
	mkfifo "$session/lane.pipe"
	ln -s /etc/passwd "$session/lane.link"
	mkdir "$session/lane.folder"
	await grep -q "'link' is no plain file" log
	await grep -q "'pipe' is no plain file" log
	await grep -q "'folder' is no plain file" log
	sleep 1.2
	[ "$(grep -c 'xxx' log)" = 1 ]
	stop
}

@test "a session that is removed ends its engine" {
	start
	rm -rf "$session"
	for _ in $(seq 200); do
		kill -0 "$engine" 2>/dev/null || break
		sleep 0.05
	done
	wait "$engine"
	engine=
	grep -q "was removed" log
}
