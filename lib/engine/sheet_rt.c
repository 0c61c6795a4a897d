/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/sheet.h"

#include <string.h>

int
pf_paths_find(const struct pf_paths *paths, uint32_t hash)
{
	uint32_t at = hash & paths->mask;
	for (; paths->path[at].hash; at = (at + 1) & paths->mask)
		if (paths->path[at].hash == hash)
			return paths->path[at].slot;
	return -1;
}

void
pf_sheet_set(struct pf_sheet *sheet, unsigned slot, float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	atomic_store_explicit(&sheet->target[slot], bits,
	    memory_order_relaxed);
}

void
pf_sheet_reset(struct pf_sheet *sheet)
{
	for (unsigned i = 0; i < sheet->rows; i++)
		pf_sheet_set(sheet, sheet->row[i].slot, sheet->row[i].base);
}

float
pf_sheet_value(const struct pf_sheet *sheet, unsigned slot)
{
	const uint32_t bits = atomic_load_explicit(&sheet->target[slot],
	    memory_order_relaxed);
	float value;
	memcpy(&value, &bits, sizeof value);
	return value;
}
