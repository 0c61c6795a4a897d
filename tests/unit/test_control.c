/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control over OSC: what is asked becomes commands, or is refused. */
#include "tap.h"

#include "control_rig.h"
#include "event/pitch.h"
#include "osc/client.h"
#include "osc/message.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <unistd.h>

static struct rig rig;
static struct pf_osc_client *client;
static char heard[65536]; /* answers, a line each */
static struct pf_command posted[300];
static int n_posted;
static int answer_with;

static void
note(void *ctx, const struct pf_osc_message *m)
{
	char text[1024];
	(void)ctx;
	pf_osc_print(text, sizeof text, m);
	strncat(heard, text, sizeof heard - strlen(heard) - 2);
	strcat(heard, "\n");
}

/* Take what was posted, and answer as an engine does; read its answers. */
static void
pump(void)
{
	const void *packet;
	struct pf_err err;
	struct pf_command c;
	(void)!pf_control_step(rig.control, 0);
	while (n_posted < 300 && pf_commands_get(&rig.commands, &c)) {
		const struct pf_answer answer = {c.ticket, answer_with,
		    c.event.time == PF_TIME_NOW ? 101000000000
		    : c.event.time};
		posted[n_posted++] = c;
		/* What the engine took is in force on its desk. */
		c.event.source = pf_hash_str("engine");
		if (answer_with == 0)
			pf_desk_hear(rig.desk, &c.event);
		if (c.ticket)
			pf_answers_put(&rig.answers, &answer);
	}
	(void)!pf_control_step(rig.control, 0);
	int n;
	while ((n = pf_osc_client_receive(client, &packet, 0)) >= 0)
		if (pf_osc_read(packet, (size_t)n, note, NULL, &err) < 0)
			strcat(heard, "unreadable\n");
}

static void
send_packet(const void *packet, size_t n)
{
	heard[0] = '\0';
	n_posted = 0;
	if (pf_osc_client_send(client, packet, n) != 0)
		strcpy(heard, "not sent\n");
	pump();
}

/* types: s text, d number, T F switches, i. */
static const char *
ask(const char *path, const char *types, ...)
{
	_Alignas(8) unsigned char buf[2048];
	struct pf_osc_message m;
	va_list ap;
	pf_osc_begin(&m, path);
	va_start(ap, types);
	for (; *types; types++) {
		if (*types == 's')
			pf_osc_add_s(&m, va_arg(ap, const char *));
		else if (*types == 'd')
			pf_osc_add_d(&m, va_arg(ap, double));
		else {
			pf_osc_add_i(&m, *types == 'T');
			m.arg[m.n - 1].type = *types;
		}
	}
	va_end(ap);
	send_packet(buf, pf_osc_write(buf, sizeof buf, &m));
	return heard;
}

static bool
says(const char *text)
{
	return strstr(heard, text) != NULL;
}

static void
test_set(void)
{
	const struct pf_event *const e = &posted[0].event;
	ask("/strip/bass/gain", "d", -6.0);
	ok(n_posted == 1 && pf_event_type(e) == PF_SET && (double)e->b == -6 &&
	    e->name == pf_hash_str("bass.gain") && e->time == PF_TIME_NOW &&
	    pf_is_none(e->duration) && posted[0].kind == PF_COMMAND_EVENT,
	    "a fader becomes a set of its path");
	ok(says("/ok sid /strip/bass/gain") && says(" 101\n"),
	    "the answer tells from when it holds");
	ask("/strip/bass/gain", "dd", -3.0, 2.5);
	ok(n_posted == 1 && (double)e->duration == 2.5,
	    "its second argument is a ramp");
	ask("/get", "s", "/strip/bass/gain");
	ok(says("/value sf /strip/bass/gain -3\n"), "get tells the value");
	answer_with = -ENOENT;
	ask("/strip/bass/gain", "d", 0.0);
	ok(says("/error ss /strip/bass/gain \"there is no such"),
	    "what the engine refuses is answered with its reason");
	answer_with = 0;
	ask("/strip/*/gain", "d", -1.0);
	ok(n_posted == 2 && says("/means si /strip/*/gain 2") &&
	    says("/ok sid /strip/bass/gain") &&
	    says("/ok sid /strip/drums/gain"),
	    "a pattern moves all that are like it, each with its answer");
	ask("/bus/reverb/mute", "T");
	ok(n_posted == 1 && e->name == pf_hash_str("reverb.mute") &&
	    (double)e->b == 1, "a return has a mute");
	ask("/master/gain", "d", -2.0);
	ok(n_posted == 1 && e->name == pf_hash_str("master.gain"),
	    "the master has a gain");
}

