/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A storm of wrong OSC packets at an engine that plays: mutated ones over its
 * Unix socket and over UDP from hundreds of peers, and a TCP port full of
 * people who say nothing, half a word, or nonsense.
 *
 *     osc_storm [PACKETS]     how many (1000000)
 *
 * Checked: the engine lives, answers pf-ctl in between and over TCP at the
 * end, does not grow, and has no more xruns than in as long a calm.
 *
 * The programs are those on PATH.
 */
#include "tap.h"

#include "osc_seeds.h"

#include "osc/client.h"
#include "session/clock.h"
#include "session/directory.h"
#include "session/lane_file.h"
#include "session/metric.h"
#include "session/page_file.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS INT64_C(1000000)

enum { UDP_PEERS = 300, UNIX_PEERS = 60, SILENT = 40, CHECKS = 20 };

static struct pf_directory dir;
static struct pf_page_file clock_page;
static struct pf_lane_file said;
static pid_t engine;
static struct sockaddr_un ctl = {.sun_family = AF_UNIX};
static struct sockaddr_in udp, tcp;
static int by_udp[UDP_PEERS], by_unix[UNIX_PEERS], silent[SILENT];
static unsigned long sent, refused;

static int64_t
mono(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
rest(int64_t ns)
{
	nanosleep(&(struct timespec){.tv_sec = ns / 1000000000,
	    .tv_nsec = ns % 1000000000}, NULL);
}

/* ---- the engine, from outside */

static struct pf_clock_state
now(void)
{
	struct pf_clock_state s = {0};
	while (!pf_clock_get(clock_page.clock, &s))
		rest(MS);
	return s;
}

/* Pages of memory it uses. */
static long
memory(void)
{
	char path[40];
	long all, resident = 0;
	snprintf(path, sizeof path, "/proc/%d/statm", (int)engine);
	FILE *const f = fopen(path, "r");
	if (!f || fscanf(f, "%ld %ld", &all, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return resident;
}

static uint64_t
messages(void)
{
	return atomic_load(&said.lane->owner.metric[PF_METRIC_OSC_MESSAGES]);
}

static bool
lives(void)
{
	return waitpid(engine, NULL, WNOHANG) == 0;
}

static bool
run(const char *const *argv)
{
	int status = 1;
	const pid_t pid = fork();
	if (pid == 0) {
		const int null = open("/dev/null", O_WRONLY);
		dup2(null, 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
answers(void)
{
	static const char *const argv[] = {"pf-ctl", "--wait", "ping", NULL};
	return run(argv);
}

static unsigned
tcp_port(void)
{
	unsigned port = 0;
	FILE *const f = popen("pf-ctl --wait get /session/tcp-port", "r");
	if (f && fscanf(f, "%u", &port) != 1)
		port = 0;
	if (f)
		pclose(f);
	return port;
}

/* Are the programs slow and large on purpose?  (tests/run tells.) */
static bool
sanitized(void)
{
	const char *const how = getenv("SANITIZE");
	return how && *how;
}

/* ---- the storm */

static void
fuzz_one(const uint8_t *bytes, size_t n)
{
	ssize_t r;
	n &= ~(size_t)3; /* or hardly any would be read */
	if (sent % 2)
		r = sendto(by_udp[sent / 2 % UDP_PEERS], bytes, n, 0,
		    (struct sockaddr *)&udp, sizeof udp);
	else
		r = sendto(by_unix[sent / 2 % UNIX_PEERS], bytes, n, 0,
		    (struct sockaddr *)&ctl, sizeof ctl);
	refused += r < 0;
	sent++;
}

static void
mutate_and_send(const struct fuzz_seed *seeds, uint64_t round)
{
	enum { MOST = 8192, HUGE_BYTES = 60000 };
	static uint8_t buf[HUGE_BYTES];
	const struct fuzz_seed *const s = &seeds[round % OSC_SEEDS];
	size_t n = s->n < MOST ? s->n : MOST;
	memcpy(buf, s->bytes, n);
	const uint32_t times = pf_rng_below(round, 5, 0, 0, 8);
	for (uint32_t i = 0; i < times; i++)
		n = fuzz_mutate(buf, n, MOST, osc_words, PF_COUNT(osc_words),
		    round, i);
	fuzz_one(buf, round % 997 == 0 ? HUGE_BYTES : n);
}

/* What comes back is not read in time, or is read. */
static void
read_some(uint64_t round)
{
	static uint8_t buf[65536];
	for (int i = 0; i < UDP_PEERS && round % 4; i++)
		while (recv(by_udp[i], buf, sizeof buf, MSG_DONTWAIT) > 0)
			continue;
	for (int i = 0; i < UNIX_PEERS; i += 2)
		while (recv(by_unix[i], buf, sizeof buf, MSG_DONTWAIT) > 0)
			continue;
}

static void
open_peers(void)
{
	const struct timeval patience = {.tv_usec = 20000};
	for (int i = 0; i < UDP_PEERS; i++)
		by_udp[i] = socket(AF_INET, SOCK_DGRAM, 0);
	for (int i = 0; i < UNIX_PEERS; i++) {
		by_unix[i] = socket(AF_UNIX, SOCK_DGRAM, 0);
		setsockopt(by_unix[i], SOL_SOCKET, SO_SNDTIMEO, &patience,
		    sizeof patience);
		/* Most have a name to be answered at. */
		const sa_family_t any = AF_UNIX;
		if (i % 8)
			(void)!bind(by_unix[i], (const struct sockaddr *)&any,
			    sizeof any);
	}
}

/* Who connects and says nothing; or the half of something; or nonsense. */
static void
crowd_tcp(void)
{
	static const char *const word[] = {"", "\0\0", "\0\0\0\x40/str",
	    "\xff\xff\xff\xff", "\xc0/transport", "GET / HTTP/1.1\r\n\r\n",
	    "\0\0\0\4abcd"};
	static const size_t len[] = {0, 2, 8, 4, 11, 18, 8};
	for (int i = 0; i < SILENT; i++) {
		silent[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(silent[i], (struct sockaddr *)&tcp, sizeof tcp))
			continue;
		(void)!send(silent[i], word[i % 7], len[i % 7], MSG_NOSIGNAL);
	}
}

/* A byte of a packet that never ends, now and then. */
static void
drip(void)
{
	for (int i = 0; i < SILENT; i++)
		(void)!send(silent[i], "\0", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* ---- the play */

static bool
begin(void)
{
	struct pf_err err = {.text = ""};
	char name[40], log[200];
	snprintf(name, sizeof name, "storm.%d", (int)getpid());
	setenv("PF_SESSION", name, 1);
	if (pf_directory_open(&dir, name, true, &err) != 0)
		return printf("# %s\n", err.text), false;
	snprintf(log, sizeof log, "%s/log", dir.path);
	engine = fork();
	if (engine == 0) {
		const int to = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(to, 2);
		execlp("pf-engine", "pf-engine", "-d", "null", "-p", "256",
		    "--priority", "0", "--osc-udp", "0", "--osc-tcp", "0",
		    "-v", NULL);
		_exit(127);
	}
	for (int i = 0; i < 10000; i++, rest(MS))
		if ((clock_page.clock || pf_clock_file_read(&clock_page, &dir,
		    &err) == 0) && now().periods > 10 && now().port)
			break;
	if (!clock_page.clock || pf_lane_file_read(&said, &dir, "engine",
	    &err) != 0)
		return printf("# %s\n", err.text), false;
	snprintf(ctl.sun_path, sizeof ctl.sun_path, "/proc/self/fd/%d/ctl",
	    dir.fd);
	udp = tcp = (struct sockaddr_in){.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	udp.sin_port = htons((uint16_t)now().port);
	tcp.sin_port = htons((uint16_t)tcp_port());
	static const char *const play[] = {"pf-ctl", "--wait", "play", NULL};
	open_peers();
	return run(play);
}

static void
end(void)
{
	char command[200];
	int status = 0;
	if (engine > 0) {
		kill(engine, SIGTERM);
		waitpid(engine, &status, 0);
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
		    "the engine ends as it should");
	}
	snprintf(command, sizeof command, "rm -rf '%s'", dir.path);
	if (system(command) != 0)
		printf("# could not remove %s\n", dir.path);
}

static bool
answers_tcp(void)
{
	struct pf_osc_client *client;
	struct pf_osc_message m;
	struct pf_err err;
	char address[40];
	unsigned char packet[64];
	const void *answer;
	snprintf(address, sizeof address, "tcp:127.0.0.1:%u",
	    (unsigned)ntohs(tcp.sin_port));
	pf_osc_begin(&m, "/ping");
	const size_t n = pf_osc_write(packet, sizeof packet, &m);
	for (int i = 0; i < 20; i++, rest(500 * MS)) {
		if (pf_osc_client_open(&client, address, &err) != 0)
			continue;
		const bool good = pf_osc_client_send(client, packet, n) == 0 &&
		    pf_osc_client_receive(client, &answer, 1000) > 0;
		pf_osc_client_free(client);
		if (good)
			return true;
		drip();
	}
	return false;
}

static void
storm(uint64_t packets)
{
	struct fuzz_seed seeds[OSC_SEEDS];
	long first = 0, last = 0;
	int answered = 0, asked = 0;
	osc_seeds(seeds);
	crowd_tcp();
	const uint64_t xruns = now().xruns;
	const int64_t t = mono();
	for (uint64_t i = 0; i < packets && lives(); i++) {
		mutate_and_send(seeds, i);
		if (i % 64 == 0)
			read_some(i);
		if (i % 1024 == 0)
			drip();
		if (i % (packets / CHECKS + 1) == packets / CHECKS) {
			asked++;
			answered += answers();
			last = memory();
			first = first ? first : last;
		}
	}
	const int64_t took = mono() - t;
	const uint64_t stormy = now().xruns - xruns;
	ok(lives(), "the engine lives after %lu packets in %.1f s (%lu found "
	    "no room)", sent, (double)took / 1e9, refused);
	ok(messages() > packets / 20, "%llu messages were read from them",
	    (unsigned long long)messages());
	ok(asked > 0 && answered == asked, "%d of %d questions amid the storm "
	    "were answered", answered, asked);
	if (sanitized())
		tap_skip("a sanitizer keeps what was freed");
	else
		ok(last <= first + 512, "it took %ld pages after a while, "
		    "%ld in the end", first, last);
	ok(answers_tcp(), "who comes by TCP finds a place among the silent");
	const uint64_t before = now().xruns;
	rest(took);
	const uint64_t calm = now().xruns - before;
	const uint64_t fair = 2 * calm + 3 + (uint64_t)(took / 1000000000);
	ok(sanitized() || stormy <= fair, "%llu periods were missed, %llu in "
	    "as long a calm", (unsigned long long)stormy,
	    (unsigned long long)calm);
}

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	if (ok(begin(), "a session begins"))
		storm(argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000);
	end();
	return tap_done();
}
