/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/addresses.h"
#include "agent/personality.h"
#include "base/nearest.h"
#include "base/share.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = 256, WORDS_MOST = 512 };

const char *const pf_address_kind_name[PF_ADDRESS_KINDS] = {
	"trigger", "number", "switch", "choice", "text",
};

static const char *const switch_words[] = {"off", "on", NULL};

/* What an agent's traits do, for people. */
static const char *const trait_help[PF_TRAITS] = {
	[PF_DENSITY] = "how many notes",
	[PF_ADVENTURE] = "how far from the usual",
	[PF_LOUDNESS] = "how loud among others",
	[PF_DYNAMICS] = "how much it follows the player's level",
	[PF_PATIENCE] = "how long it listens before it answers",
	[PF_SWING] = "0 straight, 1 triplets",
	[PF_SYNCOPATION] = "how much off the beat",
	[PF_REGISTER] = "low to high",
	[PF_TIMING] = "0 behind the beat, 1 on top of it",
	[PF_LENGTH] = "short to long notes",
	[PF_FILLS] = "how often phrases end in something special",
	[PF_COLOUR] = "plain triads to sevenths and ninths",
};

/* Roles that have a mind which obeys; others (ears, a hand) have none. */
static const char *const minds[] = {
	"drums", "perc", "bass", "harmony", "pad", "arp", "melody", "counter",
};

/* Text that lives as long as a table. */
struct chunk {
	struct chunk *next;
	size_t used;
	char text[65536];
};

struct table {
	struct pf_address *address;
	const struct pf_address **sorted; /* by path */
	size_t n, room;
	struct chunk *text;
	bool failed; /* no memory */
};

struct pf_addresses {
	struct table table;
	char **styles, **personalities, **instruments; /* or NULL */
	char part[WORDS_MOST][64]; /* for pf_addresses_fail() */
};

static const char *
keep(struct table *t, const char *s)
{
	const size_t n = strlen(s) + 1;
	if (!t->text || sizeof t->text->text - t->text->used < n) {
		struct chunk *const chunk = malloc(sizeof *chunk);
		if (!chunk || n > sizeof chunk->text) {
			free(chunk);
			t->failed = true;
			return "";
		}
		chunk->next = t->text;
		chunk->used = 0;
		t->text = chunk;
	}
	char *const at = t->text->text + t->text->used;
	memcpy(at, s, n);
	t->text->used += n;
	return at;
}

static void
add(struct table *t, const struct pf_address *address)
{
	if (t->n == t->room) {
		const size_t room = t->room ? 2 * t->room : 256;
		struct pf_address *const more = realloc(t->address,
		    room * sizeof *more);
		if (!more) {
			t->failed = true;
			return;
		}
		t->address = more;
		t->room = room;
	}
	t->address[t->n++] = *address;
}

static void
fini(struct table *t)
{
	while (t->text) {
		struct chunk *const next = t->text->next;
		free(t->text);
		t->text = next;
	}
	free(t->address);
	free(t->sorted);
}

/* ---- strips, buses, the master */

static const char *const branch[] = {
	[PF_DESK_STRIP] = "/strip", [PF_DESK_INPUT] = "/strip",
	[PF_DESK_RETURN] = "/bus", [PF_DESK_MASTER] = "",
};

/* What is told while the table is built. */
struct build {
	struct table *table;
	const struct pf_addresses *owner;
	struct pf_desk_node node[PF_STRIPS_MOST + PF_RETURNS_MOST + 1];
	unsigned nodes;
	enum pf_desk_kind kind; /* of the node whose turn it is */
};

/* "/strip/bass/eq/low" of the node's path and "eq.low". */
static const char *
path_of(struct table *t, const struct pf_desk_node *node, const char *param)
{
	char path[PATH_MOST];
	const int n = snprintf(path, sizeof path, "%s/%s/%s",
	    branch[node->kind], node->name, param);
	if (n < 0 || (size_t)n >= sizeof path)
		return NULL;
	for (char *p = path + n - strlen(param); *p; p++)
		if (*p == '.')
			*p = '/';
	return keep(t, path);
}

static bool
is_switch(const struct pf_param *param)
{
	return strcmp(param->name, "mute") == 0;
}