static void
test_refused(void)
{
	static const struct {
		const char *why, *path, *types;
		double x, y;
		const char *said;
	} row[] = {
		{"out of range", "/strip/bass/gain", "d", 60, 0, "out of"},
		{"not a number", "/strip/bass/gain", "d", (double)NAN, 0,
		    "not a number"},
		{"infinite", "/transport/tempo", "d", (double)INFINITY, 0,
		    "not a number"},
		{"missing", "/strip/bass/gain", "", 0, 0, "wants a value"},
		{"too many", "/strip/bass/gain", "ddd", 0, 0, "takes no"},
		{"a bad ramp", "/strip/bass/gain", "dd", 0, -1, "out of"},
		{"no switch", "/strip/bass/mute", "d", 2, 0, "on or off"},
		{"for play", "/transport/play", "d", 1, 0, "takes no"},
		{"told only", "/transport/beat", "d", 1, 0, "cannot be set"},
		{"a branch", "/strip/bass", "d", 1, 0, "branch"},
		{"like nothing", "/nothing/*", "d", 1, 0, "no address"},
	};
	for (size_t i = 0; i < PF_COUNT(row); i++) {
		ask(row[i].path, row[i].types, row[i].x, row[i].y, 0.0);
		ok(n_posted == 0 && says("/error ss ") && says(row[i].said),
		    "a value that is %s is refused", row[i].why);
	}
	ask("/strip/bass/gain", "s", "loud");
	ok(n_posted == 0 && says("wants a number"),
	    "a text is no number");
	ask("/stirp/bas/gian", "d", 0.0);
	ok(says("did you mean '/strip/bass/gain'?"),
	    "an unknown address names the nearest, part by part");
	send_packet("nonsense", 8);
	ok(n_posted == 0 && says("/error ss \"\" "),
	    "what is no message is answered with what is wrong");
	ask("/list", "s", "/nowhere/at/all");
	ok(says("/error"), "a list of nothing is an error");
}

static void
test_transport(void)
{
	const struct pf_event *const e = &posted[0].event;
	ask("/transport/key", "s", "Am");
	ok(n_posted == 1 && pf_event_type(e) == PF_KEY && (double)e->a == 9 &&
	    e->u8[PF_KEY_MODE] == PF_MINOR, "a key is what people write");
	ask("/transport/chord", "sd", "F#m7/A", 4.0);
	ok(n_posted == 1 && pf_event_type(e) == PF_CHORD &&
	    (double)e->a == 6 && e->u8[PF_CHORD_QUALITY] == PF_MIN7 &&
	    e->u8[PF_CHORD_BASS] == 9 && (double)e->duration == 2,
	    "a chord has a quality, a bass, and a length in beats");
	ask("/transport/chord", "s", "N");
	ok(n_posted == 1 && pf_is_none(e->a), "N is no chord");
	ask("/transport/meter", "s", "6/8");
	ok(n_posted == 1 && e->p == 6 && e->q == 8, "a meter is two numbers");
	ask("/transport/meter", "s", "6/7");
	ok(n_posted == 0 && says("no meter"), "a meter of sevenths is none");
	ask("/transport/section", "sd", "verse", 8.0);
	ok(n_posted == 1 && pf_event_type(e) == PF_SECTION && e->q == 8 &&
	    (double)e->duration == 16 && strcmp(rig.spelled, "verse") == 0,
	    "a section has a name, spelled for others, and bars");
	ask("/transport/seek", "d", 16.5);
	ok(n_posted == 1 && pf_event_type(e) == PF_SEEK && e->value == 16.5,
	    "seek goes to a beat");
	ask("/transport/stop", "d", 2.0);
	ok(n_posted == 1 && pf_event_type(e) == PF_STOP &&
	    (double)e->duration == 2, "stop may fade");
	ask("/transport/follow", "s", "drums");
	ok(n_posted == 1 && posted[0].kind == PF_COMMAND_FOLLOW &&
	    e->name == pf_hash_str("drums"), "somebody may lead");
	ask("/transport/follow", "s", "drmus");
	ok(n_posted == 0 && says("did you mean 'drums'?"),
	    "nobody may not");
	ask("/transport/follow", "s", "axis");
	ok(n_posted == 1 && posted[0].kind == PF_COMMAND_FOLLOW_AXIS,
	    "the axis leads again");
	ask("/session/quit", "");
	ok(rig.quits == 1 && says("/ok"), "the engine can be ended");
}

