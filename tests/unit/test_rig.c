/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/rig.h"

#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct pf_rig *rig;
static struct pf_err err;

/* Read a rig from text; the last one goes. */
static int
read_rig(const char *text)
{
	pf_rig_free(rig);
	rig = NULL;
	err.text[0] = '\0';
	return pf_rig_parse(&rig, text, strlen(text), "x.yaml", NULL, &err);
}

/* Is the text refused with just this sentence? */
static void
refused(const char *text, const char *why)
{
	const int r = read_rig(text);
	if (!ok(r < 0 && strcmp(err.text, why) == 0, "refuses: %s", why))
		printf("# said: %s\n", err.text);
}

/* Does the command of program i contain these words in a row? */
static int
has(size_t i, const char *a, const char *b)
{
	char **const v = rig->program[i].argv;
	for (size_t k = 0; v[k]; k++)
		if (strcmp(v[k], a) == 0 &&
		    (!b || (v[k + 1] && strcmp(v[k + 1], b) == 0)))
			return 1;
	return 0;
}

static void
test_programs(void)
{
	ok(read_rig("programs:\n"
	    "  bass: {run: pf-agent bass --live, after: [keys, engine]}\n"
	    "  keys: {run: 'pf-agent harmony --live -n rhodes', after: engine}\n"
	    "  engine: pf-engine\n"
	    "  web: [sh, -c, 'echo $HOME \"x\"']\n") == 0, "a rig is read");
	ok(rig->n == 4 && rig->order[0] == 2 && rig->order[1] == 1 &&
	    rig->order[2] == 0, "who is stood after comes first");
	ok(rig->program[0].ready == PF_RIG_SAYS && has(0, "--ready-fd", "3"),
	    "an agent is asked to say when it is ready");
	ok(has(0, "--name", "bass") && !strcmp(rig->program[0].lane, "bass"),
	    "an agent plays as what the rig calls it");
	ok(!has(1, "--name", "keys") &&
	    !strcmp(rig->program[1].lane, "rhodes"),
	    "unless its command says another name");
	ok(rig->program[2].vital && rig->program[2].engine &&
	    !strcmp(rig->program[2].lane, "engine"), "the engine is vital");
	ok(rig->program[3].ready == PF_RIG_RUNS && !rig->program[3].lane &&
	    rig->program[3].argc == 3 && has(3, "echo $HOME \"x\"", NULL),
	    "the words of a list stay as they are");
}

static void
test_words(void)
{
	setenv("PF_TEST_STYLE", "drum and bass", 1);
	unsetenv("PF_TEST_NONE");
	ok(read_rig("programs:\n  a: \"x 'a  b' c\\\\ d \\\"e\\\" "
	    "${PF_TEST_STYLE} ${PF_TEST_NONE:-} ${PF_TEST_NONE:-de fault} '${PF_TEST_NONE}'\""
	    "\n") == 0, "a line is cut into words");
	static const char *const words[] = {"x", "a  b", "c d", "e",
	    "drum and bass", "de fault", "${PF_TEST_NONE}"};
	const struct pf_rig_program *const p = &rig->program[0];
	ok(p->argc == PF_COUNT(words), "%zu words", p->argc);
	for (size_t i = 0; i < p->argc && i < PF_COUNT(words); i++)
		ok(strcmp(p->argv[i], words[i]) == 0, "word: %s", p->argv[i]);
	ok(read_rig("programs:\n  a:\n    run: x\n    environment: {B: "
	    "\"${PF_TEST_STYLE}!\"}\n") == 0 &&
	    !strcmp(rig->program[0].env[0], "B=drum and bass!"),
	    "a variable of its own may use ours");
	refused("programs:\n  a: x ${PF_TEST_NONE}\n",
	    "x.yaml:2: a: 'PF_TEST_NONE' is not set in the environment");
	refused("programs:\n  a: x 'y\n", "x.yaml:2: a: a ' is not closed");
	refused("programs:\n  a: x ${\n", "x.yaml:2: a: expected ${NAME} or "
	    "${NAME:-default} in '${'");
	refused("programs:\n  a: ''\n",
	    "x.yaml:2: a: expected a program and its arguments");
}

static void
test_errors(void)
{
	refused("", "x.yaml: lacks 'programs'");
	refused("program: {a: x}\n",
	    "x.yaml:1: unknown key 'program', did you mean 'programs'?");
	refused("programs:\n  a:\n    run: x\n    reday: says\n",
	    "x.yaml:4: unknown key 'reday', did you mean 'ready'?");
	refused("programs:\n  a:\n    run: x\n    ready: sais\n",
	    "x.yaml:4: ready: 'sais' is unknown, did you mean 'says'?");
	refused("programs:\n  drums: x\n  a:\n    run: x\n    after: drumms\n",
	    "x.yaml:5: after: no program is called 'drumms', did you mean "
	    "'drums'?");
	refused("programs:\n  a: {run: x, after: b}\n  b: {run: x, after: c}\n"
	    "  c: {run: x, after: [b]}\n",
	    "x.yaml:3: 'b' stands after itself: b -> c -> b");
	refused("programs:\n  a: {run: x, after: a}\n",
	    "x.yaml:2: 'a' stands after itself: a -> a");
	refused("programs:\n  a/b: x\n", "x.yaml:2: 'a/b' is no name for a "
	    "program: letters, digits and . _ + -");
	refused("programs:\n  a: {after: b}\n",
	    "x.yaml:2: a: lacks 'run: PROGRAM ARGUMENTS'");
	refused("programs:\n  a: {run: x, realtime: 99}\n",
	    "x.yaml:2: realtime: '99' is out of 1..95");
	refused("programs:\n  a: {run: x, cores: [0, -1]}\n",
	    "x.yaml:2: '-1' is out of 0..1023");
	refused("programs:\n  a: {run: x, stall_s: 3}\n", "x.yaml:2: stall_s: "
	    "'a' owns no lane by which one could see that it stalls");
	refused("programs:\n  a: pf-agent drums --live\n"
	    "  b: pf-agent drums --live -n a\n",
	    "x.yaml:3: 'b' would play as 'a', as 'a' does");
	refused("session: a/b\nprograms: {a: x}\n",
	    "x.yaml:1: session: 'a/b' is no name for a session");
}

