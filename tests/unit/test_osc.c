/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages, patterns, frames on a stream, and packets over each socket. */
#include "tap.h"

#include "osc/client.h"
#include "osc/framing.h"
#include "osc/message.h"
#include "osc/pattern.h"
#include "osc/server.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- messages */

static char seen[8192]; /* what was read, a line a message */

static void
note(void *ctx, const struct pf_osc_message *m)
{
	char text[512];
	(void)ctx;
	pf_osc_print(text, sizeof text, m);
	strncat(seen, text, sizeof seen - strlen(seen) - 2);
	if (m->time_tag != PF_OSC_NOW)
		strcat(seen, " @");
	strcat(seen, "\n");
}

static int
read_it(const void *packet, size_t len)
{
	struct pf_err err;
	seen[0] = '\0';
	return pf_osc_read(packet, len, note, NULL, &err);
}

static size_t
gain(unsigned char *buf, size_t room, float db)
{
	struct pf_osc_message m;
	pf_osc_begin(&m, "/strip/bass/gain");
	pf_osc_add_f(&m, db);
	pf_osc_add_s(&m, "two words");
	pf_osc_add_i(&m, -3);
	return pf_osc_write(buf, room, &m);
}

static void
test_messages(void)
{
	_Alignas(8) unsigned char buf[256];
	const size_t n = gain(buf, sizeof buf, -6);
	ok(n > 0 && n % 4 == 0 && read_it(buf, n) == 1 &&
	    strcmp(seen, "/strip/bass/gain fsi -6 \"two words\" -3\n") == 0,
	    "a message that was written reads back and prints");
	int good = 0;
	for (size_t i = 0; i < n; i++)
		good += read_it(buf, i) >= 0;
	ok(good == 0, "a message that is cut anywhere is refused");
	ok(gain(buf, 20, 0) == 0, "a message that does not fit is not written");
	ok(read_it("strip\0\0\0,\0\0", 12) == -EINVAL,
	    "an address begins with '/'");
	ok(read_it("/a\n\0,\0\0", 8) == -EINVAL,
	    "an address has no control characters");
	ok(read_it("/ab\0", 4) == -EINVAL, "a message without types is refused");
	ok(read_it("/ab\0,q\0\0", 8) == -EINVAL, "an unknown type is refused");
	static unsigned char big[PF_OSC_PACKET_MOST + 4];
	ok(read_it(big, sizeof big) == -EMSGSIZE,
	    "a packet that is too large is refused");
}

static void
test_numbers(void)
{
	struct pf_osc_message m;
	double x = 0;
	pf_osc_begin(&m, "/x");
	pf_osc_add_i(&m, 7);
	pf_osc_add_d(&m, (double)NAN);
	pf_osc_add_f(&m, INFINITY);
	pf_osc_add_s(&m, "7");
	ok(pf_osc_number(&m, 0, &x) == 0 && x == 7,
	    "a whole number is a number");
	ok(pf_osc_number(&m, 1, &x) == -EDOM &&
	    pf_osc_number(&m, 2, &x) == -EDOM,
	    "what is not finite is no number");
	ok(pf_osc_number(&m, 3, &x) == -EINVAL &&
	    pf_osc_number(&m, 4, &x) == -ENOENT,
	    "nor is a text, or what is not there");
}

/* A bundle of one message, `depth` bundles deep. */
static size_t
nest(unsigned char *out, size_t room, int depth, uint64_t tag)
{
	_Alignas(8) unsigned char in[2048];
	size_t n = gain(in, sizeof in, 1);
	for (int i = 0; i < depth; i++) {
		const size_t head = pf_osc_bundle_begin(out, room,
		    i == depth - 1 ? tag : PF_OSC_NOW);
		n = pf_osc_bundle_add(out, room, head, in, n);
		memcpy(in, out, n);
	}
	return n;
}