static void
test_minds(void)
{
	const struct pf_event *const e = &posted[0].event;
	ask("/agent/drums/density", "d", 0.75);
	ok(n_posted == 1 && posted[0].kind == PF_COMMAND_SAY &&
	    e->name == pf_hash_str("drums.mind.density") &&
	    (double)e->b == 0.75, "a trait is said to its agent");
	ask("/agent/drums/pattern", "s", "four on the floor");
	ok(n_posted == 1 && posted[0].more_len > 0 &&
	    strcmp(posted[0].more, "text=four on the floor") == 0,
	    "a pattern goes as text");
	ask("/get", "s", "/agent/drums/pattern");
	ok(says("\"four on the floor\""), "and is remembered");
	ask("/agent/drums/pattern", "s", "a\tb");
	ok(n_posted == 0 && says("/error"),
	    "a text cannot smuggle in another key");
	ask("/agent/drums/density", "d", 1.5);
	ok(n_posted == 0 && says("0..1"), "a trait is 0..1");
}

static bool
is_mute(int i, const char *param, double value)
{
	return i < n_posted && posted[i].event.name == pf_hash_str(param) &&
	    (double)posted[i].event.b == value;
}

static void
test_solo(void)
{
	ask("/strip/drums/mute", "T");
	ask("/strip/bass/solo", "T");
	ok(n_posted == 0 && says("/ok"),
	    "a solo mutes the others, unless they are");
	ask("/strip/drums/mute", "F");
	ok(is_mute(0, "drums.mute", 1),
	    "who is not soloed stays mute whatever is wished");
	ask("/get", "s", "/strip/drums/mute");
	ok(says("/value sF /strip/drums/mute F"),
	    "but what was wished is told");
	if (rig_put(&rig, PF_DESK_STRIP, "lead") == 0)
		ask("/ping", "");
	ok(is_mute(0, "lead.mute", 1), "who comes later is muted, too");
	ask("/strip/bass/solo", "F");
	ok(n_posted == 2, "afterwards all is as it was wished");
	ask("/get", "s", "/strip/*/mute");
	ok(!says("/value sT"), "and nobody is mute");
}

/* A time tag so far from now. */
static void
send_at(double ahead_s, const char *path, double x)
{
	_Alignas(8) unsigned char packet[256], bundle[512];
	struct pf_osc_message m;
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	pf_osc_begin(&m, path);
	pf_osc_add_d(&m, x);
	const size_t n = pf_osc_write(packet, sizeof packet, &m);
	const size_t head = pf_osc_bundle_begin(bundle, sizeof bundle,
	    pf_osc_tag_of_ns((int64_t)t.tv_sec * 1000000000 + t.tv_nsec +
	    (int64_t)(ahead_s * 1e9)));
	send_packet(bundle, pf_osc_bundle_add(bundle, sizeof bundle, head,
	    packet, n));
}

static void
test_time(void)
{
	rig_clock(&rig, 120);
	send_at(2, "/strip/bass/gain", -9);
	const int64_t off = posted[0].event.time - 102000000000;
	ok(n_posted == 1 && off > -1000000000 && off < 5000000000,
	    "a time tag is a time of the session");
	send_at(-5, "/strip/bass/gain", -9);
	ok(n_posted == 1 && posted[0].event.time == PF_TIME_NOW,
	    "one that has passed is now");
	send_at(3600, "/strip/bass/gain", -9);
	ok(n_posted == 0 && says("s ahead"),
	    "one that is an hour ahead is refused");
}

static void
test_ramp(void)
{
	rig_clock(&rig, 120);
	ask("/transport/tempo", "dd", 180.0, 0.25);
	ok(n_posted >= 1 && says("/ok") &&
	    pf_event_type(&posted[0].event) == PF_TEMPO &&
	    posted[0].event.value > 120 && posted[0].event.value < 180,
	    "a ramp begins between both tempos");
	double last = 0;
	int64_t at = 0;
	for (int i = 0; i < 400 && last < 180; i++) {
		usleep(1000);
		pump();
		last = posted[n_posted - 1].event.value;
		at = posted[n_posted - 1].event.time;
	}
	ok(last == 180 && at > 100000000000, "and ends on the second, in time");
	ask("/transport/tempo", "dd", 60.0, 64.0);
	ask("/transport/tempo", "d", 90.0);
	usleep(200000);
	pump();
	last = posted[n_posted - 1].event.value;
	ok(n_posted == 1 && last == 90, "another tempo ends a ramp");
	int order = 0;
	ask("/transport/tempo", "dd", 60.0, 16.0);
	pump();
	for (int i = 2; i < n_posted; i++)
		order += posted[i].event.time > posted[i - 1].event.time;
	ok(order == (n_posted > 2 ? n_posted - 2 : 0),
	    "the steps of a ramp stand in order");
	ask("/transport/reset", "");
}