#define RIG "programs: {engine: pf-engine, d: pf-agent drums --live}\n"

static void
test_runtime(void)
{
	ok(read_rig("audio: {engine: 'alsa:hw:1', sample_rate: 44100, "
	    "block_size: 64, hardware_buffer: 256, cpu_cores: [0, 1]}\n"
	    "memory: {buffer_size: 1MiB, event_size: 32, ring_buffers: 8}\n"
	    "performance: {gui_fps: 30, agent_think_rate: 25}\n" RIG) == 0,
	    "all runtime keys are understood");
	ok(has(0, "--device", "alsa:hw:1") && has(0, "--rate", "44100") &&
	    has(0, "--period", "256") && has(0, "--threads", "2"),
	    "the engine gets its own as options");
	ok(has(0, "--cpus", "0,1") && !CPU_COUNT(&rig->program[0].cores),
	    "and its cores, for its audio threads alone");
	ok(has(1, "--think-rate", "25") && !has(1, "--rate", NULL),
	    "an agent gets its own");
	ok(read_rig("programs:\n  engine: {run: pf-engine, realtime: 60}\n"
	    "  a: {run: x, realtime: 5}\n") == 0 &&
	    has(0, "--priority", "60") && rig->program[0].realtime == 0 &&
	    rig->program[1].realtime == 5,
	    "so does its priority: other programs get theirs as a whole");
	ok(read_rig("performance: {target_latency_ms: 8}\n" RIG) == 0 &&
	    has(0, "--period", "128"), "8 ms mean a buffer of 128 frames");
	ok(read_rig("audio: {sample_rate: 96000}\n"
	    "performance: {target_latency_ms: 8}\n" RIG) == 0 &&
	    has(0, "--period", "256"), "at 96 kHz of 256");
	refused("audio: {hardware_buffer: 256}\n"
	    "performance: {target_latency_ms: 8}\n" RIG,
	    "x.yaml:2: target_latency_ms: 8 ms can not be kept with a "
	    "hardware_buffer of 256: sound in to sound out takes 13.2 ms; 128 "
	    "frames would do");
	refused("performance: {target_latency_ms: 2}\n" RIG,
	    "x.yaml:1: target_latency_ms: 2 ms can not be kept at 48000 Hz: "
	    "even a hardware buffer of 32 frames takes 3.8 ms from sound in "
	    "to sound out");
	refused("audio: {block_size: 128}\n" RIG, "x.yaml:1: block_size: 128 "
	    "is not possible: the engine computes in blocks of 64 frames, and "
	    "starts each note on its own frame within");
	refused("memory:\n  event_size: 64\n" RIG, "x.yaml:2: event_size: 64 "
	    "is not possible: an event has 32 bytes, half a cache line, which "
	    "every program relies on");
	refused("memory: {buffer_size: 2MiB}\n" RIG, "x.yaml:1: buffer_size: "
	    "'2MiB' is not possible: the ring of a lane is 1 MiB, 32736 "
	    "events, which every program relies on");
	refused("memory: {buffer_size: big}\n" RIG, "x.yaml:1: buffer_size: "
	    "expected a size, as 1048576 or 1MiB");
	refused("memory: {ring_buffers: 2}\n" RIG, "x.yaml:1: ring_buffers: 2 "
	    "are too few: the programs of this rig own 3 lanes");
	refused("audio: {engine: scsynth}\n" RIG, "x.yaml:1: engine: "
	    "'scsynth' is unknown: alsa[:DEVICE], jack[:CLIENT], "
	    "file:IN.wav[,OUT.wav] or null");
	refused("audio: {engine: jakc}\n" RIG, "x.yaml:1: engine: 'jakc' is "
	    "unknown, did you mean 'jack'?");
	refused("performance: {agent_think_rate: 60}\n" RIG,
	    "x.yaml:1: agent_think_rate: '60' is out of 10..30");
}

static void
test_choice(void)
{
	const struct pf_rig_wish wish = {.device = "null"};
	const char text[] = "audio: {engine: [alsa, jack]}\n" RIG;
	ok(read_rig(text) == 0 && has(0, "--device", "alsa"),
	    "of several devices the first is tried first");
	ok(!strcmp(pf_rig_choose(rig, 0, 1), "jack") &&
	    has(0, "--device", "jack"), "then the second");
	ok(!strcmp(pf_rig_choose(rig, 0, 2), "alsa"), "then the first again");
	ok(!pf_rig_choose(rig, 1, 0), "an agent has no device");
	pf_rig_free(rig);
	rig = NULL;
	ok(pf_rig_parse(&rig, text, sizeof text - 1, "x.yaml", &wish,
	    &err) == 0 && has(0, "--device", "null") &&
	    rig->program[0].n_choices == 1, "the user has the last say");
}

int
main(void)
{
	test_programs();
	test_words();
	test_errors();
	test_runtime();
	test_choice();
	pf_rig_free(rig);
	return tap_done();
}
