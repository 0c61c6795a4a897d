/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/supervise.h"

#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* Three who stand after one another: engine <- drums, engine <- bass. */
static const char text[] =
    "programs:\n"
    "  drums: {run: pf-agent drums --live, after: engine, limit: 3}\n"
    "  bass: {run: pf-agent bass --live, after: engine}\n"
    "  engine: pf-engine\n";
enum { DRUMS, BASS, ENGINE };

static const int64_t ms = 1000000;

static struct pf_rig *rig;
static struct pf_super super;
static int64_t t;           /* now */
static int starts[3], last_signal[3], start_error;
static char said[256];

static int
start(void *ctx, size_t i)
{
	(void)ctx;
	starts[i]++;
	return start_error;
}

static void
send_signal(void *ctx, size_t i, int sig)
{
	(void)ctx;
	last_signal[i] = sig;
}

static void
say(void *ctx, size_t i, int level, const char *line)
{
	(void)ctx;
	(void)i;
	(void)level;
	snprintf(said, sizeof said, "%s", line);
}

static const struct pf_super_hands hands = {start, send_signal, say};

static void
begin(void)
{
	t = 1000 * ms;
	start_error = 0;
	memset(starts, 0, sizeof starts);
	memset(last_signal, 0, sizeof last_signal);
	pf_super_init(&super, rig, &hands, NULL);
	pf_super_step(&super, t);
}

/* Time passes; returns in how many ms something is due, -1 never. */
static long
wait_ms(long n)
{
	t += n * ms;
	const int64_t next = pf_super_step(&super, t);
	return next == INT64_MAX ? -1 : (long)((next - t) / ms);
}

static void
ready(size_t i)
{
	pf_super_ready(&super, i, t);
	pf_super_step(&super, t);
}

static void
dies(size_t i, int signal, int status)
{
	const struct pf_super_end end = {.known = true, .signal = signal,
	    .status = status};
	pf_super_died(&super, i, &end, t);
	pf_super_step(&super, t);
}

static void
all_ready(void)
{
	begin();
	ready(ENGINE);
	ready(DRUMS);
	ready(BASS);
}

static void
test_start(void)
{
	begin();
	ok(starts[ENGINE] == 1 && starts[DRUMS] == 0,
	    "nobody starts before whom it stands after is ready");
	wait_ms(50);
	ready(ENGINE);
	ok(starts[DRUMS] == 1 && starts[BASS] == 1 &&
	    !pf_super_settled(&super), "then all at once");
	ready(DRUMS);
	ready(BASS);
	ok(pf_super_settled(&super), "all are ready when the last one is");
	begin();
	wait_ms(10000);
	ok(last_signal[ENGINE] == SIGKILL, "who does not get ready in time "
	    "is killed");
	dies(ENGINE, SIGKILL, 0);
	ok(starts[ENGINE] == 2, "and started again");
}

static void
test_restart(void)
{
	all_ready();
	for (int i = 0; i < 1000; i++) {
		dies(DRUMS, SIGKILL, 0);
		ready(DRUMS);
	}
	ok(starts[DRUMS] == 1001 && starts[BASS] == 1,
	    "who is killed a thousand times is back at once each time");
	dies(DRUMS, SIGSEGV, 0);
	ok(starts[DRUMS] == 1002, "the first crash of a row is mended at once");
	ready(DRUMS);
	dies(DRUMS, SIGSEGV, 0);
	ok(starts[DRUMS] == 1002 && wait_ms(0) == 100,
	    "the second after 100 ms");
	wait_ms(100);
	ready(DRUMS);
	dies(DRUMS, SIGSEGV, 0);
	ok(wait_ms(0) == 200, "the third after 200 ms");
	wait_ms(200);
	for (int i = 0; i < 20; i++) {
		ready(DRUMS);
		dies(DRUMS, SIGSEGV, 0);
		wait_ms(i < 19 ? 5000 : 0);
	}
	ok(wait_ms(0) == 5000 && starts[DRUMS] > 1020, "later after 5 s, "
	    "forever: it always got ready");
	wait_ms(5000);
	ready(DRUMS);
	wait_ms(1000);
	dies(DRUMS, SIGSEGV, 0);
	ok(super.life[DRUMS].state == PF_SUPER_STARTING,
	    "who stood for a second is forgiven");
	dies(BASS, 0, 0);
	ok(super.life[BASS].state == PF_SUPER_ENDED,
	    "who ends well is done");
}