static void
test_list(void)
{
	int pages = 0, addresses = 0;
	char next[32] = "0";
	while (strcmp(next, "-1") != 0 && pages < 100) {
		ask("/list", "sd", "/", strtod(next, NULL));
		for (const char *p = heard; (p = strstr(p, "/address "));
		     p++)
			addresses++;
		const char *const end = strstr(heard, "/listed sii / ");
		if (!end)
			break;
		snprintf(next, sizeof next, "%.*s",
		    (int)strcspn(end + 14, " "), end + 14);
		pages++;
	}
	ok(strcmp(next, "-1") == 0 && pages > 1 && addresses > 100,
	    "all addresses are listed, a packet at a time (%d in %d)",
	    addresses, pages);
	ask("/list", "s", "/strip/bass/gain");
	ok(says("/address ssssffffsss /strip/bass/gain number rw dB -96 24") &&
	    says("\"ramp in seconds\""),
	    "an address tells type, unit, range and what it is for");
}

static void
test_subscribe(void)
{
	ask("/subscribe", "sdd", "/strip/*/gain", 100.0, 60.0);
	usleep(20000);
	pump();
	ok(says("/ok sid /strip/*/gain") && says("/value sf /strip/bass/gain"),
	    "who subscribes is told the values there are");
	usleep(20000);
	heard[0] = '\0';
	pump();
	ok(!says("/value"), "and nothing as long as nothing changes");
	ask("/strip/bass/gain", "d", -20.0);
	usleep(20000);
	pump();
	ok(says("/value sf /strip/bass/gain -20") &&
	    !says("/value sf /strip/drums/gain"), "and what changes, alone");
	ask("/subscribe", "sdd", "/strip/*/gain", 100.0, 0.1);
	usleep(150000);
	pump();
	ask("/strip/bass/gain", "d", -21.0);
	usleep(20000);
	pump();
	ok(!says("/value"), "a subscription ends by itself");
	ask("/unsubscribe", "s", "/strip/*/gain");
	ok(says("/error"), "and is gone then");
	ask("/subscribe", "s", "/transport/play");
	ok(says("has no value"), "what has no value cannot be followed");
}

/* A subscriber that died is found out and costs nothing. */
static void
test_dead_peer(int fd)
{
	struct pf_osc_client *const living = client;
	struct pf_err err;
	if (pf_osc_client_open_at(&client, fd, "ctl", &err) != 0)
		return;
	ask("/subscribe", "sdd", "/session/time", 100.0, 60.0);
	pf_osc_client_free(client);
	client = living;
	for (int i = 0; i < 20; i++) {
		usleep(5000);
		pump();
	}
	const struct pf_control_counts then = pf_control_counts(rig.control);
	for (int i = 0; i < 20; i++) {
		usleep(5000);
		pump();
	}
	const struct pf_control_counts now = pf_control_counts(rig.control);
	ok(then.unsent >= 1 && now.unsent == then.unsent &&
	    now.sent == then.sent, "a subscriber that died is forgotten");
}

int
main(void)
{
	char dir[] = "/tmp/pf-test-control-XXXXXX", log[64];
	struct pf_err err;
	if (!mkdtemp(dir))
		return 1;
	snprintf(log, sizeof log, "%s/log", dir);
	const int fd = open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (!rig_open(&rig, fd, log, &err) ||
	    pf_osc_client_open_at(&client, fd, "ctl", &err) != 0) {
		ok(0, "%s", err.text);
		return tap_done();
	}
	test_set();
	test_refused();
	test_transport();
	test_minds();
	test_solo();
	test_time();
	test_ramp();
	test_list();
	test_subscribe();
	test_dead_peer(fd);
	pf_osc_client_free(client);
	rig_close(&rig);
	FILE *const f = fopen(log, "r");
	char line[1024] = "";
	ok(f && fgets(line, sizeof line, f) && strstr(line, "unix:@") &&
	    strstr(line, " < /strip/bass/gain d -6\n"),
	    "the log has every message as text");
	if (f)
		fclose(f);
	unlink(log);
	rmdir(dir);
	return tap_done();
}