static void
add_param(void *ctx, const struct pf_desk_node *node,
    const struct pf_desk_param *p)
{
	struct build *const b = ctx;
	char full[PATH_MOST];
	if (node->kind != b->kind)
		return; /* a strip may be called as a bus is */
	const char *const path = path_of(b->table, node, p->path);
	if (!path || (size_t)snprintf(full, sizeof full, "%s.%s", node->name,
	    p->path) >= sizeof full)
		return; /* a name nobody could type */
	const struct pf_param *const param = p->param;
	const bool mute = is_switch(param), choice = param->curve == PF_CHOICE;
	struct pf_address a = {
		.path = path, .kind = mute ? PF_ADDRESS_SWITCH : choice
		    ? PF_ADDRESS_CHOICE : PF_ADDRESS_NUMBER,
		.what = mute && (node->kind == PF_DESK_STRIP ||
		    node->kind == PF_DESK_INPUT) ? PF_AT_MUTE : PF_AT_PARAM,
		.get = true, .set = true, .unit = param->unit,
		.lo = (double)param->lo, .hi = (double)param->hi,
		.has_home = true, .home = (double)p->home,
		.words = mute ? switch_words : choice ? param->choice : NULL,
		.help = param->help ? param->help : "",
		.node = keep(b->table, node->name),
		.param = keep(b->table, full),
	};
	if (!mute && !choice) {
		a.also = "ramp in seconds";
		a.also_most = 600;
	}
	add(b->table, &a);
}

/* What a strip has beside its parameters. */
static void
add_extra(struct build *b, const struct pf_desk_node *node)
{
	struct pf_address a = {
		.path = path_of(b->table, node, "solo"),
		.kind = PF_ADDRESS_SWITCH, .what = PF_AT_SOLO,
		.get = true, .set = true, .unit = "", .hi = 1,
		.has_home = true, .words = switch_words,
		.help = "mute all strips but those",
		.node = keep(b->table, node->name), .param = "",
	};
	if (!a.path)
		return;
	add(b->table, &a);
	if (node->kind != PF_DESK_STRIP)
		return;
	a.path = path_of(b->table, node, "instrument");
	a.kind = PF_ADDRESS_TEXT;
	a.what = PF_AT_INSTRUMENT;
	a.has_home = false;
	a.words = (const char *const *)b->owner->instruments;
	a.help = "what it plays";
	if (a.path)
		add(b->table, &a);
}

static void
take_node(void *ctx, const struct pf_desk_node *node)
{
	struct build *const b = ctx;
	if (b->nodes == PF_COUNT(b->node))
		return;
	b->node[b->nodes] = *node;
	b->node[b->nodes].instrument = "";
	b->node[b->nodes++].name = keep(b->table, node->name);
}

/* ---- agents */

static void
add_mind(struct build *b, const char *name, const char *what,
    struct pf_address a)
{
	char path[PATH_MOST], full[PATH_MOST];
	if ((size_t)snprintf(path, sizeof path, "/agent/%s/%s", name,
	    what) >= sizeof path || (size_t)snprintf(full, sizeof full,
	    "%s.mind.%s", name, what) >= sizeof full)
		return;
	a.path = keep(b->table, path);
	a.param = keep(b->table, full);
	a.node = keep(b->table, name);
	a.get = a.set = true;
	a.unit = "";
	add(b->table, &a);
}

static void
add_member(void *ctx, const struct pf_desk_member *m)
{
	struct build *const b = ctx;
	bool mind = false;
	for (size_t i = 0; i < PF_COUNT(minds); i++)
		mind |= strcmp(m->role, minds[i]) == 0;
	if (!mind)
		return;
	for (int i = 0; i < PF_TRAITS; i++)
		add_mind(b, m->name, pf_trait_name[i], (struct pf_address){
		    .kind = PF_ADDRESS_NUMBER, .what = PF_AT_TRAIT, .hi = 1,
		    .help = trait_help[i]});
	add_mind(b, m->name, "style", (struct pf_address){
	    .kind = PF_ADDRESS_TEXT, .what = PF_AT_STYLE,
	    .words = (const char *const *)b->owner->styles,
	    .help = "in which style it plays"});
	add_mind(b, m->name, "personality", (struct pf_address){
	    .kind = PF_ADDRESS_TEXT, .what = PF_AT_PERSONALITY,
	    .words = (const char *const *)b->owner->personalities,
	    .help = "what sort of musician it is"});
	add_mind(b, m->name, "pattern", (struct pf_address){
	    .kind = PF_ADDRESS_TEXT, .what = PF_AT_PATTERN,
	    .help = "which pattern of its style; auto: as it likes"});
}

/* ---- the table */

int
pf_addresses_new(struct pf_addresses **a)
{
	struct pf_addresses *const made = calloc(1, sizeof *made);
	size_t n;
	if (!made)
		return -ENOMEM;
	made->styles = pf_share_list("styles", ".yaml", &n);
	made->personalities = pf_share_list("personalities", ".yaml", &n);
	made->instruments = pf_share_list("instruments", ".yaml", &n);
	*a = made;
	return 0;
}