static void
test_give_up(void)
{
	int status;
	begin();
	ready(ENGINE);
	dies(DRUMS, 0, 1);
	dies(DRUMS, 0, 1);
	wait_ms(100);
	dies(DRUMS, 0, 1);
	ok(super.life[DRUMS].state == PF_SUPER_GIVEN_UP,
	    "who fails to get ready three times is given up (%s)", said);
	ready(BASS);
	ok(!super.stops && !pf_super_over(&super, &status),
	    "the others play on");
	dies(BASS, 0, 2);
	ok(super.life[BASS].state == PF_SUPER_STARTING && starts[BASS] == 2,
	    "status 2 of one who was ready is a failure like others");
	begin();
	dies(ENGINE, 0, 2);
	ok(super.life[ENGINE].state == PF_SUPER_GIVEN_UP && super.stops,
	    "with wrong usage the engine is given up at once, and the rig "
	    "ends");
	ok(pf_super_over(&super, &status) && status == 1, "with status 1");
	begin();
	start_error = -ENOENT;
	dies(ENGINE, 0, 1);
	for (int i = 0; i < 12; i++)
		wait_ms(5000);
	ok(super.life[ENGINE].state == PF_SUPER_GIVEN_UP &&
	    starts[ENGINE] == 10, "what can not be started is tried ten "
	    "times");
}

static void
test_stop(void)
{
	int status;
	all_ready();
	pf_super_stop(&super, t);
	ok(wait_ms(0) == 6000 && last_signal[DRUMS] == SIGTERM &&
	    last_signal[BASS] == SIGTERM && last_signal[ENGINE] == 0,
	    "told to stop, the players go first");
	wait_ms(3000);
	dies(DRUMS, 0, 0);
	ok(last_signal[ENGINE] == 0, "the engine stays for the last of them");
	dies(BASS, SIGTERM, 0);
	ok(last_signal[ENGINE] == SIGTERM, "then goes itself");
	dies(ENGINE, 0, 0);
	ok(pf_super_over(&super, &status) && status == 0, "and all is over");
	all_ready();
	pf_super_stop(&super, t);
	wait_ms(0);
	dies(BASS, 0, 0);
	wait_ms(6000);
	ok(last_signal[DRUMS] == SIGKILL && starts[DRUMS] == 1,
	    "who does not end in time is killed");
	dies(DRUMS, SIGKILL, 0);
	ok(starts[DRUMS] == 1, "and does not come back");
	all_ready();
	pf_super_stop(&super, t);
	pf_super_stop(&super, t);
	ok(wait_ms(0) == 500 && last_signal[ENGINE] == SIGTERM,
	    "told twice, all end at once");
	pf_super_stop(&super, t);
	ok(last_signal[ENGINE] == SIGKILL && last_signal[DRUMS] == SIGKILL,
	    "told three times, all are killed");
	begin();
	pf_super_stop(&super, t);
	wait_ms(0);
	dies(ENGINE, 0, 0);
	ok(pf_super_over(&super, &status) && starts[DRUMS] == 0,
	    "who waited is not started any more");
}

static void
test_adoption(void)
{
	t = 0;
	memset(starts, 0, sizeof starts);
	pf_super_init(&super, rig, &hands, NULL);
	pf_super_adopt(&super, ENGINE, t);
	pf_super_adopt(&super, BASS, t);
	wait_ms(0);
	ok(starts[ENGINE] == 0 && starts[BASS] == 0 && starts[DRUMS] == 1,
	    "only who does not run is started");
	const struct pf_super_end unknown = {.fine = false};
	const struct pf_super_end left = {.fine = true};
	pf_super_died(&super, BASS, &unknown, t);
	wait_ms(0);
	ok(starts[BASS] == 1, "an adopted one comes back too");
	pf_super_died(&super, ENGINE, &left, t);
	ok(super.stops == 1, "with an engine that left in good order the rig "
	    "ends");
}

static void
test_stall(void)
{
	all_ready();
	pf_super_stalled(&super, DRUMS, t);
	ok(last_signal[DRUMS] == SIGKILL, "who does not advance is killed");
	wait_ms(5000);
	dies(DRUMS, SIGKILL, 0);
	ok(starts[DRUMS] == 2, "and comes back");
}

static void
test_choice(void)
{
	static const char more[] =
	    "audio: {engine: [alsa, jack, 'null']}\n"
	    "programs: {engine: pf-engine}\n";
	struct pf_err err;
	struct pf_rig *other, *const before = rig;
	if (pf_rig_parse(&other, more, sizeof more - 1, "x", NULL, &err) != 0) {
		ok(0, "%s", err.text);
		return;
	}
	rig = other;
	memset(starts, 0, sizeof starts);
	t = 0;
	pf_super_init(&super, rig, &hands, NULL);
	wait_ms(0);
	dies(0, 0, 1);
	ok(super.life[0].choice == 1, "a device that fails gives way");
	dies(0, 0, 2);
	ok(super.life[0].choice == 2 &&
	    super.life[0].state == PF_SUPER_RESTING,
	    "so does one that is unknown here");
	wait_ms(100);
	ready(0);
	dies(0, SIGSEGV, 0);
	wait_ms(1000);
	dies(0, 0, 1);
	ok(super.life[0].choice == 2, "one that served stays");
	pf_rig_free(other);
	rig = before;
}

int
main(void)
{
	struct pf_err err;
	if (pf_rig_parse(&rig, text, sizeof text - 1, "x", NULL, &err) != 0) {
		printf("Bail out! %s\n", err.text);
		return 1;
	}
	test_start();
	test_restart();
	test_give_up();
	test_stop();
	test_adoption();
	test_stall();
	test_choice();
	pf_rig_free(rig);
	return tap_done();
}
