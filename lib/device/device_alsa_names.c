/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device/device_alsa.h"

#include "base/nearest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MOST 256

/* Converters that libasound offers as if they were devices. */
static bool
is_device(const char *name)
{
	static const char *const not[] = {
		"null", "lavrate", "samplerate", "speexrate", "speex",
		"upmix", "vdownmix", "oss", "usbstream", "surround"
	};
	for (size_t i = 0; i < PF_COUNT(not); i++)
		if (!strncmp(name, not[i], strlen(not[i])))
			return false;
	return true;
}

static const char *
directions(const char *ioid)
{
	return !ioid ? "in and out" : !strcmp(ioid, "Input") ? "in" : "out";
}

static unsigned
list_one(const void *hint, void (*say)(void *ctx, const char *spec,
    const char *text), void *ctx)
{
	char *name = snd_device_name_get_hint(hint, "NAME");
	char *text = snd_device_name_get_hint(hint, "DESC");
	char *ioid = snd_device_name_get_hint(hint, "IOID");
	char spec[160], line[320];
	const bool told = name && is_device(name);
	if (told) {
		snprintf(spec, sizeof spec, "alsa:%s", name);
		snprintf(line, sizeof line, "%s%s%s", text ? text : "",
		    text && text[0] ? "; " : "", directions(ioid));
		for (char *c = line; *c; c++)
			if (*c == '\n')
				*c = ' ';
		say(ctx, spec, line);
	}
	free(name);
	free(text);
	free(ioid);
	return told;
}

unsigned
pf_alsa_list(void (*say)(void *ctx, const char *spec, const char *text),
    void *ctx)
{
	void **hints;
	unsigned n = 0;
	if (snd_device_name_hint(-1, "pcm", &hints) < 0)
		return 0;
	for (void **h = hints; *h; h++)
		n += list_one(*h, say, ctx);
	snd_device_name_free_hint(hints);
	return n;
}

struct names {
	const char *name[NAMES_MOST];
	size_t n;
};

static void
keep_name(void *ctx, const char *spec, const char *text)
{
	struct names *names = ctx;
	(void)text;
	if (names->n < NAMES_MOST && (names->name[names->n] = strdup(spec)))
		names->n++;
}

/* " (did you mean ...?)" or some of what there is; into text[size]. */
static void
near_names(const char *spec, char *text, size_t size)
{
	struct names names = {.n = 0};
	size_t used = 0;
	text[0] = '\0';
	pf_alsa_list(keep_name, &names);
	const char *near = pf_nearest(spec, names.name, names.n);
	if (near)
		snprintf(text, size, ", did you mean '%s'?", near);
	else if (names.n == 0)
		snprintf(text, size, ", there is no sound card");
	else for (size_t i = 0; i < names.n && i < 4; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%.60s",
		    i ? ", " : ", there is ", names.name[i]);
	if (!near && names.n > 4)
		snprintf(text + used, size - used, " and %zu more",
		    names.n - 4);
	for (size_t i = 0; i < names.n; i++)
		free((char *)names.name[i]);
}

/* Is the very name among what there is? */
static bool
is_known(const char *spec)
{
	struct names names = {.n = 0};
	bool known = false;
	pf_alsa_list(keep_name, &names);
	for (size_t i = 0; i < names.n; i++) {
		known |= !strcmp(names.name[i], spec);
		free((char *)names.name[i]);
	}
	return known;
}

/* With what libasound said. */
static int
refuse_plainly(const char *spec, const char *said, int error,
    struct pf_err *err)
{
	pf_err_set(err, "cannot open '%s': %s%s%s%s", spec,
	    snd_strerror(error), said[0] ? " (" : "", said,
	    said[0] ? ")" : "");
	return error;
}

int
pf_alsa_refuse(const char *spec, const char *name, const char *said,
    int error, struct pf_err *err)
{
	char near[400], first[160];
	snprintf(first, sizeof first, "%s", said); /* a list says more */
	if (error == -ENOENT || error == -ENODEV || error == -ENXIO) {
		if (is_known(spec)) /* what it stands for is missing */
			return refuse_plainly(spec, first, error, err);
		near_names(spec, near, sizeof near);
		pf_err_set(err, "cannot open '%s': no such device%s", spec,
		    near);
	} else if (error == -EBUSY) {
		const bool card = !strncmp(name, "hw:", 3) ||
		    !strncmp(name, "plughw:", 7);
		pf_err_set(err, "cannot open '%s': device busy, another "
		    "program has it%s", spec, card ?
		    " ('alsa:default' may share it)" : "");
	} else if (error == -EACCES || error == -EPERM) {
		pf_err_set(err, "cannot open '%s': permission denied, join "
		    "group 'audio'", spec);
	} else
		refuse_plainly(spec, first, error, err);
	return error;
}
