/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int
pf_err_set(struct pf_err *err, const char *fmt, ...)
{
	if (err) {
		va_list ap;
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof err->text, fmt, ap);
		va_end(ap);
	}
	return -EINVAL;
}

int
pf_err_at(struct pf_err *err, const char *file, long line, const char *fmt, ...)
{
	if (!err)
		return -EINVAL;
	int n = line > 0
	    ? snprintf(err->text, sizeof err->text, "%s:%ld: ", file, line)
	    : snprintf(err->text, sizeof err->text, "%s: ", file);
	if (n < 0 || (size_t)n >= sizeof err->text)
		return -EINVAL;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err->text + n, sizeof err->text - (size_t)n, fmt, ap);
	va_end(ap);
	return -EINVAL;
}
