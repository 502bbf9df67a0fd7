/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A document on A4 pages: the medium that gnuplot draws as one PDF. */
#ifndef INITSCOPE_PAPER_H
#define INITSCOPE_PAPER_H

#include <stdbool.h>
#include <stddef.h>

#include "initscope/document.h"
#include "initscope/error.h"
#include "initscope/text.h"

typedef struct ins_paper ins_paper;

/* Lays the document out. It must outlive the paper. */
ins_paper *ins_paper_new(const ins_document *document);
void ins_paper_free(ins_paper *paper); /* NULL is fine */

size_t ins_paper_pages(const ins_paper *paper);

/* The page, from 0, on which a section begins. */
size_t ins_paper_page_of(const ins_paper *paper, size_t section);

/* How much of a page is filled, 0 to 1, header and footer left out. */
double ins_paper_filled(const ins_paper *paper, size_t page);

/* The scripts of figures, and their names: "03-signal", and where a chart is higher than a page
 * "03-signal-2" for its second part, which draws from the same CSV. */
size_t ins_paper_figures(const ins_paper *paper);
const char *ins_paper_figure(const ins_paper *paper, size_t index); /* from 0 */

/* pages/, figures/ and the scripts report.gp and figures.gp below directory. */
ins_status ins_paper_write(const ins_paper *paper, const char *directory, ins_error *error);

/* Title, date ("20261123174020", NULL: the one that is there), bookmarks and links in the PDF that
 * was drawn; one of an unknown form stays as it is. */
void ins_paper_decorate(const ins_paper *paper, const char *date, ins_text *pdf);

#endif