void
pf_addresses_free(struct pf_addresses *a)
{
	if (!a)
		return;
	fini(&a->table);
	free(a->styles);
	free(a->personalities);
	free(a->instruments);
	free(a);
}

static int
by_path(const void *a, const void *b)
{
	return strcmp((*(const struct pf_address *const *)a)->path,
	    (*(const struct pf_address *const *)b)->path);
}

static bool
sort(struct table *t)
{
	t->sorted = malloc((t->n + 1) * sizeof *t->sorted);
	if (!t->sorted)
		return false;
	for (size_t i = 0; i < t->n; i++)
		t->sorted[i] = &t->address[i];
	qsort(t->sorted, t->n, sizeof *t->sorted, by_path);
	return true;
}

int
pf_addresses_build(struct pf_addresses *a, struct pf_desk *desk)
{
	struct table t = {0};
	struct build b = {.table = &t, .owner = a};
	for (const struct pf_address *at = pf_addresses_always; at->path;
	     at++)
		add(&t, at);
	pf_desk_each_node(desk, take_node, &b);
	for (unsigned i = 0; i < b.nodes; i++) {
		b.kind = b.node[i].kind;
		pf_desk_each_param(desk, b.node[i].name, add_param, &b);
		if (b.node[i].kind == PF_DESK_STRIP ||
		    b.node[i].kind == PF_DESK_INPUT)
			add_extra(&b, &b.node[i]);
	}
	pf_desk_each_member(desk, add_member, &b);
	if (t.failed || !sort(&t)) {
		fini(&t);
		return -ENOMEM;
	}
	fini(&a->table);
	a->table = t;
	return 0;
}

size_t
pf_addresses_count(const struct pf_addresses *a)
{
	return a->table.n;
}

const struct pf_address *
pf_addresses_at(const struct pf_addresses *a, size_t i)
{
	return &a->table.address[i];
}

const struct pf_address *
pf_addresses_find(const struct pf_addresses *a, const char *path)
{
	const struct pf_address key = {.path = path}, *const at = &key;
	const struct pf_address **const found = a->table.n == 0 ? NULL
	    : bsearch(&at, a->table.sorted, a->table.n,
	    sizeof *a->table.sorted, by_path);
	return found ? *found : NULL;
}

/*
 * What may stand behind path[len], which ends with '/': each part once, to
 * words[WORDS_MOST].  Returns how many.
 */
static size_t
children(struct pf_addresses *a, const char *path, size_t len,
    const char **words)
{
	char (*const text)[64] = a->part;
	size_t n = 0;
	for (size_t i = 0; i < a->table.n && n < WORDS_MOST; i++) {
		const char *const p = a->table.sorted[i]->path;
		if (strncmp(p, path, len) != 0)
			continue;
		const size_t m = strcspn(p + len, "/");
		if (m >= 64 || (n > 0 && strncmp(text[n - 1], p + len, m) == 0
		    && text[n - 1][m] == '\0'))
			continue;
		memcpy(text[n], p + len, m);
		text[n][m] = '\0';
		words[n] = text[n];
		n++;
	}
	return n;
}

/* The path there is that is most like the wrong one; "" if none is. */
static void
nearest(struct pf_addresses *a, const char *wrong, char *path)
{
	const char *words[WORDS_MOST];
	size_t at = 1;
	path[0] = '/';
	path[1] = '\0';
	for (wrong++; *wrong; wrong += strspn(wrong, "/")) {
		char part[64];
		const size_t len = strcspn(wrong, "/");
		snprintf(part, sizeof part, "%.*s", (int)len, wrong);
		wrong += len;
		const size_t n = children(a, path, at, words);
		const char *const like = pf_nearest(part, words, n);
		if (!like || at + strlen(like) + 2 > PATH_MOST)
			break;
		at += (size_t)snprintf(path + at, PATH_MOST - at, "%s%s",
		    like, *wrong ? "/" : "");
	}
	while (at > 0 && path[at - 1] == '/')
		path[--at] = '\0';
}

int
pf_addresses_fail(struct pf_addresses *a, const char *path,
    struct pf_err *err)
{
	char like[PATH_MOST];
	nearest(a, path, like);
	const bool branch_only = like[0] && !pf_addresses_find(a, like);
	if (branch_only && strcmp(like, path) == 0)
		pf_err_set(err, "'%s' is a branch, name what stands below it "
		    "('list %s' tells)", path, path);
	else if (!like[0] || strcmp(like, path) == 0)
		pf_err_set(err, "'%s' is unknown", path);
	else
		pf_err_set(err, branch_only
		    ? "'%s' is unknown, the nearest is below '%s'"
		    : "'%s' is unknown, did you mean '%s'?", path, like);
	return -ENOENT;
}
