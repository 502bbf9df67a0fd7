/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What gnuplot cannot put into a PDF: a title, a fixed date, bookmarks, links. */
#ifndef INITSCOPE_PDF_H
#define INITSCOPE_PDF_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/text.h"

typedef struct ins_bookmark {
    const char *text;
    size_t page;  /* from 0 */
    size_t level; /* 0, or 1: below the last of level 0; the first has level 0 */
} ins_bookmark;

typedef struct ins_link {
    size_t page, target;   /* from 0 */
    double x1, y1, x2, y2; /* mm from the top left */
} ins_link;

typedef struct ins_decoration {
    const char *title, *creator;
    const char *date; /* "20261123174020": UTC; NULL: the one that is there */
    const ins_bookmark *bookmark;
    size_t bookmarks;
    const ins_link *link;
    size_t links;
} ins_decoration;

/* Appends an incremental update to pdf. False, and pdf unchanged, when it is not of the plain form
 * that cairo 1.16 writes (newer versions may compress their tables). */
bool ins_pdf_decorate(ins_text *pdf, const ins_decoration *decoration);

#endif
