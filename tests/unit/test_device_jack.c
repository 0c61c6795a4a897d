/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JACK, on a server of our own without a card.
 */
#include "device/device.h"

#include "device_rig.h"
#include "tap.h"

#ifdef HAVE_jack

#include <errno.h>
#include <jack/jack.h>

static jack_client_t *other; /* who looks at the graph */

/* Start the server and wait for it; -1: it does not come up. */
static pid_t
server(const char *period)
{
	jack_status_t status;
	const pid_t pid = rig_jackd(period);
	for (int i = 0; i < 100; i++) {
		other = jack_client_open("onlooker", JackNoStartServer,
		    &status);
		if (other)
			return pid;
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return -1;
		rig_pause(50000000);
	}
	rig_kill(pid, SIGKILL);
	return -1;
}

static void
leave(void)
{
	jack_client_close(other);
	other = NULL;
}

static bool
connected(const char *from, const char *to)
{
	const jack_port_t *port = jack_port_by_name(other, from);
	return port && jack_port_connected_to(port, to);
}

static bool
await_connection(const char *from, const char *to)
{
	for (int i = 0; i < 200 && !connected(from, to); i++)
		rig_pause(10000000);
	return connected(from, to);
}

static void
test_plays(void)
{
	struct pf_device_config c = PF_DEVICE_CONFIG;
	struct pf_device_info info;
	struct pf_err err = {{0}};
	struct rig r = {.last = 0};
	c.spec = "jack:horn";
	c.own_latency = 48;
	struct pf_device *d = rig_start(&r, c, &err);
	if (!ok(d, "a client starts %s", err.text))
		return;
	ok(rig_await_periods(&r, 100) && r.too_long == 0,
	    "it is called period by period");
	ok(await_connection("horn:out_2", "system:playback_2") &&
	    await_connection("system:capture_1", "horn:in_1"),
	    "its ports are connected to the card's");
	pf_device_info(d, &info);
	ok(info.rate_hz == 48000 && info.period_frames == 128 &&
	    info.ins == 2 && info.paced && info.in_latency == 128 &&
	    info.out_latency >= 128, "info is the server's: %s, latency %u "
	    "and %u", info.text, info.in_latency, info.out_latency);
	jack_latency_range_t range = {0, 0};
	for (int i = 0; i < 200 && range.max != 128 + 48; i++) {
		jack_port_get_latency_range(jack_port_by_name(other,
		    "horn:out_1"), JackCaptureLatency, &range);
		rig_pause(10000000);
	}
	ok(range.max == 128 + 48, "others are told our own latency (%u)",
	    range.max);
	jack_set_buffer_size(other, 512);
	const int then = r.periods;
	ok(rig_await_periods(&r, then + 40) && r.too_long == 0,
	    "when the server's period grows, ours does not");
	jack_set_buffer_size(other, 64);
	const int now = r.periods;
	ok(rig_await_periods(&r, now + 40) && r.length == 64,
	    "when it shrinks, ours does");
	jack_set_buffer_size(other, 128);
	ok(pf_device_stop(d, &err) == 0, "it stops");
	pf_device_close(d);
	ok(!jack_port_by_name(other, "horn:out_1"), "and is gone");
}

/* Our output into our input: what is played is heard. */
static void
test_hears(void)
{
	enum { FRAMES = 128 * 300 };
	struct pf_device_config c = PF_DEVICE_CONFIG;
	struct pf_err err = {{0}};
	struct rig r = {.last = 300, .heard_most = FRAMES};
	r.heard = calloc(FRAMES, sizeof(float));
	c.unconnected = true;
	c.client = "echo";
	c.spec = "jack";
	struct pf_device *d = rig_start(&r, c, &err);
	jack_connect(other, "echo:out_1", "echo:in_1");
	ok(!connected("echo:out_2", "system:playback_2"),
	    "ports stay unconnected when told so");
	ok(d && rig_end(d, &err) == 1, "process() ends it");
	/* Behind the connection a ramp, in steps of one but at its turn. */
	int steps = 0, others = 0;
	for (int i = FRAMES / 2; i < FRAMES; i++) {
		const long step = lrintf((r.heard[i] - r.heard[i - 1]) *
		    32768);
		if (step == 1 || step == -16383)
			steps++;
		else
			others++;
	}
	ok(steps > others * 10, "what is played into a cable is heard at its "
	    "end (%d steps, %d breaks)", steps, others);
	free(r.heard);
}

static void
test_refusals(void)
{
	struct pf_device_config c = PF_DEVICE_CONFIG;
	struct pf_device *d;
	struct pf_err err = {{0}};
	c.spec = "jack";
	c.rate_hz = 96000;
	ok(pf_device_open(&d, &c, &err) == -EINVAL && strstr(err.text,
	    "does not do 96000 Hz, the server runs at 48000"),
	    "another rate than the server's is refused: %s", err.text);
}

static void
find_server(void *ctx, const char *spec, const char *text)
{
	*(bool *)ctx |= !strcmp(spec, "jack") && strstr(text, "48000 Hz");
}

static void
test_lost(pid_t *pid)
{
	struct pf_device_config c = PF_DEVICE_CONFIG;
	struct pf_err err = {{0}};
	struct rig r = {.last = 0};
	c.spec = "jack:horn";
	struct pf_device *d = rig_start(&r, c, &err);
	rig_await_periods(&r, 20);
	leave();
	rig_kill(*pid, SIGTERM);
	ok(rig_await(&r.was_lost), "when the server ends the device is lost");
	const int then = r.periods;
	ok(rig_await_periods(&r, then + 50), "the clock plays on");
	*pid = server("256");
	ok(*pid > 0 && rig_await(&r.back) && rig_await_periods(&r,
	    r.periods + 20) && r.too_long == 0,
	    "with another server, of another period, it plays again");
	ok(await_connection("horn:out_1", "system:playback_1"),
	    "its ports are connected again");
	rig_kill(*pid, SIGKILL);
	atomic_store(&r.was_lost, false);
	ok(rig_await(&r.was_lost), "killed, a server is lost too");
	ok(pf_device_stop(d, &err) == 0, "stopped while lost, it stops");
	pf_device_close(d);
	ok(strstr(r.said, "lost 'jack:horn'") &&
	    strstr(r.said, "'jack:horn' is back"), "people are told");
}

/* libjack leaves the thread of a killed server to itself. */
const char *__tsan_default_options(void);

const char *
__tsan_default_options(void)
{
	return "report_thread_leaks=0";
}

static void
ignore(const char *text)
{
	(void)text;
}

int
main(void)
{
	struct pf_device_config c = PF_DEVICE_CONFIG;
	struct pf_device *d;
	struct pf_err err;
	bool found = false;
	jack_set_error_function(ignore);
	jack_set_info_function(ignore);
	setenv("JACK_NO_START_SERVER", "1", 1);
	setenv("JACK_DEFAULT_SERVER", "pftest-none", 1);
	c.spec = "jack";
	ok(pf_device_open(&d, &c, &err) == -ECONNREFUSED && strstr(err.text,
	    "no JACK server 'pftest-none' runs"),
	    "without a server there is no device: %s", err.text);
	pid_t pid = server("128");
	if (pid < 0) {
		tap_skip("no jackd here");
		return tap_done();
	}
	test_plays();
	test_hears();
	test_refusals();
	pf_device_list(find_server, &found);
	ok(found, "the list tells what the server does");
	test_lost(&pid);
	rig_jackd_clean();
	return tap_done();
}

#else

int
main(void)
{
	tap_skip("built without JACK");
	return tap_done();
}

#endif
