/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a picture is whole. gnuplot exits with 0 on a full disk, so that only the file itself
 * tells. */
#ifndef INITSCOPE_RENDERED_H
#define INITSCOPE_RENDERED_H

#include <stdbool.h>
#include <stddef.h>

/* True when path is a whole PDF of pages pages with a font in it; PNG; SVG. */
bool ins_is_pdf(const char *path, size_t pages);
bool ins_is_png(const char *path);
bool ins_is_svg(const char *path);

#endif
