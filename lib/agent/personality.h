/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Personalities: what sort of musician somebody is, as numbers.
 *
 * A personality is a small YAML file (share/personalities): a title and
 * traits, each 0..1, where 0.5 leaves the style as it is.  A part of its own
 * (`drums:`, `bass:` ...) overrides traits for that role.
 */
#ifndef PF_AGENT_PERSONALITY_H
#define PF_AGENT_PERSONALITY_H

#include "base/attr.h"
#include "base/err.h"

#include <stddef.h>

enum pf_trait {
	PF_DENSITY,     /* how many notes */
	PF_ADVENTURE,   /* how far from the usual: variation, surprise */
	PF_LOUDNESS,    /* how loud among others */
	PF_DYNAMICS,    /* how much it follows the player's level */
	PF_PATIENCE,    /* how long it listens before it comes in, answers, or
	                 * gives up */
	PF_SWING,       /* 0 straight, 0.5 as style and player, 1
	                 * triplets */
	PF_SYNCOPATION, /* off the beat: pushes, ghost notes, displaced accents */
	PF_REGISTER,    /* low to high */
	PF_TIMING,      /* 0 behind the beat, 1 on top of it */
	PF_LENGTH,      /* short to long notes */
	PF_FILLS,       /* how often phrases end in something special */
	PF_COLOUR,      /* plain triads to sevenths and ninths */
	PF_TRAITS
};
extern const char *const pf_trait_name[PF_TRAITS];

struct pf_personality {
	char title[120];         /* one line for people, may be cut */
	double trait[PF_TRAITS]; /* 0..1 */
};

/* Every trait 0.5, no title. */
void pf_personality_init(struct pf_personality *personality);

/*
 * Read a personality by name ("steady") or path.
 *
 * role   whose part of the file applies beside the common traits; NULL none
 *
 * Returns 0; or a negative errno with *err worded: an unknown name with the
 * nearest (-ENOENT), a wrong key or value with its place (-EINVAL).
 */
PF_MUST_CHECK int pf_personality_load(struct pf_personality *personality,
    const char *name, const char *role, struct pf_err *err);

/* The same from text[len]; `file` stands in messages. */
PF_MUST_CHECK int pf_personality_parse(struct pf_personality *personality,
    const char *text, size_t len, const char *file, const char *role,
    struct pf_err *err);

/*
 * Set one trait as people write it: "density=0.7".  Returns 0 or -EINVAL with
 * *err worded, the nearest trait named.
 */
PF_MUST_CHECK int pf_personality_set(struct pf_personality *personality,
    const char *text, struct pf_err *err);

#endif