static void
test_bundles(void)
{
	_Alignas(8) unsigned char out[2048], one[256];
	const uint64_t tag = pf_osc_tag_of_ns(1700000000123456789);
	size_t n = nest(out, sizeof out, 3, tag);
	ok(read_it(out, n) == 1 && strstr(seen, " @\n"),
	    "a message in nested bundles has the latest time around it");
	n = nest(out, sizeof out, PF_OSC_DEPTH_MOST, tag);
	ok(read_it(out, n) == 1, "bundles may be eight deep");
	n = nest(out, sizeof out, PF_OSC_DEPTH_MOST + 1, tag);
	ok(read_it(out, n) == -EMSGSIZE && !seen[0],
	    "bundles that are nested deeper are refused");
	const size_t m = gain(one, sizeof one, 2);
	n = pf_osc_bundle_begin(out, sizeof out, PF_OSC_NOW);
	n = pf_osc_bundle_add(out, sizeof out, n, one, m);
	n = pf_osc_bundle_add(out, sizeof out, n, one, m);
	ok(read_it(out, n) == 2, "a bundle holds many messages");
	out[n - m] = 'x';
	ok(read_it(out, n) == -EINVAL && !seen[0],
	    "when one message of a bundle is wrong none is done");
	int same = 0;
	for (int64_t i = 0; i < 1000; i++) {
		const int64_t ns = 1700000000000000000 + i * 7919007919;
		same += pf_osc_ns_of_tag(pf_osc_tag_of_ns(ns)) == ns;
	}
	ok(same == 1000, "a time is the same nanosecond after its time tag");
}

/* ---- patterns */

static void
test_patterns(void)
{
	static const struct {
		const char *pattern, *path;
		bool match;
	} row[] = {
		{"/strip/*/gain", "/strip/bass/gain", true},
		{"/strip/*/gain", "/strip/bass/eq/gain", false},
		{"/strip/*", "/strip/bass/gain", false},
		{"/strip/b?ss/gain", "/strip/bass/gain", true},
		{"/strip/{bass,drums}/mute", "/strip/drums/mute", true},
		{"/strip/{bass,drums}/mute", "/strip/lead/mute", false},
		{"/strip/{b,ba}*s/x", "/strip/bass/x", true},
		{"/s[a-z]rip/x", "/strip/x", true},
		{"/s[!a-z]rip/x", "/strip/x", false},
		{"/s[!x]rip/x", "/strip/x", true},
		{"/a?b", "/a/b", false},
		{"/a[!x]b", "/a/b", false},
		{"/[", "/[", false}, {"/{a", "/a", false}, {"/*", "/", true},
	};
	for (size_t i = 0; i < PF_COUNT(row); i++)
		ok(pf_osc_match(row[i].pattern, row[i].path) == row[i].match,
		    "%s %s %s", row[i].pattern, row[i].match ? "means"
		    : "does not mean", row[i].path);
	char stars[128] = "/", path[128] = "/";
	memset(path + 1, 'a', 100);
	for (int i = 0; i < 50; i++)
		strcat(stars, "*a");
	strcat(stars, "b");
	ok(!pf_osc_match(stars, path), "a row of stars ends in bounded time");
	ok(pf_osc_is_pattern("/a/*") && !pf_osc_is_pattern("/a/b"),
	    "a pattern is told from an address");
}

/* ---- frames */

static void
test_frames(enum pf_osc_frames how, const char *name)
{
	static struct pf_osc_unframe u;
	_Alignas(8) unsigned char packet[64];
	unsigned char bytes[2][160], both[320];
	/* END and ESC of SLIP within. */
	const size_t n = gain(packet, sizeof packet, 1);
	packet[n - 1] = 0xc0;
	packet[n - 2] = 0xdb;
	const size_t a = pf_osc_frame(how, packet, n, bytes[0]);
	memcpy(both, bytes[0], a);
	memcpy(both + a, bytes[0], a);
	pf_osc_unframe_init(&u);
	int got = 0, same = 0;
	for (size_t i = 0; i < 2 * a; i++) { /* a byte at a time */
		const uint8_t *p;
		size_t used, len;
		const int r = pf_osc_unframe(&u, both + i, 1, &used, &p, &len);
		got += r == 1;
		same += r == 1 && len == n && memcmp(p, packet, n) == 0;
	}
	if (how == PF_OSC_LENGTH) { /* what is whole comes with the next */
		const uint8_t *p;
		size_t used, len;
		(void)!pf_osc_unframe(&u, bytes[0], 0, &used, &p, &len);
	}
	ok(got >= 1 && got == same,
	    "packets framed by %s come out of a stream of single bytes", name);
}

static void
test_broken_frames(void)
{
	static struct pf_osc_unframe u;
	static uint8_t bytes[PF_OSC_PACKET_MOST + 64];
	const uint8_t *p;
	size_t used, len;
	pf_osc_unframe_init(&u);
	ok(pf_osc_unframe(&u, (const uint8_t *)"\x7f\0\0\0", 4, &used, &p,
	    &len) == -EMSGSIZE, "an impossible length ends the stream");
	memset(bytes, 'a', sizeof bytes);
	bytes[0] = 0xc0;
	pf_osc_unframe_init(&u);
	ok(pf_osc_unframe(&u, bytes, sizeof bytes, &used, &p, &len) ==
	    -EMSGSIZE, "so does a SLIP packet that does not end");
}

