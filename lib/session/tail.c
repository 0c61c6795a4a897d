/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/tail.h"

#include "base/hash.h"

#include <errno.h>
#include <string.h>

enum { LONGEST = 240 };

/* How many bytes of names may be looked at; never more than there are. */
static uint32_t
used(const struct pf_tail *tail)
{
	/* Acquire: pairs with the store in pf_tail_say_name(). */
	const uint32_t n = atomic_load_explicit(&tail->names.used,
	    memory_order_acquire);
	return n < PF_TAIL_NAME_BYTES ? n : PF_TAIL_NAME_BYTES;
}

/* The name at *at; NULL when the rest is none.  Moves *at behind it. */
static const char *
name_at(const struct pf_tail *tail, uint32_t *at, uint32_t end, size_t *len)
{
	const unsigned char *const text = tail->names.text;
	if (*at >= end)
		return NULL;
	const unsigned n = text[*at];
	if (n == 0 || n > LONGEST || n > end - *at - 1)
		return NULL;
	const char *const name = (const char *)&text[*at + 1];
	*at += 1 + n;
	*len = n;
	return name;
}

int
pf_tail_say_name(struct pf_tail *tail, const char *name, size_t len)
{
	const uint32_t end = used(tail);
	uint32_t at = 0;
	size_t n;
	if (len < 1 || len > LONGEST)
		return -EINVAL;
	for (const char *old; (old = name_at(tail, &at, end, &n));)
		if (n == len && memcmp(old, name, len) == 0)
			return 0;
	if (PF_TAIL_NAME_BYTES - end < len + 1) {
		atomic_fetch_add(&tail->names.full, 1);
		return -ENOSPC;
	}
	tail->names.text[end] = (unsigned char)len;
	memcpy(&tail->names.text[end + 1], name, len);
	/* Release: pairs with the load in used(). */
	atomic_store_explicit(&tail->names.used, end + 1 + (uint32_t)len,
	    memory_order_release);
	return 0;
}

/* Could people read it?  No control characters, no tab, no DEL. */
static bool
readable(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == 127)
			return false;
	return true;
}

size_t
pf_tail_hear_names(const struct pf_tail *tail, uint32_t *from,
    struct pf_names *names)
{
	const uint32_t end = used(tail);
	size_t n, fresh = 0;
	for (const char *name; (name = name_at(tail, from, end, &n));) {
		char copy[LONGEST + 1];
		uint32_t hash;
		/* The owner may scribble while we look: check a copy. */
		memcpy(copy, name, n);
		copy[n] = '\0';
		if (readable(copy, n) && strlen(copy) == n &&
		    !pf_names_get(names, pf_hash(copy, n)))
			fresh += pf_names_add(names, copy, n, &hash) == 0;
	}
	return fresh;
}

size_t
pf_tail_copy_names(const struct pf_tail *tail, uint32_t *from,
    struct pf_tail *to)
{
	const uint32_t end = used(tail);
	size_t n, said = 0;
	for (const char *name; (name = name_at(tail, from, end, &n));) {
		char copy[LONGEST];
		memcpy(copy, name, n);
		if (readable(copy, n))
			said += pf_tail_say_name(to, copy, n) == 0;
	}
	return said;
}

struct pf_histogram *
pf_tail_histogram(struct pf_tail *tail, uint32_t name)
{
	for (int i = 0; i < PF_TAIL_HISTOGRAMS; i++) {
		struct pf_histogram *const h = &tail->histogram[i];
		const uint32_t is = atomic_load_explicit(&h->name,
		    memory_order_relaxed);
		if (is == name)
			return h;
		if (is == 0) {
			atomic_store_explicit(&h->name, name,
			    memory_order_release);
			return h;
		}
	}
	return NULL;
}