/* ---- sockets */

struct house {
	struct pf_osc_server *server;
	int packets, gone, flooded;
	size_t last;
};

static void
echo(void *ctx, unsigned peer, const void *packet, size_t len)
{
	struct house *const house = ctx;
	house->packets++;
	house->last = len;
	if (len <= PF_OSC_PACKET_MOST)
		pf_osc_server_send(house->server, peer, packet, len);
}

static void
leave(void *ctx, unsigned peer)
{
	(void)peer;
	((struct house *)ctx)->gone++;
}

static void
flood(void *ctx, unsigned peer)
{
	(void)peer;
	((struct house *)ctx)->flooded++;
}

/* Send a packet and get it back. */
static bool
echoes(struct house *house, struct pf_osc_client *client)
{
	_Alignas(8) unsigned char buf[256];
	const void *back;
	const size_t n = gain(buf, sizeof buf, 3);
	if (pf_osc_client_send(client, buf, n) != 0)
		return false;
	for (int i = 0; i < 50; i++) {
		pf_osc_server_step(house->server, 10);
		const int got = pf_osc_client_receive(client, &back, 10);
		if (got >= 0)
			return (size_t)got == n && memcmp(back, buf, n) == 0;
	}
	return false;
}

static void
test_sockets(int dir_fd)
{
	struct house house = {0};
	struct pf_osc_server_config config;
	struct pf_osc_client *client;
	struct pf_err err;
	struct stat st;
	char address[64];
	pf_osc_server_config_init(&config);
	config.dir_fd = dir_fd;
	config.udp_port = config.tcp_port = 0;
	config.packet = echo;
	config.gone = leave;
	config.flooded = flood;
	config.ctx = &house;
	ok(pf_osc_server_new(&house.server, &config, &err) == 0,
	    "a server opens its sockets");
	ok(fstatat(dir_fd, "ctl", &st, 0) == 0 && S_ISSOCK(st.st_mode) &&
	    (st.st_mode & 0777) == 0600, "its Unix socket is for its user");
	struct pf_osc_server *second;
	ok(pf_osc_server_new(&second, &config, &err) == -EADDRINUSE &&
	    fstatat(dir_fd, "ctl", &st, 0) == 0,
	    "a second server is refused and leaves the first alone");
	ok(pf_osc_client_open_at(&client, dir_fd, "ctl", &err) == 0 &&
	    echoes(&house, client), "a packet is answered over Unix");
	static const unsigned char big[PF_OSC_PACKET_MOST + 400];
	pf_osc_client_free(client);
	snprintf(address, sizeof address, "udp:localhost:%u",
	    pf_osc_server_udp_port(house.server));
	ok(pf_osc_client_open(&client, address, &err) == 0 &&
	    echoes(&house, client), "and over UDP");
	ok(pf_osc_client_send(client, big, sizeof big) == -EMSGSIZE,
	    "a client sends nothing that is too large");
	pf_osc_client_free(client);
	snprintf(address, sizeof address, "tcp:127.0.0.1:%u",
	    pf_osc_server_tcp_port(house.server));
	ok(pf_osc_client_open(&client, address, &err) == 0 &&
	    echoes(&house, client) && echoes(&house, client),
	    "and over TCP, again and again");
	house.gone = 0;
	pf_osc_client_free(client);
	for (int i = 0; i < 50 && house.gone == 0; i++)
		pf_osc_server_step(house.server, 10);
	ok(house.gone == 1, "a connection that ends is forgotten");
	pf_osc_server_free(house.server);
	ok(fstatat(dir_fd, "ctl", &st, 0) != 0,
	    "nothing is left when it is over");
}

static void
test_flood(int dir_fd)
{
	struct house house = {0};
	struct pf_osc_server_config config;
	struct pf_osc_client *client;
	struct pf_err err;
	_Alignas(8) unsigned char buf[256];
	const size_t n = gain(buf, sizeof buf, 3);
	pf_osc_server_config_init(&config);
	config.dir_fd = dir_fd;
	config.packet = echo;
	config.flooded = flood;
	config.ctx = &house;
	if (pf_osc_server_new(&house.server, &config, &err) != 0 ||
	    pf_osc_client_open_at(&client, dir_fd, "ctl", &err) != 0) {
		ok(0, "%s", err.text);
		return;
	}
	int sent = 0;
	for (; sent < 20000 && !house.flooded; sent++) {
		(void)!pf_osc_client_send(client, buf, n);
		pf_osc_server_step(house.server, 0);
	}
	/* A slow machine may never be too fast: then all were taken. */
	ok(house.flooded == 1 || house.packets == sent,
	    "a peer that floods is told so");
	pf_osc_client_free(client);
	/* Its socket is gone: the answer shows it. */
	pf_osc_server_free(house.server);
	struct pf_osc_client *nobody;
	ok(pf_osc_client_open_at(&nobody, dir_fd, "ctl", &err) < 0,
	    "when nobody listens a client says so");
	ok(pf_osc_client_open(&nobody, "carrier:pigeon", &err) == -EINVAL &&
	    pf_osc_client_open(&nobody, "udp:host", &err) == -EINVAL &&
	    pf_osc_client_open(&nobody, "udp:127.0.0.1:0", &err) == -EINVAL,
	    "what is no address is refused");
	ok(pf_osc_is_loopback(NULL) && pf_osc_is_loopback("127.3.2.1") &&
	    pf_osc_is_loopback("::1") && !pf_osc_is_loopback("0.0.0.0"),
	    "the loopback is told from the world");
}

/* People who ask and never read the answers. */
static void
test_deaf(int dir_fd)
{
	enum { DEAF = 60, QUESTIONS = 12 };
	struct house house = {0};
	struct pf_osc_server_config config;
	struct pf_osc_client *deaf[DEAF], *client;
	struct pf_err err;
	static const unsigned char long_one[2000];
	bool open = true;
	pf_osc_server_config_init(&config);
	config.dir_fd = dir_fd;
	config.packet = echo;
	config.ctx = &house;
	open = pf_osc_server_new(&house.server, &config, &err) == 0;
	for (int i = 0; i < DEAF && open; i++) {
		open = pf_osc_client_open_at(&deaf[i], dir_fd, "ctl",
		    &err) == 0;
		for (int k = 0; k < QUESTIONS && open; k++) {
			(void)!pf_osc_client_send(deaf[i], long_one,
			    sizeof long_one);
			pf_osc_server_step(house.server, 0);
		}
	}
	ok(open && pf_osc_client_open_at(&client, dir_fd, "ctl", &err) == 0 &&
	    echoes(&house, client),
	    "who does not read his answers keeps nobody from theirs");
	pf_osc_client_free(client);
	for (int i = 0; i < DEAF; i++)
		pf_osc_client_free(deaf[i]);
	pf_osc_server_free(house.server);
}

/* No descriptor is left for who connects. */
static void
test_crowded(void)
{
	struct house house = {0};
	struct pf_osc_server_config config;
	struct pf_osc_client *client;
	struct pf_err err;
	struct rlimit limit, little;
	const void *back;
	char address[64];
	pf_osc_server_config_init(&config);
	config.tcp_port = 0;
	config.packet = echo;
	config.ctx = &house;
	if (!ok(pf_osc_server_new(&house.server, &config, &err) == 0,
	    "a server listens to TCP alone"))
		return;
	snprintf(address, sizeof address, "tcp:127.0.0.1:%u",
	    pf_osc_server_tcp_port(house.server));
	const bool open = pf_osc_client_open(&client, address, &err) == 0;
	const int next = dup(0);
	close(next);
	getrlimit(RLIMIT_NOFILE, &limit);
	little = limit;
	little.rlim_cur = (rlim_t)next;
	setrlimit(RLIMIT_NOFILE, &little);
	pf_osc_server_step(house.server, 100);
	setrlimit(RLIMIT_NOFILE, &limit);
	ok(open && pf_osc_client_receive(client, &back, 2000) ==
	    -ECONNREFUSED, "who finds no descriptor left is sent away");
	pf_osc_client_free(client);
	ok(pf_osc_client_open(&client, address, &err) == 0 &&
	    echoes(&house, client), "and is welcome later");
	pf_osc_client_free(client);
	pf_osc_server_free(house.server);
}

int
main(void)
{
	char dir[] = "/tmp/pf-test-osc-XXXXXX";
	test_messages();
	test_numbers();
	test_bundles();
	test_patterns();
	test_frames(PF_OSC_LENGTH, "their length");
	test_frames(PF_OSC_SLIP, "SLIP");
	test_broken_frames();
	if (!mkdtemp(dir))
		return 1;
	const int fd = open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	test_sockets(fd);
	test_flood(fd);
	test_deaf(fd);
	test_crowded();
	close(fd);
	rmdir(dir);
	return tap_done();
}
